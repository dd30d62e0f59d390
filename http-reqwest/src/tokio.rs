//! tokio as the runtime of the flows.

use std::time::Duration;

use ::tokio::runtime::Handle;
use auth_core::{BoxFuture, Error, ErrorKind, Runtime};

use crate::{background::driven, sleep::Sleep};

/// Sleeps, offloads and spawns on one tokio runtime. Cheap to clone.
///
/// The runtime requires its timer (`enable_time` or `enable_all`). A runtime of the flavor
/// `current_thread` runs nothing between two calls of `block_on`, so renewals then run on a thread
/// of this crate. Dropping a runtime of several threads drops the renewals on it: wait for
/// `AsyncClient::settle` or `close` first, as at the end of every program.
///
/// ```
/// use auth_core::Runtime;
/// use http_reqwest::Tokio;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let runtime = Tokio::current()?;
/// runtime.sleep(std::time::Duration::from_millis(1)).await;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tokio {
    handle: Handle,
}

impl Tokio {
    /// Uses the runtime that this code runs in.
    ///
    /// ```
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), auth_core::Error> {
    ///     let runtime = http_reqwest::Tokio::current()?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if this code runs outside a tokio runtime.
    pub fn current() -> Result<Self, Error> {
        let handle = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::Usage, "this code runs outside a tokio runtime")
                .with_source(error)
                .with_help("call it inside `#[tokio::main]`, or use `Tokio::new(handle)`")
        })?;
        Ok(Self::new(handle))
    }

    /// Uses the runtime of this handle, also from threads outside the runtime.
    ///
    /// ```
    /// use http_reqwest::Tokio;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    /// let handle = Tokio::new(runtime.handle().clone());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn new(handle: Handle) -> Self {
        Self { handle }
    }
}

impl From<Handle> for Tokio {
    /// Uses the runtime of this handle, as [`Tokio::new`] does.
    fn from(handle: Handle) -> Self {
        Self::new(handle)
    }
}

impl Runtime for Tokio {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(Sleep::new(duration))
    }

    fn offload(&self, job: Box<dyn FnOnce() + Send>) {
        drop(driven(&self.handle).spawn_blocking(job));
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        drop(driven(&self.handle).spawn(task));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn outside_a_runtime_current_is_an_error() {
        let error = Tokio::current().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("tokio"), "{error}");
    }

    #[test]
    fn it_works_from_threads_outside_the_runtime() {
        let runtime = ::tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap();
        let tokio = Tokio::new(runtime.handle().clone());
        let (done, wait) = mpsc::channel();
        let slept = tokio.sleep(Duration::from_millis(1));
        let spawned = done.clone();
        tokio.spawn(Box::pin(async move {
            slept.await;
            spawned.send("spawned").unwrap();
        }));
        tokio.offload(Box::new(move || done.send("offloaded").unwrap()));
        let mut events: Vec<_> = wait.iter().collect();
        events.sort_unstable();
        assert_eq!(events, ["offloaded", "spawned"]);
    }

    #[test]
    fn a_job_is_run_to_its_end() {
        let (done, wait) = mpsc::channel();
        let (began, begun) = mpsc::channel();
        let runtime = ::tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        Tokio::new(runtime.handle().clone()).offload(Box::new(move || {
            began.send(()).unwrap();
            std::thread::yield_now();
            done.send("done").unwrap();
        }));
        begun.recv().unwrap();
        drop(runtime);
        assert_eq!(wait.try_recv(), Ok("done"));
    }

    #[test]
    fn work_goes_on_while_a_current_thread_runtime_is_idle_and_after_its_end() {
        for dropped in [false, true] {
            let runtime = ::tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let tokio = Tokio::new(runtime.handle().clone());
            let runtime = (!dropped).then_some(runtime);
            let (done, wait) = mpsc::channel();
            let offloaded = done.clone();
            let slept = tokio.sleep(Duration::from_millis(1));
            tokio.spawn(Box::pin(async move {
                slept.await;
                done.send("spawned").unwrap();
            }));
            tokio.offload(Box::new(move || offloaded.send("offloaded").unwrap()));
            let mut events = Vec::new();
            for _ in 0..2 {
                events.push(wait.recv_timeout(Duration::from_secs(10)).expect("driven"));
            }
            events.sort_unstable();
            assert_eq!(events, ["offloaded", "spawned"], "{dropped}");
            drop(runtime);
        }
    }

    #[test]
    fn a_sleep_ends_on_another_runtime_and_on_none() {
        let new = || {
            ::tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
        };
        let (first, second) = (new(), new());
        let tokio = Tokio::new(first.handle().clone());
        let mut sleep = tokio.sleep(Duration::from_millis(5));
        // Polled once on the first runtime, then on another one, while the first is idle or gone.
        first.block_on(async {
            let once = std::future::poll_fn(|context| {
                let _ = sleep.as_mut().poll(context);
                std::task::Poll::Ready(())
            });
            once.await;
        });
        drop(first);
        second.block_on(sleep);
        let (done, wait) = mpsc::channel();
        struct Wake(mpsc::Sender<()>);
        impl std::task::Wake for Wake {
            fn wake(self: std::sync::Arc<Self>) {
                let _ = self.0.send(());
            }
        }
        let waker = std::sync::Arc::new(Wake(done)).into();
        let mut sleep = tokio.sleep(Duration::from_millis(1));
        let mut context = std::task::Context::from_waker(&waker);
        while sleep.as_mut().poll(&mut context).is_pending() {
            wait.recv_timeout(Duration::from_secs(10)).expect("woken");
        }
    }
}

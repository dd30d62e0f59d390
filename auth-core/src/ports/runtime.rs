//! The executor interface: sleep, blocking work, detached tasks. Independent of HTTP.

use std::{pin::Pin, sync::Arc, time::Duration};

/// A future on the heap that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An async executor: sleep, blocking work, and detached tasks.
///
/// An executor with one thread for each sleep, job and task, for tests:
///
/// ```
/// use std::{
///     future::poll_fn,
///     pin::pin,
///     sync::Arc,
///     task::{Context, Poll, Wake, Waker},
///     thread::{self, Thread},
///     time::{Duration, Instant},
/// };
/// use auth_core::{BoxFuture, Runtime};
///
/// struct Threads;
///
/// impl Runtime for Threads {
///     fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
///         let end = Instant::now() + duration;
///         Box::pin(poll_fn(move |context| {
///             let left = end.saturating_duration_since(Instant::now());
///             if left.is_zero() {
///                 return Poll::Ready(());
///             }
///             let waker = context.waker().clone();
///             thread::spawn(move || {
///                 thread::sleep(left);
///                 waker.wake();
///             });
///             Poll::Pending
///         }))
///     }
///
///     fn offload(&self, job: Box<dyn FnOnce() + Send>) {
///         thread::spawn(job);
///     }
///
///     fn spawn(&self, task: BoxFuture<'static, ()>) {
///         thread::spawn(|| block_on(task));
///     }
/// }
///
/// # struct Unpark(Thread);
/// # impl Wake for Unpark {
/// #     fn wake(self: Arc<Self>) {
/// #         self.0.unpark();
/// #     }
/// # }
/// fn block_on(future: impl Future<Output = ()>) {
///     // Polls the future on this thread; parks until it is woken.
/// #     let waker = Waker::from(Arc::new(Unpark(thread::current())));
/// #     let mut future = pin!(future);
/// #     while future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
/// #         thread::park();
/// #     }
/// }
///
/// block_on(Threads.sleep(Duration::from_millis(10)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a runtime",
    label = "does not implement `auth_core::Runtime`",
    note = "`http_reqwest::Tokio::current()?` is the runtime that the program runs in"
)]
pub trait Runtime: Send + Sync + 'static {
    /// Returns a future that completes after `duration`.
    fn sleep(&self, duration: std::time::Duration) -> BoxFuture<'static, ()>;

    /// Runs a blocking job, to its end, on a thread that may block.
    fn offload(&self, job: Box<dyn FnOnce() + Send>);

    /// Spawns a detached task.
    fn spawn(&self, task: BoxFuture<'static, ()>);
}

/// A runtime behind a pointer is a runtime: one that several own, or one of any type.
macro_rules! pointer {
    ($($Pointer:ident),*) => {$(
    impl<R: Runtime + ?Sized> Runtime for $Pointer<R> {
        fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
            (**self).sleep(duration)
        }

        fn offload(&self, job: Box<dyn FnOnce() + Send>) {
            (**self).offload(job);
        }

        fn spawn(&self, task: BoxFuture<'static, ()>) {
            (**self).spawn(task);
        }
    }
    )*};
}

pointer!(Arc, Box);

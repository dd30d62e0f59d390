//! The thread of a store: its connection and its heartbeat live here, whatever thread calls.
//!
//! A caller may be inside a runtime of its own, where no other runtime can be entered. So the
//! thread has the runtime, and a caller waits for it as for any blocking store.

use std::{future::Future, io, sync::mpsc, thread, time::Duration};

use auth_core::{Error, ErrorKind};
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};

use super::system;

/// A running thread. It ends when this is dropped.
pub(super) struct EngineThread {
    handle: Handle,
    _ends: oneshot::Sender<()>,
}

impl EngineThread {
    pub(super) fn start() -> Result<Self, Error> {
        let failed = |source: io::Error| {
            let help = system::help(&source).unwrap_or(
                "raise the limits of this program for threads and memory (ulimit -u, -v)",
            );
            Error::new(ErrorKind::Store, "cannot start the thread of the store")
                .with_help(help)
                .with_source(source)
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(failed)?;
        let handle = runtime.handle().clone();
        let (ends, ended) = oneshot::channel::<()>();
        thread::Builder::new()
            .name("keystore-db".to_owned())
            .spawn(move || {
                let _dropped = runtime.block_on(ended);
                // Ends what is left, without waiting for it.
                runtime.shutdown_background();
            })
            .map_err(failed)?;
        Ok(Self {
            handle,
            _ends: ends,
        })
    }

    /// Runs a job on the thread and waits for its result.
    pub(super) fn call<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.begin(job).recv().unwrap_or_else(|_| Err(ended()))
    }

    /// Runs a job on the thread, and waits for it at most this long. The job continues afterwards.
    pub(super) fn call_within<T: Send + 'static>(
        &self,
        limit: Duration,
        job: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Option<Result<T, Error>> {
        self.begin(job).recv_timeout(limit).ok() // the only error is that the time is over
    }

    /// Runs a job on the thread without its result.
    pub(super) fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(job);
    }

    fn begin<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> mpsc::Receiver<Result<T, Error>> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            // The caller may have gone.
            let _ = sender.send(job.await);
        });
        receiver
    }
}

fn ended() -> Error {
    Error::internal("the thread of the store has ended")
}

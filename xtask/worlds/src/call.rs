//! A call that runs beside the one who made it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use auth_core::{Error, ErrorKind};
use tokio::runtime::Runtime;
use tokio::task::AbortHandle;

use crate::{MAX_WAIT, too_long};

/// A running call.
#[derive(Debug)]
pub struct PendingCall<T> {
    response: Receiver<Result<T, Error>>,
    begun: Arc<AtomicBool>,
    task: Option<AbortHandle>,
}

impl<T> PendingCall<T> {
    /// Makes the call on a thread.
    pub(crate) fn on_thread(call: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Self
    where
        T: Send + 'static,
    {
        let (sender, response) = mpsc::channel();
        let begun = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&begun);
        thread::spawn(move || {
            flag.store(true, Ordering::SeqCst);
            sender.send(call())
        });
        Self {
            response,
            begun,
            task: None,
        }
    }

    /// Makes the call in a task.
    pub(crate) fn in_task(
        runtime: &Runtime,
        call: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Self
    where
        T: Send + 'static,
    {
        let (sender, response) = mpsc::channel();
        let begun = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&begun);
        let task = runtime.spawn(async move {
            flag.store(true, Ordering::SeqCst);
            sender.send(call.await)
        });
        Self {
            response,
            begun,
            task: Some(task.abort_handle()),
        }
    }

    /// Whether its thread or task runs yet.
    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// Waits for the result.
    ///
    /// # Errors
    ///
    /// The call's own; `TimedOut` after [`MAX_WAIT`].
    pub fn join(self) -> Result<T, Error> {
        match self.response.recv_timeout(MAX_WAIT) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(too_long()),
            Err(RecvTimeoutError::Disconnected) => {
                Err(Error::new(ErrorKind::Internal, "the call panicked"))
            }
        }
    }

    /// Drops the call's future and waits until it is dropped.
    ///
    /// # Errors
    ///
    /// Fails if the call could not be cancelled, and says why.
    pub fn cancel(self) -> Result<(), &'static str> {
        if let Some(task) = self.task {
            task.abort();
        }
        match self.response.recv_timeout(MAX_WAIT) {
            Err(RecvTimeoutError::Disconnected) => Ok(()),
            Ok(_) => Err("it had already finished"),
            Err(RecvTimeoutError::Timeout) => Err("it did not stop"),
        }
    }
}

//! A call that runs beside the one who made it: on a thread, or in a task.

use std::pin::pin;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::task::{Context, Poll, Waker};
use std::thread;

use auth_core::{Error, ErrorKind};
use tokio::runtime::Runtime;
use tokio::task::AbortHandle;

use crate::{MAX_WAIT, too_long};

/// A future that can run beside its caller.
pub(crate) trait Call<T>: Future<Output = Result<T, Error>> + Send + 'static {}

impl<T, F: Future<Output = Result<T, Error>> + Send + 'static> Call<T> for F {}

/// Runs a future to its end on this thread, where each call of a [`WorkerSession`] blocks.
///
/// # Panics
///
/// Panics if the future waits for anything else.
///
/// [`WorkerSession`]: crate::WorkerSession
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a worker on a thread may wait for its session only"),
    }
}

/// A running call.
#[derive(Debug)]
pub struct PendingCall<T> {
    response: Receiver<Result<T, Error>>,
    task: Option<AbortHandle>,
}

impl<T> PendingCall<T> {
    /// Makes the call on a thread. See [`at_once`].
    pub(crate) fn on_thread(call: impl Call<T>) -> Self
    where
        T: Send + 'static,
    {
        let (call, pending) = Self::new(call);
        thread::spawn(|| at_once(call));
        pending
    }

    /// Makes the call in a task.
    pub(crate) fn in_task(runtime: &Runtime, call: impl Call<T>) -> Self
    where
        T: Send + 'static,
    {
        let (call, mut pending) = Self::new(call);
        pending.task = Some(runtime.spawn(call).abort_handle());
        pending
    }

    /// The call, reporting to the one who waits for it.
    fn new(call: impl Call<T>) -> (impl Future<Output = ()> + Send + 'static, Self)
    where
        T: Send + 'static,
    {
        let (sender, response) = mpsc::channel();
        let call = async move {
            // A failed send means that the caller has given up.
            let _ = sender.send(call.await);
        };
        let pending = Self {
            response,
            task: None,
        };
        (call, pending)
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

    /// Drops the call's future, and does not wait for that. A thread goes on.
    pub fn abort(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }

    /// Drops the call's future and waits until it is dropped.
    ///
    /// # Errors
    ///
    /// Fails if the call could not be cancelled, and says why.
    pub fn cancel(self) -> Result<(), &'static str> {
        self.abort();
        match self.response.recv_timeout(MAX_WAIT) {
            Err(RecvTimeoutError::Disconnected) => Ok(()),
            Ok(_) => Err("it had already finished"),
            Err(RecvTimeoutError::Timeout) => Err("it did not stop"),
        }
    }
}

//! What an executor has to offer. No matter of HTTP.

use std::{pin::Pin, time::Duration};

/// A future on the heap that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sleeping, blocking work, and tasks of their own.
pub trait Runtime: Send + Sync + 'static {
    /// Ends after `duration`.
    fn sleep(&self, duration: std::time::Duration) -> BoxFuture<'static, ()>;

    /// Runs a blocking job where it holds up nobody. It is run to its end.
    fn offload(&self, job: Box<dyn FnOnce() + Send>);

    /// Runs a task that nobody waits for.
    fn spawn(&self, task: BoxFuture<'static, ()>);
}

impl<R: Runtime> Runtime for std::sync::Arc<R> {
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

//! The runtime of this crate: one thread, for work that a program's own runtime may not drive.
//!
//! A runtime of the flavor `current_thread` runs its tasks only inside `block_on`. A renewal that
//! is spawned on it stops between two calls, with the lease of its account. A connection that was
//! opened on it responds to no other runtime. So for such a runtime both run here.

use std::{sync::OnceLock, thread};

use ::tokio::{
    runtime::{Builder, Handle, RuntimeFlavor},
    task::JoinHandle,
};
use auth_core::TransportError;

/// Returns the runtime that drives work for this one: itself, or the one of this crate.
pub(crate) fn driven(handle: &Handle) -> Handle {
    match handle.runtime_flavor() {
        RuntimeFlavor::CurrentThread => background().unwrap_or(handle),
        _ => handle,
    }
    .clone()
}

/// Returns the runtime of this crate if the current one may be idle while its connections are in
/// use.
pub(crate) fn elsewhere() -> Option<&'static Handle> {
    let current = Handle::try_current().ok()?;
    let may_be_idle = current.runtime_flavor() == RuntimeFlavor::CurrentThread;
    let background = may_be_idle.then(background)??;
    (background.id() != current.id()).then_some(background)
}

/// Runs work on a runtime, as a part of this task: dropping this ends it.
pub(crate) async fn run<T: Send + 'static>(
    handle: &Handle,
    work: impl Future<Output = Result<T, TransportError>> + Send + 'static,
) -> Result<T, TransportError> {
    struct Task<T>(JoinHandle<T>);
    impl<T> Drop for Task<T> {
        fn drop(&mut self) {
            self.0.abort();
        }
    }
    let mut task = Task(handle.spawn(work));
    match (&mut task.0).await {
        Ok(result) => result,
        Err(error) => Err(TransportError::delivery_unknown(error)),
    }
}

/// Returns the runtime of this crate, started by the first call; `None` if the operating system
/// starts no thread for it.
pub(crate) fn background() -> Option<&'static Handle> {
    static HANDLE: OnceLock<Option<Handle>> = OnceLock::new();
    HANDLE.get_or_init(start).as_ref()
}

fn start() -> Option<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build().ok()?;
    let handle = runtime.handle().clone();
    let run = move || runtime.block_on(std::future::pending::<()>());
    thread::Builder::new()
        .name("http-reqwest".to_owned())
        .spawn(run)
        .ok()?;
    Some(handle)
}

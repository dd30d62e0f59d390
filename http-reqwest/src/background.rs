//! The runtime of this crate: one thread, for work that a program's own runtime may not drive.
//!
//! A runtime of the flavor `current_thread` runs its tasks only inside `block_on`. A renewal that is
//! spawned on it stops between two calls, with the lease of its account, and a connection that was
//! opened on it answers no other runtime. So for such a runtime both run here.

use std::{sync::OnceLock, thread};

use ::tokio::runtime::{Builder, Handle, RuntimeFlavor};

/// Returns the runtime that drives work for this one: itself, or the one of this crate.
pub(crate) fn driven(handle: &Handle) -> Handle {
    match handle.runtime_flavor() {
        RuntimeFlavor::CurrentThread => background().unwrap_or(handle),
        _ => handle,
    }
    .clone()
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

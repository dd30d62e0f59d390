//! Locks that outlive the panic of a test.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex. A test that panicked while it held one must not hide its message behind a second panic.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

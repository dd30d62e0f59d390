//! Takes a lock, also after a thread panicked with it.

use std::sync::PoisonError;

use super::primitives::{Mutex, MutexGuard};

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code that can panic runs under these locks, so the guarded value is consistent.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Taking a lock, whether or not a thread panicked with it.

use std::sync::PoisonError;

use super::primitives::{Mutex, MutexGuard};

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic runs under these locks, and what they guard is whole at every moment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

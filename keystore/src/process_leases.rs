//! Leases that exclude threads and tasks of one process.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::{AccountKey, Lease};

/// The accounts whose lease is taken. Clones share the set.
#[derive(Clone, Default)]
pub(crate) struct Leases(Arc<Mutex<HashSet<AccountKey>>>);

impl Leases {
    /// Takes the lease. `None` while another thread or task has it.
    #[inline]
    pub(crate) fn try_take(&self, key: &AccountKey) -> Option<Lease> {
        self.taken().insert(key.clone()).then(|| {
            let guard = LeaseGuard {
                leases: self.clone(),
                key: key.clone(),
            };
            Lease::new(key.clone(), guard)
        })
    }

    #[inline]
    fn taken(&self) -> MutexGuard<'_, HashSet<AccountKey>> {
        // Each change is one insertion or removal: a panic elsewhere leaves the set consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Releases the lease on drop, also while a panic unwinds.
struct LeaseGuard {
    leases: Leases,
    key: AccountKey,
}

impl Drop for LeaseGuard {
    #[inline]
    fn drop(&mut self) {
        self.leases.taken().remove(&self.key);
    }
}

//! Leases among the threads and tasks of one process.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::{AccountKey, Lease};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// Who has a lease now. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Leases(Arc<Mutex<HashSet<AccountKey>>>);

impl Leases {
    /// The lease, or `None` while somebody else has it.
    #[inline]
    pub(crate) fn try_take(&self, key: &AccountKey) -> Option<Lease> {
        self.out().insert(key.clone()).then(|| {
            let held = Held {
                leases: self.clone(),
                key: key.clone(),
            };
            Lease::new(key.clone(), held)
        })
    }

    #[inline]
    fn out(&self) -> MutexGuard<'_, HashSet<AccountKey>> {
        // Each change is one insertion or removal: a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lease that is out; dropping it, also while a panic unwinds, gives it back.
struct Held {
    leases: Leases,
    key: AccountKey,
}

impl Drop for Held {
    #[inline]
    fn drop(&mut self) {
        self.leases.out().remove(&self.key);
    }
}

//! Records in the memory of this process, gone with it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::{AccountKey, Error, Lease, SecretBytes, Store};

use crate::process_leases::Leases;

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// Keeps records in memory. Clones share them.
///
/// For tests, and for programs that log in anew each time they start. The last clone takes the
/// records with it and wipes them. The lease holds among the threads and tasks that share clones;
/// two stores made with [`new`](Self::new) know nothing of each other.
///
/// It protects against what reads disks and backups. It does not protect against who can read the
/// memory of this process (a debugger, a core dump, swap).
///
/// ```
/// use auth_core::{AccountKey, TokenRecord, Store};
/// use keystore::Memory;
///
/// let store = Memory::new();
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let lease = store.try_lease(&key)?.expect("nobody else has it");
/// store.save(&lease, &TokenRecord::default().to_text())?;
/// assert!(store.try_lease(&key)?.is_none(), "one lease an account");
/// assert!(store.clone().load(&key)?.is_some());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Memory {
    records: Arc<Mutex<Records>>,
    leases: Leases,
}

type Records = HashMap<AccountKey, SecretBytes>;

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn records(&self) -> MutexGuard<'_, Records> {
        // Each change is one insertion or removal: a panic elsewhere leaves nothing half done.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    #[inline]
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        Ok(self.records().get(key).cloned())
    }

    #[inline]
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(self.leases.try_take(key))
    }

    #[inline]
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let old = self.records().insert(lease.key().clone(), record.clone());
        drop(old); // wiped here, after the lock is free
        Ok(())
    }

    #[inline]
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        let old = self.records().remove(lease.key());
        drop(old);
        Ok(())
    }

    fn describe(&self) -> String {
        "memory of this process".into()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} records)", self.records().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret_and_no_name() {
        let store = Memory::new();
        let key = AccountKey::new("inaturalist", "app", "me");
        let lease = store.try_lease(&key).unwrap().unwrap();
        store
            .save(&lease, &SecretBytes::new(b"marked-secret".to_vec()))
            .unwrap();
        assert_eq!(format!("{store:?}"), "Memory(1 records)");
    }

    #[test]
    fn two_stores_know_nothing_of_each_other() {
        let key = AccountKey::new("inaturalist", "app", "me");
        let (one, other) = (Memory::new(), Memory::new());
        let _lease = one.try_lease(&key).unwrap().unwrap();
        assert!(other.try_lease(&key).unwrap().is_some());
    }
}

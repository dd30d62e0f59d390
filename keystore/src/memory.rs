//! A store in the memory of this process.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::{AccountKey, Error, Lease, SecretBytes, Store};

use crate::process_leases::Leases;

/// A store in memory, for tests and for programs that log in each time they start.
///
/// Clones share the token records. Dropping the last clone wipes them. The lease excludes threads
/// and tasks that share clones; two stores made with [`new`](Self::new) are independent.
///
/// This protects against readers of disks and backups. It does not protect against a reader of the
/// memory of this process (a debugger, a core dump, swap).
///
/// ```
/// use auth_core::{AccountKey, TokenRecord, Store};
/// use keystore::Memory;
///
/// let store = Memory::new();
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let lease = store.try_lease(&key)?.expect("it is free");
/// store.save(&lease, &TokenRecord::default().to_text())?;
/// assert!(store.try_lease(&key)?.is_none(), "one lease per account");
/// assert!(store.clone().load(&key)?.is_some(), "clones share the records");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "cache")]
#[doc(alias = "in-memory")]
#[derive(Clone, Default)]
pub struct Memory {
    records: Arc<Mutex<Records>>,
    leases: Leases,
}

type Records = HashMap<AccountKey, SecretBytes>;

impl Memory {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn records(&self) -> MutexGuard<'_, Records> {
        // Each change is one insertion or removal: a panic elsewhere leaves the map consistent.
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
        drop(old); // wipes it after the lock is released
        Ok(())
    }

    #[inline]
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        let old = self.records().remove(lease.key());
        drop(old);
        Ok(())
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        Ok(Some(self.records().keys().cloned().collect()))
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
    fn two_stores_are_independent() {
        let key = AccountKey::new("inaturalist", "app", "me");
        let (one, other) = (Memory::new(), Memory::new());
        let _lease = one.try_lease(&key).unwrap().unwrap();
        assert!(other.try_lease(&key).unwrap().is_some());
    }
}

//! The methods of a store over several stores: one has the record, any may respond for all.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use auth_core::{AccountKey, BoxFuture, Error, Lease, SecretBytes, Store, WaitObserver};

use super::{
    Fallback, PinGuard, TRIES,
    states::{self, StoreState},
};

#[warn(clippy::missing_trait_methods)] // one that is not passed on does what no store here does
impl Store for Fallback {
    #[inline]
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        let pin = self.shared().pins.get(key).map(|(index, _)| *index);
        if let Some(index) = pin {
            return self.stores[index].load(key);
        }
        match self.find(key, &[]) {
            Some(location) => location.record,
            // A read-only store was read and is empty.
            None if self
                .shared()
                .states
                .iter()
                .any(|state| matches!(state, StoreState::Empty)) =>
            {
                Ok(None)
            }
            None => Err(self.no_store_left()),
        }
    }

    #[inline]
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        if self.shared().pins.contains_key(key) {
            return Ok(None);
        }
        let mut excluded = Vec::new();
        let mut tries = 0;
        while tries < TRIES {
            let location = self
                .find(key, &excluded)
                .ok_or_else(|| self.no_store_left())?;
            let index = location.index;
            let lease = match self.stores[index].try_lease(key) {
                Ok(Some(lease)) => lease,
                Ok(None) => return Ok(None),
                // The store is empty and cannot be written.
                Err(error) if matches!(location.record, Ok(None)) && self.is_skipped(&error) => {
                    excluded.push(index);
                    continue;
                }
                Err(error) => return Err(error),
            };
            // The previous holder of the lease may have logged in to another store, or logged out.
            if self
                .find(key, &excluded)
                .is_none_or(|now| now.index != index)
            {
                tries += 1;
                continue;
            }
            let mut shared = self.shared();
            if shared.pins.contains_key(key) {
                return Ok(None);
            }
            shared.pins.insert(key.clone(), (index, Arc::new(lease)));
            let guard = PinGuard {
                shared: Arc::clone(&self.shared),
                key: key.clone(),
            };
            return Ok(Some(Lease::new(key.clone(), guard)));
        }
        Ok(None)
    }

    fn lease_duration(&self) -> Option<Duration> {
        let durations = self.stores.iter().map(|store| store.lease_duration());
        durations.max().flatten()
    }

    /// Asks the store that had the record at the last lookup, which a driver makes right before or
    /// after; else the first one that tells.
    fn next_change(&self, key: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        let shared = self.shared();
        let is_used = |state: &StoreState| matches!(state, StoreState::InUse);
        let states = shared.choices.get(key);
        let used = states.and_then(|states| states.iter().position(is_used));
        drop(shared);
        match used {
            Some(used) => self.stores[used].next_change(key),
            None => self.stores.iter().find_map(|store| store.next_change(key)),
        }
    }

    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        let (index, own) = self.pinned(lease)?;
        self.stores[index].confirm(&own, at_least)
    }

    fn health(&self) -> Result<(), Error> {
        let mut usable = false;
        for store in &self.stores {
            match store.health() {
                Ok(()) => usable = true,
                Err(error) if self.is_skipped(&error) => {}
                Err(error) => return Err(error),
            }
        }
        match usable {
            true => Ok(()),
            false => Err(self.no_store_left()),
        }
    }

    #[inline]
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let (index, own) = self.pinned(lease)?;
        self.stores[index].save(&own, record)
    }

    #[inline]
    fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
        let (index, own) = self.pinned(lease)?;
        self.stores[index].reserve(&own, bytes)
    }

    #[inline]
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        let (used, own) = self.pinned(lease)?;
        let mut result = self.stores[used].remove(&own);
        for (index, store) in self.stores.iter().enumerate() {
            if index != used && !store.is_read_only() {
                result = result.and(self.remove_other(&**store, lease.key()));
            }
        }
        result
    }

    /// Lists the accounts of all stores that can. A token that every account has adds none.
    #[inline]
    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        let mut all: Option<BTreeSet<_>> = None;
        for store in &self.stores {
            match store.accounts() {
                Ok(Some(some)) => all.get_or_insert_default().extend(some),
                Err(error) if !self.is_skipped(&error) => return Err(error),
                _ => {} // it cannot list, or is not there
            }
        }
        Ok(all.map(|all| all.into_iter().collect()))
    }

    #[inline]
    fn is_read_only(&self) -> bool {
        self.stores.iter().all(Store::is_read_only)
    }

    #[inline]
    fn holds_plain_token(&self) -> bool {
        self.stores.iter().any(Store::holds_plain_token)
    }

    /// Uses the first store that has notes. A note is about requests, so it is independent of the
    /// store in use.
    #[inline]
    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        for store in &self.stores {
            if store.update_note(note, change)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[inline]
    fn may_prompt(&self) -> bool {
        self.stores.iter().any(Store::may_prompt)
    }

    /// Returns the store that was used last and the state of the others: `file /data/nightly (in
    /// use), after keyring (no keyring service is running)`.
    #[inline]
    fn describe(&self) -> String {
        let states = self.shared().states.clone();
        states::describe(&self.stores, &states)
    }

    #[inline]
    fn describe_choice(&self, key: &AccountKey) -> Option<String> {
        let states = self.shared().choices.get(key).cloned()?;
        Some(states::describe(&self.stores, &states))
    }

    #[inline]
    fn observe_waits(&self, observer: WaitObserver) {
        for store in &self.stores {
            store.observe_waits(observer.clone());
        }
    }
}

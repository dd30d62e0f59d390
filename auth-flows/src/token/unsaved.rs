//! The token record that a store could not save: kept in memory under its lease, used, and saved
//! again at each step.
//!
//! A server issues some tokens only once. If the disk is full at that moment, the login would be
//! lost; other programs, which still see the old refresh token, would use it a second time. So the
//! record stays here with the lease, until a later save succeeds or the program ends.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, Store, TokenKind, TokenRecord};

/// The unsaved record of one account, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    /// A copy of whether there is one, that is read without the lock.
    present: AtomicBool,
    kept: Mutex<Option<Box<Kept>>>,
}

#[derive(Debug)]
struct Kept {
    key: AccountKey,
    record: TokenRecord,
    /// `None` while a flow uses it, or if the store granted none.
    lease: Option<Lease>,
    store: StoreHandle,
    /// Why the last save failed.
    error: Error,
}

struct StoreHandle(Arc<dyn Store>);

impl std::fmt::Debug for StoreHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.describe())
    }
}

impl Unsaved {
    /// Returns whether there is an unsaved record. Takes no lock.
    #[inline]
    pub(crate) fn is_present(&self) -> bool {
        self.present.load(Ordering::Relaxed)
    }

    /// Returns why the last save failed, if there is an unsaved record.
    pub(crate) fn error(&self) -> Option<Error> {
        let kept = self.lock();
        kept.as_ref().map(|kept| kept.error.clone())
    }

    pub(crate) fn record(&self) -> Option<TokenRecord> {
        let kept = self.lock();
        kept.as_ref().map(|kept| kept.record.clone())
    }

    /// Keeps a record that was not saved. The lease stays with the flow that tried, until that
    /// [gives it back](Self::give_back).
    pub(crate) fn keep(
        &self,
        key: &AccountKey,
        record: &TokenRecord,
        store: &Arc<dyn Store>,
        error: &Error,
    ) {
        let mut kept = self.lock();
        let lease = kept.take().and_then(|kept| kept.lease);
        *kept = Some(Box::new(Kept {
            key: key.clone(),
            record: record.clone(),
            lease,
            store: StoreHandle(Arc::clone(store)),
            error: error.clone(),
        }));
        self.present.store(true, Ordering::Relaxed);
    }

    /// Forgets the record: a newer one is saved, or the account has logged out.
    pub(crate) fn clear(&self) {
        *self.lock() = None;
        self.present.store(false, Ordering::Relaxed);
    }

    /// Takes the lease for a flow.
    pub(crate) fn take_lease(&self) -> Option<Lease> {
        self.lock().as_mut()?.lease.take()
    }

    /// Takes back the lease of a flow that ends. Releases it if all is saved.
    pub(crate) fn give_back(&self, lease: Lease) {
        if let Some(kept) = self.lock().as_mut() {
            kept.lease.get_or_insert(lease);
        }
    }

    /// Tries to save the record, under the lease of the calling flow or its own. Returns the stored
    /// record if that is newer: another program logged in meanwhile. Does nothing while another
    /// caller tries.
    pub(crate) fn retry(&self, lease: Option<&Lease>) -> Option<TokenRecord> {
        let Ok(mut guard) = self.kept.try_lock() else {
            return None;
        };
        let saved = guard.as_mut()?.retry(lease);
        match saved {
            Ok(newer) => {
                *guard = None;
                self.present.store(false, Ordering::Relaxed);
                newer
            }
            Err(error) => {
                if let Some(kept) = guard.as_mut() {
                    kept.error = error;
                }
                None
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Kept>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Unsaved {
    fn drop(&mut self) {
        self.retry(None);
    }
}

impl Kept {
    fn retry(&self, lease: Option<&Lease>) -> Result<Option<TokenRecord>, Error> {
        let store = &*self.store.0;
        let taken;
        let lease = match (lease, &self.lease) {
            (Some(lease), _) | (None, Some(lease)) => lease,
            (None, None) => {
                taken = store.try_lease(&self.key)?.ok_or_else(lease_is_taken)?;
                &taken
            }
        };
        // What cannot be read is replaced: the save below says what is wrong with the store.
        let stored = store.load(&self.key).ok().flatten();
        let stored = stored.and_then(|text| TokenRecord::from_text(text.as_ref()).ok());
        match stored {
            Some(stored) if !is_newer(&self.record, &stored) => Ok(Some(stored)),
            _ => store.save(lease, &self.record.to_text()).map(|()| None),
        }
    }
}

/// Returns whether a record is newer than the stored one, which another program may have changed if
/// the lease was not held. A derived token of an older login does not count.
fn is_newer(record: &TokenRecord, stored: &TokenRecord) -> bool {
    fn generation(record: &TokenRecord, kind: TokenKind) -> u64 {
        record.token(kind).map_or(0, |token| token.generation())
    }
    let ages = |record| {
        (
            generation(record, TokenKind::Login),
            generation(record, TokenKind::Derived),
        )
    };
    ages(record) > ages(stored)
}

/// Returns the error of a request that was not sent, because its lease was lost: this program hung,
/// or the store was out of reach, for longer than a lease lasts.
pub(crate) fn lease_is_lost() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "the lease of this account was lost before the request, which was not sent",
    )
    .with_help("try again")
}

/// Returns the error of a save for which another program holds the lease.
pub(crate) fn lease_is_taken() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "another program holds the lease of this account",
    )
    .with_help("try again")
}

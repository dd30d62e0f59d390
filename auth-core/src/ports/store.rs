//! What keeps an account's record, and lends the one lease for changing it.

use std::{any::Any, fmt, sync::Arc};

use crate::{error::Error, service::account_key::AccountKey, wire::secret::SecretBytes};

/// Keeps one record of secret bytes for each account. Blocking; the async driver calls it where that harms nobody.
///
/// Whoever implements it promises: [`save`](Self::save) replaces the old record as a whole or not at all, and the new one is
/// safe from a power cut when it returns; at any moment at most one [`Lease`] of an account is out, across all processes
/// that use the same store; a holder that dies gives it back.
pub trait Store: Send + Sync + 'static {
    /// The record, or `None` where there is none.
    ///
    /// # Errors
    /// The store cannot be read, or what lies there is no record.
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error>;

    /// The lease of this account, or `None` while somebody else has it.
    ///
    /// # Errors
    /// The store cannot be reached.
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error>;

    /// Replaces the record.
    ///
    /// # Errors
    /// It could not be kept, and the old record is still there. Or it is in its place, and only that it survives a power cut
    /// is not certain; the error says so.
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error>;

    /// Forgets the record. That there is none is no error.
    ///
    /// # Errors
    /// It could not be removed.
    fn remove(&self, lease: &Lease) -> Result<(), Error>;

    /// Only hands out what a person put there: [`save`](Self::save) and [`remove`](Self::remove) always fail.
    fn is_read_only(&self) -> bool {
        false
    }

    /// What this store is and where, in a few words for a person: `file ~/.local/share/nightly`.
    fn describe(&self) -> String;

    /// Whether what rests here may be a token as a person copied it from a page of the service, rather than a record: so it is
    /// in an environment variable. Such a text is read by the service's own rules
    /// ([`TokenDerivation::read_plain_token`](crate::TokenDerivation::read_plain_token)).
    fn holds_plain_token(&self) -> bool {
        false
    }

    /// Changes a small shared note under a lock: `change` is handed what all programs that use this store wrote there last (at
    /// first nothing), and gives what they will read next. No secret is in it, and it may be lost in a power cut. `false` where
    /// this store has no such thing; then programs know nothing of each other's requests.
    ///
    /// # Errors
    /// It could not be read or written.
    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        let _ = (note, change);
        Ok(false)
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        (**self).load(key)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        (**self).try_lease(key)
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        (**self).save(lease, record)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        (**self).remove(lease)
    }

    fn is_read_only(&self) -> bool {
        (**self).is_read_only()
    }

    fn describe(&self) -> String {
        (**self).describe()
    }

    fn holds_plain_token(&self) -> bool {
        (**self).holds_plain_token()
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        (**self).update_note(note, change)
    }
}

/// The right to change one account's record. Dropping it gives it back.
pub struct Lease {
    key: AccountKey,
    _guard: Box<dyn Any + Send + Sync>,
}

impl Lease {
    /// For stores: a lease on `key` that ends when `guard` is dropped.
    #[must_use]
    pub fn new(key: AccountKey, guard: impl Any + Send + Sync) -> Self {
        Self {
            key,
            _guard: Box::new(guard),
        }
    }

    /// The account it is for.
    #[must_use]
    pub fn key(&self) -> &AccountKey {
        &self.key
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

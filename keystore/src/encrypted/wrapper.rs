//! Encryption around any store.

use std::{fmt, sync::Arc, time::Duration};

use auth_core::{AccountKey, BoxFuture, Error, ErrorKind, Lease, SecretBytes, Store, WaitObserver};

use super::{
    key::EncryptionKey,
    key_check::Sample,
    keys::Keys,
    sealed::{Problem, SealedFormat},
};

/// Encrypts the token records of any store. Feature `encrypted`.
///
/// What the inner store gets is encrypted and authenticated (XChaCha20-Poly1305, a new nonce for
/// each save) and bound to the account. The record of another account, and one that was changed, is
/// an error. All processes that share the inner store need the same key.
///
/// **It protects** against readers of the inner store and its backups. It does not hide the
/// account's name, the length of the record or a note. It cannot detect that a record was replaced
/// by an older one of the same account.
///
/// **To change the key**, give all processes the old one by [`with_old_key`](Self::with_old_key)
/// and the new one as their own, one process after the other. First give the new one as an old one,
/// then exchange them. Each record is encrypted with the new key when it is saved next;
/// [`reseal_all`](Self::reseal_all) does it at once.
///
/// **A record of a foreign key** is an error, which loses nothing. A new login replaces it. Where the
/// store is one of `Postgres` or `Redis` that was opened with a key, [`health`](Store::health) looks at
/// a few records, and fails if there are some and none is of the current key or an old one. So call
/// it when the program starts.
///
/// ```
/// use auth_core::{AccountKey, Store, TokenRecord};
/// use keystore::{EncryptionKey, Memory, Sealed};
///
/// let inner = Memory::new();
/// let old = || EncryptionKey::from_text("f0".repeat(32));
/// let store = Sealed::new(inner.clone(), old()?);
/// let account = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let lease = store.try_lease(&account)?.expect("it is free");
/// store.save(&lease, &TokenRecord::default().to_text())?;
/// drop(lease);
///
/// let new = EncryptionKey::from_text("0f".repeat(32))?;
/// let store = Sealed::new(inner, new).with_old_key(old()?);
/// assert!(store.load(&account)?.is_some());
/// assert!(store.reseal(&account)?);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "encryption at rest")]
#[doc(alias = "key rotation")]
#[derive(Clone)]
pub struct Sealed<S> {
    inner: S,
    format: SealedFormat,
    old: Vec<SealedFormat>,
    /// What errors about the key name.
    pub(super) setting: String,
    /// Some records of the inner store, if that can tell.
    pub(super) sample: Option<Sample>,
}

impl<S: Store> Sealed<S> {
    /// Encrypts the records of `inner` with this key.
    #[must_use]
    pub fn new(inner: S, key: EncryptionKey) -> Self {
        Self {
            inner,
            setting: key.setting(),
            sample: None,
            format: SealedFormat::new(Arc::new(Keys::new(key))),
            old: Vec::new(),
        }
    }

    /// Adds a key that records may still be encrypted with. Nothing is encrypted with it.
    #[must_use]
    pub fn with_old_key(mut self, key: EncryptionKey) -> Self {
        self.old.push(SealedFormat::new(Arc::new(Keys::new(key))));
        self
    }

    /// Returns the inner store.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Encrypts an account's record anew, with the current key, if there is a record. Returns
    /// whether it did: `false` also while another process has the lease, which then saves with its
    /// own key.
    ///
    /// # Errors
    /// Those of the inner store; and if none of the keys opens the record.
    pub fn reseal(&self, key: &AccountKey) -> Result<bool, Error> {
        let Some(lease) = self.try_lease(key)? else {
            return Ok(false);
        };
        match self.load(key)? {
            Some(record) => self.save(&lease, &record).map(|()| true),
            None => Ok(false),
        }
    }

    /// Returns whether there is a record that the current key opens.
    pub(super) fn has_current_key(&self, key: &AccountKey) -> Result<bool, Error> {
        let sealed = self.inner.load(key)?;
        Ok(sealed.is_some_and(|sealed| self.format.open(key, sealed.as_ref()).is_ok()))
    }

    /// Decrypts a record of the inner store with one of the keys.
    pub(super) fn decrypt(&self, key: &AccountKey, bytes: &[u8]) -> Result<SecretBytes, Problem> {
        let mut problem = match self.format.open(key, bytes) {
            Ok(record) => return Ok(record),
            Err(problem) => problem,
        };
        for old in &self.old {
            if !problem.is_of_another_key() {
                break;
            }
            match old.open(key, bytes) {
                Ok(record) => return Ok(record),
                Err(other) if other.is_of_another_key() => {}
                Err(other) => problem = other,
            }
        }
        Err(problem)
    }

    fn open(&self, key: &AccountKey, bytes: &[u8]) -> Result<SecretBytes, Error> {
        self.decrypt(key, bytes).or_else(|problem| {
            let (problem, help) = problem.explain("or log in again, which replaces it")?;
            let what = format!("the record of {key} in {} {problem}", self.inner.describe());
            Err(Error::new(ErrorKind::Store, what).with_help(help))
        })
    }
}

#[warn(clippy::missing_trait_methods)] // one that is not passed on does what no store here does
impl<S: Store> Store for Sealed<S> {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        match self.inner.load(key)? {
            Some(sealed) => self.open(key, sealed.as_ref()).map(Some),
            None => Ok(None),
        }
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.inner.try_lease(key)
    }

    fn lease_duration(&self) -> Option<Duration> {
        self.inner.lease_duration()
    }

    fn next_change(&self, key: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        self.inner.next_change(key)
    }

    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        self.inner.confirm(lease, at_least)
    }

    fn health(&self) -> Result<(), Error> {
        self.inner.health()?;
        self.check_key()
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let sealed = self.format.seal(lease.key(), record)?;
        self.inner.save(lease, &SecretBytes::new(sealed))
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.inner.remove(lease)
    }

    fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
        self.inner.reserve(lease, bytes + LONGER)
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        self.inner.accounts()
    }

    fn is_read_only(&self) -> bool {
        self.inner.is_read_only()
    }

    fn may_prompt(&self) -> bool {
        self.inner.may_prompt()
    }

    fn describe(&self) -> String {
        format!("encrypted, {}", self.inner.describe())
    }

    fn describe_choice(&self, key: &AccountKey) -> Option<String> {
        let choice = self.inner.describe_choice(key)?;
        Some(format!("encrypted, {choice}"))
    }

    fn observe_waits(&self, observer: WaitObserver) {
        self.inner.observe_waits(observer);
    }

    /// Returns `false`: a plain token in the inner store does not open.
    fn holds_plain_token(&self) -> bool {
        false
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        self.inner.update_note(note, change)
    }
}

/// How many bytes longer an encrypted record may be.
const LONGER: usize = 512;

impl<S: Store> fmt::Debug for Sealed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sealed").field(&self.describe()).finish()
    }
}

//! A store made of several, in order: the keyring, else a file.

mod states;
mod store;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store};

use self::states::StoreState;
use crate::unavailable::Unavailable;

/// How often the record of an account may move to another store while its lease is taken. Each
/// move needs a login or logout of another process within milliseconds.
const TRIES: usize = 3;

/// How many choices are cached. A driver asks for one right after the lookup, so there need not be
/// more than accounts that do so at once.
const CHOICES: usize = 256;

/// Uses the first suitable store of several: the system's keyring, else a file.
///
/// **Each account's token record is stored in one store and stays there.** It is never moved or
/// copied. So two processes never have copies of one rotating refresh token, whichever stores they
/// see. Each load and each lease chooses the store again:
///
/// 1. the first store that has a token record of the account;
/// 2. else the first store that *failed*: it may have one;
/// 3. else the first store that can be written: a login goes there.
///
/// The lease is the chosen store's own. While it is held, loads and saves use that store only.
///
/// **An unavailable store is skipped, a failing one is not.** A configuration error
/// ([`Error::is_configuration`]) means that this machine does not have the store. For example,
/// there is no keyring service or no home directory. Any other error is a failure of a store that
/// exists: the keyring is locked, the disk is full, other users can read the file. The caller then
/// gets that store's error. Skipping the store would silently write tokens meant for the keyring to
/// a file, as a second login. [`with_failures_skipped`](Self::with_failures_skipped) skips it all
/// the same.
///
/// **Processes may see different stores**: a desktop session sees the keyring, cron does not. If
/// both see the store with the token record, they share its lease, and one renewal is enough for
/// both. If the token record is in the keyring, cron finds none and requires a login of its own,
/// which goes to the next store. From then on there are two logins with separate tokens, and each
/// process uses the one in the first store that it sees. Neither invalidates the other, unless the
/// server ends a login when the same user logs in again. To share one login, give both processes
/// the same store.
///
/// [`remove`](Store::remove) removes the account's token record from every available store that can
/// be written. So an older login does not come back after a logout. It does not revoke tokens.
///
/// ```
/// use auth_core::{AccountKey, TokenRecord, Store};
/// use keystore::{Environment, Fallback, Memory};
///
/// let store = Fallback::new(Environment::variable("NIGHTLY_API_TOKEN")?).or(Memory::new());
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let lease = store.try_lease(&key)?.expect("it is free");
/// store.save(&lease, &TokenRecord::default().to_text())?;
/// assert_eq!(
///     store.describe(),
///     "memory of this process (in use), after environment variable NIGHTLY_API_TOKEN (no record)"
/// );
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Fallback {
    stores: Vec<Arc<dyn Store>>,
    skip_failures: bool,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// The result of the last lookup in each store, for some account.
    states: Vec<StoreState>,
    /// The same of the accounts that were looked up last.
    choices: HashMap<AccountKey, Vec<StoreState>>,
    /// The leases that are taken, each with the index of its store.
    pins: HashMap<AccountKey, (usize, Arc<Lease>)>,
}

impl Fallback {
    /// Creates a store that tries `store` first.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self::with_first(Arc::new(store))
    }

    /// Creates a store that tries `opened` first, if it is available on this machine.
    ///
    /// A configuration error in `opened` means that it is not: the store is then skipped, and
    /// descriptions show it as `name` with the error.
    ///
    /// ```
    /// use auth_core::{Error, ErrorKind, Store};
    /// use keystore::{Fallback, Memory};
    ///
    /// // For example of Keyring::open("nightly-upload"), with the feature `keyring`.
    /// let opened: Result<Memory, Error> =
    ///     Err(Error::new(ErrorKind::Configuration, "no data folder"));
    /// let store = Fallback::new_if_available("keyring", opened)?.or(Memory::new());
    /// store.load(&auth_core::AccountKey::new("inaturalist", "app-id", "me"))?;
    /// assert!(store.describe().starts_with("memory of this process (in use), after keyring ("));
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// The error in `opened` if it is of another kind than [`ErrorKind::Configuration`].
    pub fn new_if_available<S: Store>(name: &str, opened: Result<S, Error>) -> Result<Self, Error> {
        match opened {
            Ok(store) => Ok(Self::new(store)),
            Err(error) if error.is_configuration() => {
                let placeholder = Unavailable::new(name, error);
                Ok(Self::with_first(Arc::new(placeholder)))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Adds a store, to be tried after those before it.
    #[must_use]
    pub fn or(mut self, store: impl Store) -> Self {
        self.stores.push(Arc::new(store));
        self
    }

    /// Skips a store that fails (a locked keyring, a full disk) as if it were unavailable.
    ///
    /// A login made while the keyring is locked then goes to the next store. Once the keyring is
    /// unlocked, an older login in it is used before that one.
    #[must_use]
    pub fn with_failures_skipped(mut self) -> Self {
        self.skip_failures = true;
        self
    }

    #[inline]
    fn with_first(store: Arc<dyn Store>) -> Self {
        Self {
            stores: vec![store],
            skip_failures: false,
            shared: Arc::default(),
        }
    }

    /// Finds the store that has the account's token record or would get it, by the rule in the
    /// type's documentation. `None` if no store is left for a new one. The stores in `excluded` get
    /// no new token record.
    #[inline]
    fn find(&self, key: &AccountKey, excluded: &[usize]) -> Option<Location> {
        let (mut found, mut failed, mut empty) = (None, None, None);
        let mut states = vec![StoreState::Unchecked; self.stores.len()];
        for (index, store) in self.stores.iter().enumerate() {
            match store.load(key) {
                Ok(Some(bytes)) => {
                    found = Some((index, Ok(Some(bytes))));
                    break;
                }
                Ok(None) => {
                    states[index] = StoreState::Empty;
                    if empty.is_none() && !store.is_read_only() && !excluded.contains(&index) {
                        empty = Some((index, Ok(None)));
                    }
                }
                Err(error) => {
                    states[index] = StoreState::Failed(error.clone());
                    if failed.is_none() && !self.is_skipped(&error) {
                        failed = Some((index, Err(error)));
                    }
                }
            }
        }
        let location = found.or(failed).or(empty);
        if let Some((index, _)) = &location {
            states[*index] = StoreState::InUse;
        }
        let mut shared = self.shared();
        if shared.choices.len() >= CHOICES {
            shared.choices.clear();
        }
        shared.choices.insert(key.clone(), states.clone());
        shared.states = states;
        drop(shared);
        location.map(|(index, record)| Location { index, record })
    }

    #[inline]
    fn is_skipped(&self, error: &Error) -> bool {
        error.is_configuration() || self.skip_failures
    }

    #[inline]
    fn no_store_left(&self) -> Error {
        let what = format!("no store is left for tokens: {}", self.describe());
        Error::new(ErrorKind::Configuration, what)
            .with_setting("Fallback")
            .with_help("fix one of these stores, or add another one")
    }

    /// Returns the index of the lease's store, and that store's own lease.
    #[inline]
    fn pinned(&self, lease: &Lease) -> Result<(usize, Arc<Lease>), Error> {
        let pin = self.shared().pins.get(lease.key()).cloned();
        pin.ok_or_else(|| Error::new(ErrorKind::Usage, "this lease is of another store"))
    }

    /// Removes the account's token record from a store other than the one in use.
    #[inline]
    fn remove_other(&self, store: &dyn Store, key: &AccountKey) -> Result<(), Error> {
        match store.load(key) {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(error) if self.is_skipped(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
        match store.try_lease(key)? {
            Some(lease) => store.remove(&lease),
            None => Err(Error::new(
                ErrorKind::TimedOut,
                format!(
                    "the token record in {} was not removed, because another program is changing it",
                    store.describe()
                ),
            )
            .with_help("try again")),
        }
    }

    #[inline]
    fn shared(&self) -> MutexGuard<'_, Shared> {
        // Each change is one assignment: a panic elsewhere leaves the value consistent.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The store that has an account's token record or would get it, and the result of its `load`.
struct Location {
    index: usize,
    record: Result<Option<SecretBytes>, Error>,
}

/// Releases the store's own lease on drop.
struct PinGuard {
    shared: Arc<Mutex<Shared>>,
    key: AccountKey,
}

impl Drop for PinGuard {
    #[inline]
    fn drop(&mut self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let pin = shared.pins.remove(&self.key);
        drop(shared);
        drop(pin); // after the lock is released: releasing a lease may take time
    }
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fallback({})", self.describe())
    }
}

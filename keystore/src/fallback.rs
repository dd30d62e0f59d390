//! Several stores in order, as one: keyring, else file.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store};

use crate::unavailable::Unavailable;

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// How often the place of a record may change while its lease is being taken.
const TRIES: usize = 3;

/// The first store that will do: the OS keyring, else a file.
///
/// **One account's record lies in one store and stays there.** It is never moved and never copied
/// to another, so no two processes can hold copies of one rotating refresh token, whatever each of
/// them can see. Which store that is, is asked anew at each load and each lease:
///
/// 1. the first that has a record of the account;
/// 2. else the first that *failed*: it may well have one;
/// 3. else the first that can be written and has none: a login goes there.
///
/// The lease is that store's own, and fixes it: what is loaded and saved under the lease comes from
/// there and goes there, or nowhere.
///
/// **Absent is not failed.** A store that answers with a configuration error
/// ([`Error::is_configuration`]) is not to be had on this machine (no keyring service, no home
/// folder) and is passed over. Any other error is a failure of a store that is there: a keyring
/// that waits to be unlocked, a disk that is full, a file that others can read. It is not passed
/// over, because tokens that were meant for the keyring would silently come to rest in a file, and
/// a second login beside the first; the caller gets the store's own error. A program that prefers
/// to go on says so with [`with_failures_skipped`](Self::with_failures_skipped).
///
/// **Processes that see different stores** (a desktop session sees the keyring, cron does not):
/// where both can reach the store that has the record, they share its lease, and one renewal serves
/// both. Where the record lies in the keyring, cron finds none: it needs a login of its own, which
/// then lies in the next store. From then on there are two logins with tokens of their own; each
/// process uses the one in the first store it can see, and neither spoils the other's, unless the
/// server itself ends a login when the same person logs in again. To have them share one, give both
/// the same store.
///
/// [`remove`](Store::remove) removes the account's record from every store that can be written and
/// is not absent, so that a logout does not bring back an older login. It revokes nothing there.
///
/// ```
/// use auth_core::{AccountKey, TokenRecord, Store};
/// use keystore::{Environment, Fallback, Memory};
///
/// let store = Fallback::new(Environment::variable("NIGHTLY_API_TOKEN")?).or(Memory::new());
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let lease = store.try_lease(&key)?.expect("nobody else has it");
/// store.save(&lease, &TokenRecord::default().to_text())?;
/// assert_eq!(
///     store.describe(),
///     "memory of this process (in use), after environment variable NIGHTLY_API_TOKEN (no record)"
/// );
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Fallback {
    choices: Vec<Arc<dyn Store>>,
    pass_over_failures: bool,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// What each store answered when it was last asked for some account.
    states: Vec<StoreState>,
    /// The leases that are out, each with the store that it is of.
    pins: HashMap<AccountKey, (usize, Arc<Lease>)>,
}

#[derive(Clone)]
enum StoreState {
    NotAsked,
    Empty,
    InUse,
    Failed(Error),
}

impl Fallback {
    /// This store, where it will do.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self::beginning_with(Arc::new(store))
    }

    /// The store that was opened; or none, where it could not be opened because it is not to be had
    /// on this machine. `name` stands for it in descriptions.
    ///
    /// # Errors
    /// The error of opening it, where that is no configuration error.
    pub fn new_if_available<S: Store>(name: &str, opened: Result<S, Error>) -> Result<Self, Error> {
        match opened {
            Ok(store) => Ok(Self::new(store)),
            Err(why) if why.is_configuration() => {
                Ok(Self::beginning_with(Arc::new(Unavailable::new(name, why))))
            }
            Err(failed) => Err(failed),
        }
    }

    /// Else this one.
    #[must_use]
    pub fn or(mut self, store: impl Store) -> Self {
        self.choices.push(Arc::new(store));
        self
    }

    /// Passes over a store that fails as if it were absent: a locked keyring, a full disk.
    ///
    /// Then a login made while the keyring is locked comes to rest in the next store; and when the
    /// keyring is unlocked again, an older login in it is used before that one.
    #[must_use]
    pub fn with_failures_skipped(mut self) -> Self {
        self.pass_over_failures = true;
        self
    }

    #[inline]
    fn beginning_with(choice: Arc<dyn Store>) -> Self {
        Self {
            choices: vec![choice],
            pass_over_failures: false,
            shared: Arc::default(),
        }
    }

    /// Where the account's record is or would go, by the rule in the type's documentation; `None`
    /// where no store is left for a new one. Stores in `not` get no new record.
    #[inline]
    fn find(&self, key: &AccountKey, not: &[usize]) -> Option<Place> {
        let (mut found, mut failed, mut empty) = (None, None, None);
        let mut states = vec![StoreState::NotAsked; self.choices.len()];
        for (at, choice) in self.choices.iter().enumerate() {
            match choice.load(key) {
                Ok(Some(bytes)) => {
                    found = Some((at, Ok(Some(bytes))));
                    break;
                }
                Ok(None) => {
                    states[at] = StoreState::Empty;
                    if empty.is_none() && !choice.is_read_only() && !not.contains(&at) {
                        empty = Some((at, Ok(None)));
                    }
                }
                Err(why) => {
                    states[at] = StoreState::Failed(why.clone());
                    if failed.is_none() && !self.is_absent(&why) {
                        failed = Some((at, Err(why)));
                    }
                }
            }
        }
        let place = found.or(failed).or(empty);
        if let Some((at, _)) = &place {
            states[*at] = StoreState::InUse;
        }
        self.shared().states = states;
        place.map(|(at, record)| Place { at, record })
    }

    #[inline]
    fn is_absent(&self, why: &Error) -> bool {
        why.is_configuration() || self.pass_over_failures
    }

    #[inline]
    fn none_left(&self) -> Error {
        let what = format!("no store is left to keep tokens in: {}", self.describe());
        Error::new(ErrorKind::Configuration, what)
            .with_setting("First")
            .with_help("put one of them right, or give the program another store")
    }

    /// The store that this lease is of, and its own lease.
    #[inline]
    fn pinned(&self, lease: &Lease) -> Result<(usize, Arc<Lease>), Error> {
        let pin = self.shared().pins.get(lease.key()).cloned();
        pin.ok_or_else(|| Error::new(ErrorKind::Usage, "this lease is of another store"))
    }

    /// Removes a record that a store has besides the one in use.
    #[inline]
    fn remove_other(&self, choice: &dyn Store, key: &AccountKey) -> Result<(), Error> {
        match choice.load(key) {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(why) if self.is_absent(&why) => return Ok(()),
            Err(why) => return Err(why),
        }
        match choice.try_lease(key)? {
            Some(lease) => choice.remove(&lease),
            None => Err(Error::new(
                ErrorKind::TimedOut,
                format!(
                    "the record in {} is being changed by another program, and was not removed",
                    choice.describe()
                ),
            )
            .with_help("try again")),
        }
    }

    #[inline]
    fn shared(&self) -> MutexGuard<'_, Shared> {
        // Each change is one assignment: a panic elsewhere leaves nothing half done.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an account's record is, or would go; and what that store answered.
struct Place {
    at: usize,
    record: Result<Option<SecretBytes>, Error>,
}

/// A lease that is out; dropping it gives back the store's own.
struct Out {
    shared: Arc<Mutex<Shared>>,
    key: AccountKey,
}

impl Drop for Out {
    #[inline]
    fn drop(&mut self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let pin = shared.pins.remove(&self.key);
        drop(shared);
        drop(pin); // after the lock: giving a lease back may take time
    }
}

impl Store for Fallback {
    #[inline]
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        let pin = self.shared().pins.get(key).map(|(at, _)| *at);
        if let Some(at) = pin {
            return self.choices[at].load(key);
        }
        match self.find(key, &[]) {
            Some(place) => place.record,
            // One that cannot be written has said that it has none.
            None if self
                .shared()
                .states
                .iter()
                .any(|state| matches!(state, StoreState::Empty)) =>
            {
                Ok(None)
            }
            None => Err(self.none_left()),
        }
    }

    #[inline]
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        if self.shared().pins.contains_key(key) {
            return Ok(None);
        }
        let mut not = Vec::new();
        let mut tries = 0;
        while tries < TRIES {
            let place = self.find(key, &not).ok_or_else(|| self.none_left())?;
            let lease = match self.choices[place.at].try_lease(key) {
                Ok(Some(lease)) => lease,
                Ok(None) => return Ok(None),
                // Nothing is there and nothing can go there.
                Err(why) if matches!(place.record, Ok(None)) && self.is_absent(&why) => {
                    not.push(place.at);
                    continue;
                }
                Err(why) => return Err(why),
            };
            // Whoever had the lease until now may have logged in elsewhere, or logged out.
            if self.find(key, &not).is_none_or(|now| now.at != place.at) {
                tries += 1;
                continue;
            }
            let mut shared = self.shared();
            if shared.pins.contains_key(key) {
                return Ok(None);
            }
            shared.pins.insert(key.clone(), (place.at, Arc::new(lease)));
            let out = Out {
                shared: Arc::clone(&self.shared),
                key: key.clone(),
            };
            return Ok(Some(Lease::new(key.clone(), out)));
        }
        Ok(None)
    }

    #[inline]
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let (at, own) = self.pinned(lease)?;
        self.choices[at].save(&own, record)
    }

    #[inline]
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        let (used, own) = self.pinned(lease)?;
        let mut outcome = self.choices[used].remove(&own);
        for (at, choice) in self.choices.iter().enumerate() {
            if at != used && !choice.is_read_only() {
                outcome = outcome.and(self.remove_other(&**choice, lease.key()));
            }
        }
        outcome
    }

    #[inline]
    fn is_read_only(&self) -> bool {
        self.choices.iter().all(Store::is_read_only)
    }

    #[inline]
    fn holds_plain_token(&self) -> bool {
        self.choices.iter().any(Store::holds_plain_token)
    }

    /// In the first store that can: the note is about requests, not about records.
    #[inline]
    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        for choice in &self.choices {
            if choice.update_note(note, change)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Which store was used last, and what the others said: `file /data/nightly (in use), after
    /// keyring (no keyring service is running)`.
    #[inline]
    fn describe(&self) -> String {
        let states = self.shared().states.clone();
        let named = |at: usize| {
            let name = self.choices[at].describe();
            match states.get(at) {
                None | Some(StoreState::NotAsked) => name,
                Some(StoreState::Empty) => format!("{name} (no record)"),
                Some(StoreState::InUse) => format!("{name} (in use)"),
                Some(StoreState::Failed(why)) => format!("{name} ({why})"),
            }
        };
        let names = |range: std::ops::Range<usize>| range.map(named).collect::<Vec<_>>().join(", ");
        let all = self.choices.len();
        let used = states
            .iter()
            .position(|state| matches!(state, StoreState::InUse));
        match used {
            None => format!("the first of: {}", names(0..all)),
            Some(at) => {
                let mut text = named(at);
                if at > 0 {
                    text += &format!(", after {}", names(0..at));
                }
                if at + 1 < all {
                    text += &format!(", before {}", names(at + 1..all));
                }
                text
            }
        }
    }
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "First({})", self.describe())
    }
}

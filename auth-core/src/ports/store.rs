//! The store interface: one token record for each account, and the lease for changing it.

use std::{
    any::Any,
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use super::runtime::BoxFuture;
use crate::{
    error::{Error, ErrorKind},
    service::account_key::AccountKey,
    wire::secret::SecretBytes,
};

/// Stores one token record, as secret bytes, for each account. Calls block; the async driver makes
/// them on the blocking pool.
///
/// An implementation promises:
///
/// - [`save`](Self::save) replaces the old token record as a whole or not at all, and the new one
///   survives a power cut once it returns.
/// - At any moment at most one [`Lease`] of an account exists, across all processes that use the
///   same store. Where leases end by time, at most one that [`confirm`](Self::confirm) confirms.
/// - The lease of a process that dies is released: at once, or after
///   [`lease_duration`](Self::lease_duration).
/// - A save under a lease that was lost never replaces a record that was saved since.
/// - Accounts never share a token record or a lease, whatever text their [`AccountKey`]s contain.
/// - It stores token records of up to 1 MB, unchanged. Records are any bytes, not UTF-8: a store
///   around this one may save cipher text.
/// - Changes of several accounts at the same time lose none, also if one file holds all accounts.
/// - [`load`](Self::load) fails, or returns the bytes, if something else is in the place of a token
///   record; the next [`save`](Self::save) replaces it.
///
/// `auth_testkit::store_suite` checks a store against these. The example `own_store` of
/// auth-testkit is a store in 100 lines that processes share, with the suite over it.
///
/// Implement [`reserve`](Self::reserve) if a save can fail for lack of room, and
/// [`next_change`](Self::next_change) if processes on other hosts wait for each other.
///
/// A store in memory, for one process:
///
/// ```
/// use std::{
///     collections::{HashMap, HashSet},
///     sync::{Arc, Mutex},
/// };
/// use auth_core::{AccountKey, Error, Lease, SecretBytes, Store};
///
/// #[derive(Default)]
/// struct Memory {
///     records: Mutex<HashMap<AccountKey, SecretBytes>>,
///     leases: Arc<Mutex<HashSet<AccountKey>>>,
/// }
///
/// /// Releases a lease when dropped.
/// struct Guard(AccountKey, Arc<Mutex<HashSet<AccountKey>>>);
///
/// impl Drop for Guard {
///     fn drop(&mut self) {
///         self.1.lock().expect("not poisoned").remove(&self.0);
///     }
/// }
///
/// impl Store for Memory {
///     fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
///         Ok(self.records.lock().expect("not poisoned").get(key).cloned())
///     }
///
///     fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
///         let free = self.leases.lock().expect("not poisoned").insert(key.clone());
///         Ok(free.then(|| Lease::new(key.clone(), Guard(key.clone(), Arc::clone(&self.leases)))))
///     }
///
///     fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
///         self.records.lock().expect("not poisoned").insert(lease.key().clone(), record.clone());
///         Ok(())
///     }
///
///     fn remove(&self, lease: &Lease) -> Result<(), Error> {
///         self.records.lock().expect("not poisoned").remove(lease.key());
///         Ok(())
///     }
///
///     fn describe(&self) -> String {
///         "memory".to_owned()
///     }
/// }
///
/// let (store, key) = (Memory::default(), AccountKey::new("example", "my-client-id", "default"));
/// let lease = store.try_lease(&key)?.expect("not leased yet");
/// assert!(store.try_lease(&key)?.is_none());
/// store.save(&lease, &SecretBytes::new(b"{}".to_vec()))?;
/// drop(lease);
/// assert!(store.try_lease(&key)?.is_some() && store.load(&key)?.is_some());
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "token cache")]
#[doc(alias = "token storage")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store",
    label = "does not implement `auth_core::Store`",
    note = "`keystore` has stores: `File::in_data_dir(\"…\")?`, `Memory::new()` and others"
)]
pub trait Store: Send + Sync + 'static {
    /// Returns the token record, or `None` if there is none.
    ///
    /// # Errors
    /// Fails if the store cannot be read or holds something else.
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error>;

    /// Takes the lease of this account. `None` if another session or process holds it.
    ///
    /// # Errors
    /// Fails if the store is not accessible.
    ///
    /// A store that is reached over a network says by the kind what to do: [`ErrorKind::Transport`]
    /// or [`ErrorKind::TimedOut`] if it did not respond, which may pass. It is
    /// [`ErrorKind::Configuration`] if it refused, for example for a wrong password. The same holds
    /// for all other methods.
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error>;

    /// Returns how long the lease of a process that died remains, counted from its last
    /// [`confirm`](Self::confirm) or from the moment it was taken. `None`, the default, if it ends
    /// with its process, as the lock of a file does. Drivers that wait for such a lease look about
    /// every 20 ms at first, because the store is on the same machine.
    fn lease_duration(&self) -> Option<Duration> {
        None
    }

    /// Returns a future that is ready soon after the record or the lease of this account changes,
    /// counted from this call. Drivers that wait for a lease call this, look at the record, and ask
    /// for the lease. Then they wait for the future, but never longer than until their next look.
    /// So a lost message costs a moment, and the store does not have to promise it.
    ///
    /// The future needs no runtime. It may also be ready without a change, as when the store loses
    /// the connection that brings the messages. This must not block: a store that has to connect
    /// first does so in the background.
    ///
    /// `None`, the default, if the store does not tell, or not yet.
    fn next_change(&self, key: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        let _ = key;
        None
    }

    /// Returns whether the lease still holds, and keeps it for at least this long, whatever
    /// [`lease_duration`](Self::lease_duration) is. Drivers call it right before a request whose
    /// effect must not happen twice, where leases end by time; `false` means not to send it. They
    /// also call it before they save a record that could not be saved before; `false` means to take
    /// another lease. The next [`save`](Self::save) ends that longer time. Default: `true`, for a
    /// lease that only its holder ends.
    ///
    /// A process that was stopped for a minute does not know that its lease has ended. It would
    /// send a refresh token that another one has used meanwhile.
    ///
    /// # Errors
    /// Fails if the store cannot tell. Treat it as `false`.
    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        let _ = (lease, at_least);
        Ok(true)
    }

    /// Checks that the store can be used now, without changing a record: for the readiness check of
    /// a service. Default: succeeds.
    ///
    /// # Errors
    /// Fails as the next [`load`](Self::load) would, and says what to do.
    fn health(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Replaces the token record.
    ///
    /// # Errors
    /// Fails if the new token record was not saved; the old one is then still stored. Also fails if
    /// the new one is saved but may not survive a power cut. The error says which.
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error>;

    /// Removes the token record. Succeeds if there is none.
    ///
    /// # Errors
    /// Fails if the token record cannot be removed.
    fn remove(&self, lease: &Lease) -> Result<(), Error>;

    /// Reserves room for a token record of `bytes` bytes, before a token is requested that a server
    /// issues only once. The reservation ends with the lease or with the next
    /// [`save`](Self::save). Default: fails if the store is read-only.
    ///
    /// # Errors
    /// Fails if such a token record could not be saved now, for example because the disk is full.
    fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
        let _ = (lease, bytes);
        match self.is_read_only() {
            false => Ok(()),
            true => Err(Error::new(
                ErrorKind::Configuration,
                format!("the {} is read-only", self.describe()),
            )
            .with_help("use a store that can be written")),
        }
    }

    /// Returns the accounts that have a token record, in any order: for a menu of accounts. `None`,
    /// the default, if the store cannot list them.
    ///
    /// A listed account may still need a login: its record may be unreadable, or hold a login that
    /// the service has ended.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        Ok(None)
    }

    /// Returns whether the store only hands out what the user put there. [`save`](Self::save) and
    /// [`remove`](Self::remove) then always fail. Default: `false`.
    fn is_read_only(&self) -> bool {
        false
    }

    /// Returns whether [`load`](Self::load) may ask a person for something, such as the password of
    /// a locked keyring. Clients then read a record only when they need it. They do not look at it
    /// once a minute to see whether another program has logged out. Default: `false`.
    fn may_prompt(&self) -> bool {
        false
    }

    /// Describes the store and its location in a few words for the user: `file
    /// ~/.local/share/nightly`.
    fn describe(&self) -> String;

    /// Describes which store holds the token record of this account, if this one is made of several
    /// and has looked it up. Says why those before it do not hold it. `None`, the default,
    /// otherwise. For logs: drivers ask it after a load or a save.
    fn describe_choice(&self, key: &AccountKey) -> Option<String> {
        let _ = key;
        None
    }

    /// Gives the store an observer of its waits for a user. Implement it if a call may have to wait
    /// for a user, as that of a locked keyring. Report the wait once it has lasted a second.
    /// Drivers call this once for each client. Default: does nothing, for a store that asks no
    /// user.
    fn observe_waits(&self, observer: WaitObserver) {
        let _ = observer;
    }

    /// Returns whether the store may hold a plain token, which the user copied from a page of the
    /// service, instead of a token record. An environment variable may. The service reads such a
    /// text by its own rules
    /// ([`TokenDerivation::read_plain_token`](crate::TokenDerivation::read_plain_token)). Default:
    /// `false`.
    fn holds_plain_token(&self) -> bool {
        false
    }

    /// Updates a small shared note under a lock. `change` receives the note that a program which
    /// uses this store wrote last (empty at first), and returns the new one. The note must not
    /// contain secrets, and it may be lost in a power cut.
    ///
    /// Returns `false` if the store has no shared notes, the default. Programs then do not count
    /// each other's requests towards the rate limit.
    ///
    /// # Errors
    /// Fails if the note cannot be read or written.
    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        let _ = (note, change);
        Ok(false)
    }
}

/// A store behind a pointer is a store: one that several own, or one of any type.
macro_rules! pointer {
    ($($Pointer:ident),*) => {$(
    impl<S: Store + ?Sized> Store for $Pointer<S> {
        fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
            (**self).load(key)
        }

        fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
            (**self).try_lease(key)
        }

        fn lease_duration(&self) -> Option<Duration> {
            (**self).lease_duration()
        }

        fn next_change(&self, key: &AccountKey) -> Option<BoxFuture<'static, ()>> {
            (**self).next_change(key)
        }

        fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
            (**self).confirm(lease, at_least)
        }

        fn health(&self) -> Result<(), Error> {
            (**self).health()
        }

        fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
            (**self).save(lease, record)
        }

        fn remove(&self, lease: &Lease) -> Result<(), Error> {
            (**self).remove(lease)
        }

        fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
            (**self).reserve(lease, bytes)
        }

        fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
            (**self).accounts()
        }

        fn is_read_only(&self) -> bool {
            (**self).is_read_only()
        }

        fn may_prompt(&self) -> bool {
            (**self).may_prompt()
        }

        fn describe(&self) -> String {
            (**self).describe()
        }

        fn describe_choice(&self, key: &AccountKey) -> Option<String> {
            (**self).describe_choice(key)
        }

        fn observe_waits(&self, observer: WaitObserver) {
            (**self).observe_waits(observer);
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
    )*};
}

pointer!(Arc, Box);

/// A client's observer of a store's waits for a user. Call it with the account and the longest time
/// that the wait may last. Keep it weak, because it ends with its client.
pub type WaitObserver = Weak<dyn Fn(&AccountKey, Duration) + Send + Sync>;

/// The right to change one account's token record. Dropping it releases it. [`Store`] has an
/// example.
pub struct Lease {
    key: AccountKey,
    guard: Box<dyn Any + Send + Sync>,
}

impl Lease {
    /// Makes a lease on `key` that ends when `guard` is dropped. For stores.
    #[must_use]
    pub fn new(key: AccountKey, guard: impl Any + Send + Sync) -> Self {
        Self {
            key,
            guard: Box::new(guard),
        }
    }

    /// Returns the account.
    #[must_use]
    pub fn key(&self) -> &AccountKey {
        &self.key
    }

    /// Returns the guard that the lease was made with, if it is of this type. For stores: what they
    /// have to know of the lease, such as its number and the version of the record under it.
    ///
    /// ```
    /// use auth_core::{AccountKey, Lease};
    ///
    /// struct Guard {
    ///     fence: u64,
    /// }
    ///
    /// let key = AccountKey::new("example", "my-client-id", "default");
    /// let lease = Lease::new(key, Guard { fence: 7 });
    /// assert_eq!(lease.guard::<Guard>().map(|guard| guard.fence), Some(7));
    /// assert!(lease.guard::<String>().is_none(), "the lease of another store");
    /// ```
    #[must_use]
    pub fn guard<T: Any>(&self) -> Option<&T> {
        self.guard.downcast_ref()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

//! The operating system's keyring: token records as entries, with a lease across processes.
//!
//! The crate `keyring` 4 wraps `keyring-core` and one store crate per system. This module does not
//! use it, because its one store is created once per process, and one that failed stays failed. A
//! nightly service that starts before the keyring would never find it. Nor should a library set a
//! process-wide default. So:
//!
//! * macOS and Windows use `keyring-core` and the store crates of `keyring` 4, with a store value
//!   of this module (`native.rs`).
//! * Linux uses `secret-service` directly (`secret_service.rs`). The store crate over it writes
//!   passwords as bytes, which KeePassXC shows as an attachment beside an empty password. It
//!   creates items without the attribute by which Python's keyring recognizes its own. And it does
//!   not distinguish "no entry" from "locked".
//!
//! The rest is independent of both. `split.rs` splits token records by the size limit of entries,
//! and `worker.rs` adds a timeout to each call. `entries.rs` is the interface between, with its
//! failures.

mod entries;
#[cfg(test)]
mod fake;
#[cfg(any(test, target_os = "macos", windows))]
mod native;
mod passwords;
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
mod secret_service;
mod split;
mod system;
#[cfg(test)]
mod tests;
mod worker;

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store, WaitObserver};

pub(crate) use self::entries::{Doing, Failure};
#[cfg(test)]
pub(crate) use self::fake::Fake;
pub(crate) use self::passwords::Passwords;
use self::{
    split::Split,
    worker::{Guard, Worker},
};
use crate::fs::{account_names, dir, file_names, lock::FileLock, private_file, shared_note};

/// The default timeout of a call: the user may have to type a password first.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// The smallest limit that [`Keyring::with_entry_limit`] takes.
const SMALLEST: usize = 256;

/// A store in the keyring of the operating system. Feature `keyring`.
///
/// This is the Secret Service (GNOME Keyring, KWallet, KeePassXC) on Linux and the BSDs, the login
/// Keychain on macOS, and the Credential Manager on Windows. The code for Windows was run under
/// wine only, that for macOS was **not run**; their platform-neutral parts were tested over other
/// stores. Clones share one connection.
///
/// The keyring protects against other users, and, as well as its password does, against a reader of
/// the disk or a backup. It does **not** protect against programs of the same user while it is
/// unlocked: on Linux and Windows any of them can read any entry.
///
/// **Saving** replaces one entry. If entries are limited (Windows: 2,560 bytes), a larger token
/// record is first written in parts, and the entry that names them is replaced last. A crash at any
/// moment leaves the previous token record or the new one.
///
/// **The lease** is a file lock, because keyrings have no locks. The file is in the directory
/// `app_name` of the user's data directory (see [`File::in_data_dir`](crate::File::in_data_dir)),
/// beside the shared note for rate limits, and contains no secret. Programs that share a token
/// record must share this directory; [`with_lock_folder`](Self::with_lock_folder) sets another.
///
/// **A call blocks** for at most 60 s, or the [timeout](Self::with_timeout), if the keyring does
/// not respond. A thread of the store talks to the keyring, so an async program may call the store
/// too. The call then blocks that thread, as with any store. A write that timed out after it began
/// keeps its lease until the keyring responds, so that no other process writes meanwhile.
///
/// A call that has waited for a second tells the clients of the store
/// ([`Store::observe_waits`]): the user may not have seen the prompt.
///
/// ```no_run
/// use auth_core::{AccountKey, Store};
/// use keystore::Keyring;
///
/// let store = Keyring::open("nightly-upload")?;
/// store.check()?; // fails if there is no keyring, or if it does not respond
/// let record = store.load(&AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT))?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "keychain")]
#[doc(alias = "credential manager")]
#[doc(alias = "secret service")]
#[doc(alias = "libsecret")]
#[doc(alias = "dpapi")]
#[derive(Clone)]
pub struct Keyring {
    /// The service of the entries.
    app_name: Arc<str>,
    folder: Arc<Path>,
    timeout: Duration,
    limit: usize,
    worker: Arc<Worker>,
    /// The locks of the leases that are taken, for writes that continue after a timeout.
    leases: Arc<Mutex<HashMap<AccountKey, Weak<FileLock>>>>,
    observers: Arc<Mutex<Vec<WaitObserver>>>,
}

impl Keyring {
    /// Opens a store in this user's keyring, with entries of the service `app_name`.
    ///
    /// Does not connect to the keyring; [`check`](Self::check) does.
    ///
    /// # Errors
    /// Those of [`File::in_data_dir`](crate::File::in_data_dir), for the directory of the locks.
    pub fn open(app_name: &str) -> Result<Self, Error> {
        let folder = dir::in_data_dir(app_name)?;
        Self::with_lock_folder(app_name, folder)
    }

    /// Opens a store with its lock files in this directory, which is created with mode 0700.
    ///
    /// # Errors
    /// Those of [`File::open`](crate::File::open). [`ErrorKind::Configuration`] if `app_name` is
    /// not the name of one directory.
    pub fn with_lock_folder(app_name: &str, folder: impl Into<PathBuf>) -> Result<Self, Error> {
        dir::one_component(app_name)?;
        let folder = dir::prepare(&folder.into())?;
        let worker = Worker::new(Arc::new(system::connect));
        Ok(Self::over(app_name, &folder, system::LIMIT, worker))
    }

    fn over(app_name: &str, folder: &Path, limit: usize, worker: Worker) -> Self {
        Self {
            app_name: app_name.into(),
            folder: folder.into(),
            timeout: TIMEOUT,
            limit,
            worker: Arc::new(worker),
            leases: Arc::default(),
            observers: Arc::default(),
        }
    }

    /// Sets the timeout for each response of the keyring. Default: 60 s, since the user may have to
    /// unlock it first.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum size of an entry in bytes, at least 256. Default: 2,560 on Windows;
    /// elsewhere 2 MiB, so that each token record is one entry.
    ///
    /// Token records written with another limit can still be read.
    #[must_use]
    pub fn with_entry_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes.max(SMALLEST);
        self
    }

    /// Checks that there is a keyring and that it responds. It may be locked; it then prompts the
    /// user at the first read.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is none. [`ErrorKind::TimedOut`] if it does not
    /// respond. [`ErrorKind::Store`] if it fails.
    pub fn check(&self) -> Result<(), Error> {
        let entries = self.worker.entries(self.timeout, None);
        let failed = |failure: Failure| failure.into_error(Doing::Opening, "the keyring");
        entries.connect().map_err(failed)
    }

    fn with_entries<T>(
        &self,
        doing: Doing,
        key: &AccountKey,
        act: impl FnOnce(&Split<'_>) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let guard = match doing {
            Doing::Saving | Doing::Removing => self.guard(key),
            Doing::Opening | Doing::Reading => None,
        };
        let waits = |left| self.tell(key, left);
        let entries = self.worker.entries(self.timeout, guard).with_waits(&waits);
        let split = Split {
            entries: &entries,
            service: &self.app_name,
            stem: &file_names::stem(key),
            limit: self.limit,
        };
        act(&split).map_err(|failure| {
            failure.into_error(
                doing,
                format_args!("the token record of {key} in the keyring"),
            )
        })
    }

    /// Tells each client that a call for this account waits for its user.
    fn tell(&self, key: &AccountKey, left: Duration) {
        let observers = self.observers();
        let observers: Vec<_> = observers.iter().filter_map(Weak::upgrade).collect();
        for observer in observers {
            observer(key, left);
        }
    }

    fn observers(&self) -> MutexGuard<'_, Vec<WaitObserver>> {
        let observers = self.observers.lock();
        observers.unwrap_or_else(PoisonError::into_inner)
    }

    fn guard(&self, key: &AccountKey) -> Option<Guard> {
        let leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = leases.get(key).and_then(Weak::upgrade);
        lock.map(|lock| lock as Guard)
    }
}

impl Store for Keyring {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.with_entries(Doing::Reading, key, |split| split.load())
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let path = self
            .folder
            .join(file_names::keyring_lock(&file_names::stem(key)));
        let Some(lock) = FileLock::try_take(&path)? else {
            return Ok(None);
        };
        let lock = Arc::new(lock);
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        leases.retain(|_, lock| lock.strong_count() > 0);
        leases.insert(key.clone(), Arc::downgrade(&lock));
        Ok(Some(Lease::new(key.clone(), lock)))
    }

    fn health(&self) -> Result<(), Error> {
        self.check()
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        if record.is_empty() || record.len() as u64 > private_file::LIMIT {
            let what = format!(
                "cannot save a token record of {} bytes to the keyring",
                record.len()
            );
            return Err(Error::new(ErrorKind::Store, what)
                .with_help("record must be 1 byte to 1 MiB; the previous one is unchanged"));
        }
        self.with_entries(Doing::Saving, lease.key(), |split| split.save(record))?;
        account_names::write(&self.folder, lease.key(), &file_names::keyring_lock(""));
        Ok(())
    }

    /// Reads an entry, which asks the user to unlock the keyring. Writes none: a password manager
    /// may ask the user about each entry that a program creates or deletes.
    fn reserve(&self, lease: &Lease, _: usize) -> Result<(), Error> {
        self.with_entries(Doing::Saving, lease.key(), |split| split.check())
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.with_entries(Doing::Removing, lease.key(), |split| split.remove())?;
        account_names::remove(&self.folder, lease.key(), &file_names::keyring_lock(""));
        Ok(())
    }

    /// Lists the accounts whose lease was ever taken, of which a file remains. Asks the keyring for
    /// the record of each, because not every keyring can be searched.
    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        let mut accounts = Vec::new();
        for key in account_names::list(&self.folder, &file_names::keyring_lock(""))? {
            if self.load(&key)?.is_some() {
                accounts.push(key);
            }
        }
        Ok(Some(accounts))
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        shared_note::change(&self.folder, note, change).map(|()| true)
    }

    fn may_prompt(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        format!("keyring ({}), tokens of {}", system::NAME, self.app_name)
    }

    fn observe_waits(&self, observer: WaitObserver) {
        let mut observers = self.observers();
        observers.retain(|observer| observer.strong_count() > 0);
        observers.push(observer);
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("app_name", &self.app_name)
            .field("lock_folder", &self.folder)
            .finish_non_exhaustive()
    }
}

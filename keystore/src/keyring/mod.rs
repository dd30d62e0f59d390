//! The operating system's keyring: records as entries, with a lease across processes.
//!
//! `keyring` 4 is a thin face over `keyring-core` and one store crate for each system. Not through that face, because its one
//! store is made once for the whole process, and one that failed stays failed: a nightly service that starts before the
//! keyring would never find it. A library has no business with a process-wide default either. So:
//!
//! * macOS and Windows go through `keyring-core` and the store crates that `keyring` 4 takes, with a store value of our own
//!   (`native.rs`).
//! * Linux goes through `secret-service`, which the store crate is a face over (`secret_service.rs`): that face writes
//!   passwords as bytes, which KeePassXC shows as an attachment beside an empty password; makes items without the attribute
//!   that Python's keyring tells its own by; and does not tell "no entry" from "locked".
//!
//! Everything else knows neither: `split.rs` cuts records to what an entry may hold, `worker.rs` keeps callers from waiting
//! for ever, `entries.rs` is the face between, with its failures.

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
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store};

pub(crate) use self::entries::{Doing, Failure};
#[cfg(test)]
pub(crate) use self::fake::Fake;
pub(crate) use self::passwords::Passwords;
use self::{
    split::Split,
    worker::{Guard, Worker},
};
use crate::fs::{dir, file_names, lock::Held, private_file, shared_note};

/// How long a call waits for the keyring: a person may have to type a password first.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The smallest limit that [`Keyring::entry_limit`] takes.
const SMALLEST: usize = 256;

/// Keeps each account's record in the keyring of the operating system. Clones share one connection. Feature `keyring`.
///
/// On Linux and the BSDs that is the Secret Service (GNOME Keyring, KWallet, KeePassXC), on macOS the login Keychain, on
/// Windows the Credential Manager. The last two are written and were **not run**; what is platform-neutral about them was,
/// over other stores.
///
/// It protects against who gets the disk or a backup, as well as the keyring's own password does, and against other users.
/// It does **not** protect against programs of the same user while the keyring is unlocked: on Linux and Windows any of
/// them may ask for any entry.
///
/// **Saving** replaces one entry. Where entries are limited (Windows: 2,560 bytes) a larger record is written in parts first,
/// and the entry that names them is replaced last: a crash at any moment leaves the old record or the new one.
///
/// **The lease** is a lock on a file, because keyrings have none: it lies in the folder `app_name` of the user's data
/// folder (see [`File::in_data_dir`](crate::File::in_data_dir)), beside the note of the pace that programs share, and holds
/// no secret. Programs that share a record must
/// share that folder; [`with_lock_folder`](Self::with_lock_folder) names another.
///
/// **Waiting** is bounded: a call that the keyring does not answer fails after a minute, or after what
/// [`patience`](Self::with_timeout) says. A thread of the store's own does the talking, so it may be called from an async
/// runtime's thread as well, which it blocks like any store. A call that gave up in the middle of a write keeps its lease
/// until the keyring answers, so that nobody else writes meanwhile.
///
/// ```no_run
/// use auth_core::{AccountKey, Store};
/// use keystore::Keyring;
///
/// let store = Keyring::open("nightly-upload")?;
/// store.check()?; // says plainly if there is no keyring, or a locked one
/// let record = store.load(&AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT))?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Keyring {
    /// The keyring service of the entries.
    app_name: Arc<str>,
    folder: Arc<Path>,
    patience: Duration,
    limit: usize,
    worker: Arc<Worker>,
    /// The locks of the leases that are out, for work that goes on after its caller gave up.
    leases: Arc<Mutex<HashMap<AccountKey, Weak<Held>>>>,
}

impl Keyring {
    /// A store in this user's keyring, with entries of the service `app_name`. Nothing is asked of the keyring yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: there is no data folder for the locks, or `app_name` is no name of a folder.
    pub fn open(app_name: &str) -> Result<Self, Error> {
        let folder = dir::in_data_dir(app_name)?;
        Self::with_lock_folder(app_name, folder)
    }

    /// The same, with the locks in this folder. It is made where it does not exist, with mode 0700.
    ///
    /// # Errors
    /// The folder cannot be made, or lets other users put files into it; or `app_name` is no name of a folder.
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
            patience: PATIENCE,
            limit,
            worker: Arc::new(worker),
            leases: Arc::default(),
        }
    }

    /// How long a call waits for each answer of the keyring; 60 s unless given. A person may have to unlock it meanwhile.
    #[must_use]
    pub fn with_timeout(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The most bytes that one entry may hold, at least 256: 2,560 on Windows; elsewhere a record is one entry unless a limit
    /// is given here. Records written with another limit can be read all the same.
    #[must_use]
    pub fn entry_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes.max(SMALLEST);
        self
    }

    /// Whether there is a keyring that answers. It may be locked, and then asks when something is read.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: there is none. [`ErrorKind::TimedOut`]: it does not answer.
    pub fn check(&self) -> Result<(), Error> {
        let entries = self.worker.entries(self.patience, None);
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
        let entries = self.worker.entries(self.patience, guard);
        let split = Split {
            entries: &entries,
            service: &self.app_name,
            stem: &file_names::stem(key),
            limit: self.limit,
        };
        act(&split).map_err(|failure| {
            failure.into_error(doing, format_args!("the record of {key} in the keyring"))
        })
    }

    fn guard(&self, key: &AccountKey) -> Option<Guard> {
        let leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        let held = leases.get(key).and_then(Weak::upgrade);
        held.map(|held| held as Guard)
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
        let Some(held) = Held::try_take(&path)? else {
            return Ok(None);
        };
        let held = Arc::new(held);
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        leases.retain(|_, held| held.strong_count() > 0);
        leases.insert(key.clone(), Arc::downgrade(&held));
        Ok(Some(Lease::new(key.clone(), held)))
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        if record.is_empty() || record.len() as u64 > private_file::LIMIT {
            let what = format!(
                "a record of {} bytes cannot be saved in the keyring",
                record.len()
            );
            return Err(Error::new(ErrorKind::Store, what)
                .with_help("a record has 1 byte to 1 MiB; the old one is still there"));
        }
        self.with_entries(Doing::Saving, lease.key(), |split| split.save(record))
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.with_entries(Doing::Removing, lease.key(), |split| split.remove())
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        shared_note::change(&self.folder, note, change).map(|()| true)
    }

    fn describe(&self) -> String {
        format!("keyring ({}), tokens of {}", system::NAME, self.app_name)
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

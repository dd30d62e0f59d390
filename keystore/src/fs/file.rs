//! The plain-text file store: a file per account, replaced as a whole.

use std::{fmt, path::PathBuf};

use auth_core::{AccountKey, Error, Lease, SecretBytes, Store};

use super::{
    account_files::{AccountFiles, PlainText},
    dir,
};

/// A store with one plain-text file per account, in one directory.
///
/// Clones and all processes that open the directory share the token records. The tokens are **not
/// encrypted**; the store `Encrypted` (feature `encrypted`) encrypts them. The modes of the file
/// (0600 from its creation) and of the directory protect against other users of the machine. They
/// do not protect against programs of the same user, root, or a reader of the disk or of a backup.
/// Windows has no modes: there the access list that the directory inherits protects the files. That
/// part was written but not run.
///
/// **Saving** writes a second file, syncs it to disk, and renames it over the first. A crash or
/// power cut at any moment leaves the previous token record or the new one, never a part of one.
///
/// **The lease** is a lock on a file beside the token record (`….lock`), which is never deleted.
/// The kernel releases it when its holder dies; another process cannot take it from a live holder.
/// Do not delete these files while a program runs. On a network file system the lease is as
/// reliable as its locks.
///
/// **Reading** rejects a file that other users can read or write, an empty file, one over 1 MiB, a
/// directory and a symbolic link. Each error names the path and says what to do.
///
/// **A foreign file** may be in the place of the token record: of another program, damaged, of
/// another version. It is kept as `….bad` when a new token record is saved. It may contain tokens:
/// delete it when you know what it was. [`remove`](Store::remove) does not remove it.
///
/// ```
/// use auth_core::{AccountKey, Store, TokenRecord};
/// use keystore::File;
///
/// # let directory = tempfile::tempdir().unwrap();
/// # let directory = directory.path();
/// // A program uses its own data directory: File::in_data_dir("nightly-upload")?
/// let store = File::open(directory)?;
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let lease = store.try_lease(&key)?.expect("it is free");
/// store.save(&lease, &TokenRecord::default().to_text())?;
/// assert!(store.path(&key).ends_with("inaturalist+app-id+default.json"));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "cache")]
pub struct File(AccountFiles<PlainText>);

impl File {
    /// Opens a store in this directory.
    ///
    /// Creates the directory and its missing parents with mode 0700. A relative path is resolved
    /// against the current working directory now.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](auth_core::ErrorKind::Store) if the directory cannot be created, is not
    /// a directory, or if other users can create files in it.
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration) if the path is empty.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        AccountFiles::open(&folder.into(), PlainText).map(Self)
    }

    /// Opens a store in the directory `app_name` of the user's data directory.
    ///
    /// The data directory is, on Unix, `$XDG_DATA_HOME`, or `~/.local/share` if that is not set; on
    /// macOS `~/Library/Application Support`; on Windows `%LOCALAPPDATA%`, which does not roam.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration) if the user has no home
    /// directory, or if `app_name` is not the name of one directory. Also the errors of
    /// [`open`](Self::open).
    pub fn in_data_dir(app_name: &str) -> Result<Self, Error> {
        Self::open(dir::in_data_dir(app_name)?)
    }

    /// Returns the path of this account's token record, whether it exists or not.
    #[must_use]
    pub fn path(&self, key: &AccountKey) -> PathBuf {
        self.0.path(key)
    }
}

impl Store for File {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.0.load(key)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.0.try_lease(key)
    }

    fn health(&self) -> Result<(), Error> {
        self.0.check_folder()
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.0.save(lease, record)
    }

    fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
        self.0.reserve(lease, bytes)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.0.remove(lease)
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        self.0.accounts().map(Some)
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        self.0.update_note(note, change).map(|()| true)
    }

    fn describe(&self) -> String {
        format!("file {}", self.0.folder().display())
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("File").field(&self.0.folder()).finish()
    }
}

//! A file per account, replaced as a whole, with a lease that holds across processes.

use std::{fmt, path::PathBuf};

use auth_core::{AccountKey, Error, Lease, SecretBytes, Store};

use super::{
    account_files::{Files, PlainText},
    dir,
};

/// Keeps each account's record in a file of its own, in one folder. Clones share the folder, and
/// so do all processes that open it.
///
/// The tokens lie in the file **in the clear**; what keeps them is the file's mode (0600 from its
/// first moment) and that of the folder. That protects against other users of the machine. It does
/// not protect against programs of the same user, against root, or against who gets hold of the
/// disk or a backup. On Windows, where there are no modes, it rests on the access list that the folder
/// inherits; that part is written but was not run.
///
/// **Saving** writes a second file, waits until it is on the disk, and renames it over the first.
/// A crash or power cut at any moment leaves the old record or the new one, never a torn one.
///
/// **The lease** is a lock on a file beside the record (`….lock`), which is never deleted. The
/// kernel frees it when its holder dies; nobody can take it from a holder that lives. Do not
/// delete these files while a program runs. On network file systems it is worth what their locks
/// are worth.
///
/// **Reading** refuses a file that others can read or write, an empty one, one over 1 MiB, a folder
/// and a symbolic link, each with an error that names the path and says what to do. When a new
/// record is saved over a file that is no record (another program's, torn by other hands, of
/// another version), that file is kept beside as `….bad`; since it may hold tokens, delete it when it is
/// understood. [`remove`](Store::remove) leaves it alone.
#[derive(Clone)]
pub struct File(Files<PlainText>);

impl File {
    /// A store in this folder. It is made, with its missing parents, where it does not exist; what
    /// is made has mode 0700. A relative path is taken from the working directory of this moment.
    ///
    /// # Errors
    /// The folder cannot be made, is no folder, or lets other users put files into it.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        Files::open(&folder.into(), PlainText).map(Self)
    }

    /// A store in the folder `app_name` of the user's own data folder.
    ///
    /// On Unix that is `$XDG_DATA_HOME`, or `~/.local/share` where it is not set; on macOS
    /// `~/Library/Application Support`; on Windows `%APPDATA%`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration): the user has no home
    /// folder, or `app_name` is no name of a folder. And those of [`open`](Self::open).
    pub fn in_data_dir(app_name: &str) -> Result<Self, Error> {
        Self::open(dir::in_data_dir(app_name)?)
    }

    /// Where this account's record lies, or would lie.
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

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.0.save(lease, record)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.0.remove(lease)
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        self.0.share(note, change).map(|()| true)
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

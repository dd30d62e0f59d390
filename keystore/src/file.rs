//! A file per account, replaced as a whole, with a lease that holds across processes.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, Record, SecretBytes, Store};

use crate::{
    errors::{self, Doing},
    folder,
    lock::Held,
    names, platform,
    private::{self, Temporary},
};

/// How many files of foreign content are kept beside one record before the last is replaced.
const BAD_FILES: u32 = 99;

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
pub struct File {
    folder: Arc<Path>,
}

impl File {
    /// A store in this folder. It is made, with its missing parents, where it does not exist; what
    /// is made has mode 0700. A relative path is taken from the working directory of this moment.
    ///
    /// # Errors
    /// The folder cannot be made, is no folder, or lets other users put files into it.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        let folder = folder::prepare(&folder.into())?;
        Ok(Self {
            folder: folder.into(),
        })
    }

    /// A store in the folder `app_name` of the user's own data folder.
    ///
    /// On Unix that is `$XDG_DATA_HOME`, or `~/.local/share` where it is not set; on macOS
    /// `~/Library/Application Support`; on Windows `%APPDATA%`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: the user has no home folder, or `app_name` is no name of a
    /// folder. And those of [`open`](Self::open).
    pub fn in_data_dir(app_name: &str) -> Result<Self, Error> {
        Self::open(folder::in_data_dir(app_name)?)
    }

    /// Where this account's record lies, or would lie.
    #[must_use]
    pub fn path(&self, key: &AccountKey) -> PathBuf {
        self.folder.join(names::record(&names::stem(key)))
    }

    /// That there is no record is one thing, that the folder is gone (a disk that is not mounted)
    /// another: nobody should have to log in again for that.
    fn check_folder(&self) -> Result<(), Error> {
        match fs::metadata(&self.folder) {
            Ok(metadata) if metadata.is_dir() => Ok(()),
            Ok(_) => Err(io::ErrorKind::NotADirectory.into()),
            Err(source) => Err(source),
        }
        .map_err(|source| errors::failed(Doing::Opening, &self.folder, source))
    }

    fn sync(&self) -> Result<(), Error> {
        platform::sync_folder(&self.folder)
            .map_err(|source| errors::failed(Doing::Syncing, &self.folder, source))
    }

    /// Removes what writers left behind that died. Only for who has just got the lease: nobody
    /// else writes then.
    fn sweep(&self, stem: &str) {
        // A secret that stays a little longer is better than a renewal that cannot happen.
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name
                .to_str()
                .is_some_and(|name| names::is_temporary(stem, name))
            {
                let _: io::Result<()> = fs::remove_file(entry.path());
            }
        }
    }

    /// Moves foreign content to a name that is free.
    fn keep_beside(&self, stem: &str, path: &Path) -> Result<(), Error> {
        let failed = |source| errors::failed(Doing::Saving, path, source);
        let beside = (1..=BAD_FILES)
            .map(|number| self.folder.join(names::bad(stem, number)))
            .find(|beside| fs::symlink_metadata(beside).is_err())
            .unwrap_or_else(|| self.folder.join(names::bad(stem, BAD_FILES)));
        // Where it belongs to another user this fails; the new record must be saved all the same.
        let _: io::Result<()> = platform::close_to_others(path);
        fs::rename(path, beside).map_err(failed)
    }
}

impl Store for File {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        let record = private::read(&self.path(key))?;
        if record.is_none() {
            self.check_folder()?;
        }
        Ok(record)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let stem = names::stem(key);
        let Some(held) = Held::try_take(&self.folder.join(names::lock(&stem)))? else {
            return Ok(None);
        };
        self.sweep(&stem);
        Ok(Some(Lease::new(key.clone(), held)))
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let path = self.path(lease.key());
        if record.is_empty() || record.len() as u64 > private::LIMIT {
            return Err(Error::new(
                ErrorKind::Store,
                format!(
                    "a record of {} bytes cannot be saved to {}",
                    record.len(),
                    path.display()
                ),
            )
            .advice("a record has 1 byte to 1 MiB; the old one is still there"));
        }
        let foreign = private::is_foreign(&path, |bytes| Record::from_text(bytes).is_ok())?;
        let stem = names::stem(lease.key());
        let new = self.folder.join(names::temporary(&stem));
        let new = Temporary::write(new, record.as_ref())?;
        if foreign {
            self.keep_beside(&stem, &path)?;
        }
        new.place(&path)?;
        self.sync()
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        let path = self.path(lease.key());
        if !private::check_plain_file(Doing::Removing, &path)? {
            return self.check_folder();
        }
        fs::remove_file(&path).map_err(|source| errors::failed(Doing::Removing, &path, source))?;
        self.sync()
    }

    fn describe(&self) -> String {
        format!("file {}", self.folder.display())
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("File").field(&self.folder).finish()
    }
}

//! A directory with a file per account: the common part of the file stores.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, TokenRecord};

use super::{
    account_names, busy, dir,
    errors::{self, Doing},
    file_names,
    lock::FileLock,
    platform,
    private_file::{self, Temporary},
    shared_note,
};

/// How many `….bad` files one account may have. The next one replaces the last.
const BAD_FILES: u32 = 99;

/// The file format of a token record.
pub(crate) trait Format {
    /// Returns the file name of the account with this stem.
    fn file_name(&self, stem: &str) -> String;

    /// Encodes a token record.
    fn write<'a>(&self, key: &AccountKey, record: &'a SecretBytes) -> Result<Cow<'a, [u8]>, Error>;

    /// Decodes the bytes of the file at `path`.
    fn read(&self, key: &AccountKey, path: &Path, bytes: SecretBytes)
    -> Result<SecretBytes, Error>;
}

/// How much longer than a token record its file may be, in bytes: the head of a sealed file.
const FORMAT_OVERHEAD: usize = 512;

/// What a lease holds: the lock, and the name of the account's temporary file. One that is there
/// when the lease begins is of a process that died. One that is there at the end was reserved and
/// not needed.
struct LeaseFiles {
    temporary: PathBuf,
    _lock: FileLock,
}

impl LeaseFiles {
    fn new(temporary: PathBuf, lock: FileLock) -> Self {
        let files = Self {
            temporary,
            _lock: lock,
        };
        files.remove_temporary();
        files
    }

    /// Removes the file if it is there. A failure must not prevent a renewal; a save says more.
    fn remove_temporary(&self) {
        let _: io::Result<()> = fs::remove_file(&self.temporary);
    }
}

impl Drop for LeaseFiles {
    fn drop(&mut self) {
        self.remove_temporary();
    }
}

/// The token records of one format in one directory. All formats share the leases.
#[derive(Clone)]
pub(crate) struct AccountFiles<F> {
    folder: Arc<Path>,
    format: F,
}

impl<F: Format> AccountFiles<F> {
    /// Opens the directory. See [`dir::prepare`].
    pub(crate) fn open(folder: &Path, format: F) -> Result<Self, Error> {
        let folder = dir::prepare(folder)?.into();
        Ok(Self { folder, format })
    }

    /// Returns the token records of another format in the same directory.
    #[cfg(feature = "encrypted")]
    pub(crate) fn with_format<G>(&self, format: G) -> AccountFiles<G> {
        let folder = Arc::clone(&self.folder);
        AccountFiles { folder, format }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    #[cfg(feature = "encrypted")]
    pub(crate) fn shared_folder(&self) -> &Arc<Path> {
        &self.folder
    }

    #[cfg(all(test, feature = "encrypted"))]
    pub(crate) fn format(&self) -> &F {
        &self.format
    }

    /// Returns the path of this account's token record, whether it exists or not.
    pub(crate) fn path(&self, key: &AccountKey) -> PathBuf {
        self.folder
            .join(self.format.file_name(&file_names::stem(key)))
    }

    pub(crate) fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        let path = self.path(key);
        match private_file::read(&path)? {
            Some(bytes) => self.format.read(key, &path, bytes).map(Some),
            None => self.check_folder().map(|()| None),
        }
    }

    pub(crate) fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let stem = file_names::stem(key);
        let Some(lock) = FileLock::try_take(&self.folder.join(file_names::lock(&stem)))? else {
            return Ok(None);
        };
        let temporary = self.folder.join(file_names::temporary(&stem));
        Ok(Some(Lease::new(
            key.clone(),
            LeaseFiles::new(temporary, lock),
        )))
    }

    /// Reserves room by a temporary file of that size, which the next save writes over.
    pub(crate) fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
        let path = self.temporary(lease);
        // The format adds to the record, at most this.
        let bytes = vec![0; bytes + FORMAT_OVERHEAD];
        Temporary::write(path, &bytes).map(Temporary::keep)
    }

    /// Returns the path of the temporary file, which only the holder of the lease writes.
    fn temporary(&self, lease: &Lease) -> PathBuf {
        let stem = file_names::stem(lease.key());
        self.folder.join(file_names::temporary(&stem))
    }

    pub(crate) fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let key = lease.key();
        let path = self.path(key);
        let bytes = self.format.write(key, record)?;
        if record.is_empty() || bytes.len() as u64 > private_file::LIMIT {
            return Err(Error::new(
                ErrorKind::Store,
                format!(
                    "cannot save a token record of {} bytes to {}",
                    record.len(),
                    path.display()
                ),
            )
            .with_help("record must be 1 byte to 1 MiB; the previous one is unchanged"));
        }
        let foreign = private_file::is_foreign(&path, |bytes| {
            self.format
                .read(key, &path, bytes)
                .and_then(|bytes| TokenRecord::from_text(bytes.as_ref()))
                .is_err()
        })?;
        let new = Temporary::write(self.temporary(lease), &bytes)?;
        if foreign {
            self.keep_as_bad(&file_names::stem(key), &path)?;
        }
        new.place(&path)?;
        account_names::write(&self.folder, key, &self.format.file_name(""));
        self.sync()
    }

    /// Returns the accounts that have a file of this format.
    pub(crate) fn accounts(&self) -> Result<Vec<AccountKey>, Error> {
        account_names::list(&self.folder, &self.format.file_name(""))
    }

    pub(crate) fn remove(&self, lease: &Lease) -> Result<(), Error> {
        let path = self.path(lease.key());
        if !private_file::check_plain_file(Doing::Removing, &path)? {
            return self.check_folder();
        }
        busy::remove(&path).map_err(|source| errors::failed(Doing::Removing, &path, source))?;
        account_names::remove(&self.folder, lease.key(), &self.format.file_name(""));
        self.sync()
    }

    pub(crate) fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<(), Error> {
        shared_note::change(&self.folder, note, change)
    }

    /// Fails if the directory is gone, for example because its disk is not mounted. That must not
    /// look like an account without a token record, which would require a new login.
    pub(crate) fn check_folder(&self) -> Result<(), Error> {
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

    /// Moves foreign content to an unused `….bad` name.
    fn keep_as_bad(&self, stem: &str, path: &Path) -> Result<(), Error> {
        let failed = |source| errors::failed(Doing::Saving, path, source);
        let bad = (1..=BAD_FILES)
            .map(|number| self.folder.join(file_names::bad(stem, number)))
            .find(|bad| fs::symlink_metadata(bad).is_err())
            .unwrap_or_else(|| self.folder.join(file_names::bad(stem, BAD_FILES)));
        // Fails if the file belongs to another user; the new record must be saved all the same.
        let _: io::Result<()> = platform::close_to_others(path);
        busy::rename(path, &bad).map_err(failed)
    }
}

/// The token record as auth-core writes it, not encrypted.
#[derive(Clone, Copy)]
pub(crate) struct PlainText;

impl Format for PlainText {
    fn file_name(&self, stem: &str) -> String {
        file_names::record(stem)
    }

    fn write<'a>(&self, _: &AccountKey, record: &'a SecretBytes) -> Result<Cow<'a, [u8]>, Error> {
        Ok(Cow::Borrowed(record.as_ref()))
    }

    fn read(&self, _: &AccountKey, _: &Path, bytes: SecretBytes) -> Result<SecretBytes, Error> {
        Ok(bytes)
    }
}

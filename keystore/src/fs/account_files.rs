//! A folder with a file per account: what the stores that keep files have in common.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, TokenRecord};

use super::{
    dir,
    errors::{self, Doing},
    file_names,
    lock::Held,
    platform,
    private_file::{self, Temporary},
    shared_note,
};

/// How many files of foreign content are kept beside one record before the last is replaced.
const BAD_FILES: u32 = 99;

/// How a record looks in its file.
pub(crate) trait Form {
    /// The name of the file of the account with this stem.
    fn file_name(&self, stem: &str) -> String;

    /// What is written for this record.
    fn write<'a>(&self, key: &AccountKey, record: &'a SecretBytes) -> Result<Cow<'a, [u8]>, Error>;

    /// The record in these bytes of the file at `path`.
    fn read(&self, key: &AccountKey, path: &Path, bytes: SecretBytes)
    -> Result<SecretBytes, Error>;
}

/// Records of one form in one folder. The lease is the same for all forms.
#[derive(Clone)]
pub(crate) struct Files<F> {
    folder: Arc<Path>,
    form: F,
}

impl<F: Form> Files<F> {
    /// See [`dir::prepare`].
    pub(crate) fn open(folder: &Path, form: F) -> Result<Self, Error> {
        let folder = dir::prepare(folder)?.into();
        Ok(Self { folder, form })
    }

    /// The records of another form in the same folder.
    #[cfg(feature = "encrypted")]
    pub(crate) fn with_form<G>(&self, form: G) -> Files<G> {
        let folder = Arc::clone(&self.folder);
        Files { folder, form }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where this account's record lies, or would lie.
    pub(crate) fn path(&self, key: &AccountKey) -> PathBuf {
        self.folder
            .join(self.form.file_name(&file_names::stem(key)))
    }

    pub(crate) fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        let path = self.path(key);
        match private_file::read(&path)? {
            Some(bytes) => self.form.read(key, &path, bytes).map(Some),
            None => self.check_folder().map(|()| None),
        }
    }

    pub(crate) fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let stem = file_names::stem(key);
        let Some(held) = Held::try_take(&self.folder.join(file_names::lock(&stem)))? else {
            return Ok(None);
        };
        self.sweep(&stem);
        Ok(Some(Lease::new(key.clone(), held)))
    }

    pub(crate) fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let key = lease.key();
        let path = self.path(key);
        let bytes = self.form.write(key, record)?;
        if record.is_empty() || bytes.len() as u64 > private_file::LIMIT {
            return Err(Error::new(
                ErrorKind::Store,
                format!(
                    "a record of {} bytes cannot be saved to {}",
                    record.len(),
                    path.display()
                ),
            )
            .with_help("a record's file has 1 byte to 1 MiB; the old one is still there"));
        }
        let foreign = private_file::is_foreign(&path, |bytes| {
            self.form
                .read(key, &path, bytes)
                .and_then(|bytes| TokenRecord::from_text(bytes.as_ref()))
                .is_err()
        })?;
        let stem = file_names::stem(key);
        let new = self.folder.join(file_names::temporary(&stem));
        let new = Temporary::write(new, &bytes)?;
        if foreign {
            self.keep_beside(&stem, &path)?;
        }
        new.place(&path)?;
        self.sync()
    }

    pub(crate) fn remove(&self, lease: &Lease) -> Result<(), Error> {
        let path = self.path(lease.key());
        if !private_file::check_plain_file(Doing::Removing, &path)? {
            return self.check_folder();
        }
        fs::remove_file(&path).map_err(|source| errors::failed(Doing::Removing, &path, source))?;
        self.sync()
    }

    pub(crate) fn share(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<(), Error> {
        shared_note::change(&self.folder, note, change)
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
                .is_some_and(|name| file_names::is_temporary(stem, name))
            {
                let _: io::Result<()> = fs::remove_file(entry.path());
            }
        }
    }

    /// Moves foreign content to a name that is free.
    fn keep_beside(&self, stem: &str, path: &Path) -> Result<(), Error> {
        let failed = |source| errors::failed(Doing::Saving, path, source);
        let beside = (1..=BAD_FILES)
            .map(|number| self.folder.join(file_names::bad(stem, number)))
            .find(|beside| fs::symlink_metadata(beside).is_err())
            .unwrap_or_else(|| self.folder.join(file_names::bad(stem, BAD_FILES)));
        // Where it belongs to another user this fails; the new record must be saved all the same.
        let _: io::Result<()> = platform::close_to_others(path);
        fs::rename(path, beside).map_err(failed)
    }
}

/// The record itself, as the core wrote it.
#[derive(Clone, Copy)]
pub(crate) struct PlainText;

impl Form for PlainText {
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

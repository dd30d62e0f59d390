//! The lease of an account across processes: a lock on a file that is never moved.

use std::{
    fs::{self, OpenOptions},
    io,
    path::Path,
};

use auth_core::Error;
use fs4::{FileExt, TryLockError};

use super::{
    errors::{self, Doing},
    platform, private_file,
};

/// A lock on a file. Dropping it releases it, and so does the kernel when the process dies.
///
/// The file is never deleted or renamed: otherwise two processes could lock two files of one name.
/// If another program deletes it all the same, before it is locked, the new file is locked instead.
/// The lock belongs to the open file description, so it also excludes other handles of this
/// process.
pub(crate) struct FileLock(fs::File);

/// How often a file is locked anew that was deleted before it was locked.
const TRIES: u32 = 8;

impl FileLock {
    /// Locks the file. `None` while another handle or process has it locked.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, Error> {
        Self::take(path, || {})
    }

    /// Locks the file; `opened` runs between opening and locking it.
    fn take(path: &Path, mut opened: impl FnMut()) -> Result<Option<Self>, Error> {
        let failed = |source| errors::failed(Doing::Leasing, path, source);
        for _ in 0..TRIES {
            private_file::check_plain_file(Doing::Leasing, path)?;
            let mut options = OpenOptions::new();
            // Some network file systems, such as NFS, lock a file only if it is open for writing.
            options.read(true).write(true).create(true).truncate(false);
            platform::make_private(&mut options);
            let file = options.open(path).map_err(failed)?;
            opened();
            match FileExt::try_lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            let lock = Self(file);
            // Another program may have deleted the file, and the next one would lock a new file.
            if platform::is_at(&lock.0, path).map_err(failed)? {
                return Ok(Some(lock));
            }
        }
        let gone = io::Error::other("the file is deleted again and again");
        Err(failed(gone))
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing is not enough: a child process that is being started shares the open file until
        // its `exec`.
        let _: io::Result<()> = FileExt::unlock(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_deleted_before_it_is_locked_is_locked_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        let mut deleted = 0;
        let lock = FileLock::take(&path, || {
            if deleted < 3 {
                fs::remove_file(&path).unwrap();
                deleted += 1;
            }
        });
        let lock = lock.unwrap().expect("free");
        assert_eq!(deleted, 3);
        assert!(FileLock::try_take(&path).unwrap().is_none(), "locked twice");
        drop(lock);
        assert!(FileLock::try_take(&path).unwrap().is_some());
    }

    #[test]
    fn a_file_that_another_program_has_replaced_and_locked_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        let mut other = None;
        let lock = FileLock::take(&path, || {
            if other.is_none() {
                fs::remove_file(&path).unwrap();
                other = FileLock::try_take(&path).unwrap();
                assert!(other.is_some());
            }
        });
        assert!(lock.unwrap().is_none(), "two hold it");
    }

    #[test]
    fn a_file_that_is_deleted_again_and_again_is_an_error_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        let mut deleted = 0;
        let taken = FileLock::take(&path, || {
            fs::remove_file(&path).unwrap();
            deleted += 1;
        });
        assert_eq!(deleted, TRIES);
        let error = taken.err().expect("an error");
        assert!(error.to_string().contains("x.lock"), "{error}");
    }
}

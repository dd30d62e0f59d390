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
/// The lock belongs to the open file description, so it also excludes other handles of this
/// process.
pub(crate) struct FileLock(fs::File);

impl FileLock {
    /// Locks the file. `None` while another handle or process has it locked.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, Error> {
        let failed = |source| errors::failed(Doing::Leasing, path, source);
        private_file::check_plain_file(Doing::Leasing, path)?;
        let mut options = OpenOptions::new();
        // Some network file systems, such as NFS, lock a file only if it is open for writing.
        options.read(true).write(true).create(true).truncate(false);
        platform::make_private(&mut options);
        let file = options.open(path).map_err(failed)?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing is not enough: a child process that is being started shares the open file until
        // its `exec`.
        let _: io::Result<()> = FileExt::unlock(&self.0);
    }
}

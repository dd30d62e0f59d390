//! The lease of an account across processes: a lock on a file that stays where it is.

use std::{
    fs::{self, OpenOptions, TryLockError},
    io,
    path::Path,
};

use auth_core::Error;

use super::{
    errors::{self, Doing},
    platform, private_file,
};

/// A lock that is held. Dropping it frees it, and so does the kernel when the process dies.
///
/// The file is never deleted or renamed: whoever did that would let two processes lock two files of
/// one name. The lock belongs to this opening of the file, so a second handle in the same process
/// is kept out like another process.
pub(crate) struct Held(fs::File);

impl Held {
    /// Locks the file, or `None` while somebody else has it locked.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, Error> {
        let failed = |source| errors::failed(Doing::Leasing, path, source);
        private_file::check_plain_file(Doing::Leasing, path)?;
        let mut options = OpenOptions::new();
        // Some network file systems lock only what is open for writing.
        options.read(true).write(true).create(true).truncate(false);
        platform::make_private(&mut options);
        let file = options.open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Closing would do, but for a moment a child process that is being started shares the file.
        let _: io::Result<()> = self.0.unlock();
    }
}

//! The few lines that differ from system to system: modes, and how a folder reaches the disk.

pub(crate) use system::{close_to_others, make_folder_private, make_private, mode, sync_folder};

#[cfg(unix)]
mod system {
    use std::{
        fs::{DirBuilder, File, Metadata, OpenOptions, Permissions, set_permissions},
        io,
        os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
        path::Path,
    };

    /// What is created with these options is for its owner only, from its first moment.
    pub(crate) fn make_private(options: &mut OpenOptions) {
        options.mode(0o600);
    }

    /// The same for folders.
    pub(crate) fn make_folder_private(builder: &mut DirBuilder) {
        builder.mode(0o700);
    }

    /// Who may do what, where the system has modes.
    pub(crate) fn mode(metadata: &Metadata) -> Option<u32> {
        Some(metadata.permissions().mode() & 0o7777)
    }

    /// Takes from everybody else what they may do with an existing file.
    pub(crate) fn close_to_others(path: &Path) -> io::Result<()> {
        set_permissions(path, Permissions::from_mode(0o600))
    }

    /// Waits until the folder's list of files is on the disk.
    pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
        match File::open(path)?.sync_all() {
            // Some network and user-space file systems cannot do this at all.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
                ) =>
            {
                Ok(())
            }
            result => result,
        }
    }
}

// Not run by this project's tests, which run on Linux. Windows has access lists in place of modes;
// a user's own data folder is closed to other users by those it inherits.
#[cfg(not(unix))]
mod system {
    use std::{
        fs::{DirBuilder, Metadata, OpenOptions},
        io,
        path::Path,
    };

    pub(crate) fn make_private(_: &mut OpenOptions) {}

    pub(crate) fn make_folder_private(_: &mut DirBuilder) {}

    pub(crate) fn mode(_: &Metadata) -> Option<u32> {
        None
    }

    pub(crate) fn close_to_others(_: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }
}

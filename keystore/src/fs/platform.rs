//! The code that differs between systems: file modes, and how to sync a directory.

pub(crate) use system::{
    close_to_others, is_at, make_folder_private, make_private, mode, other_owner, sync_folder,
};

#[cfg(unix)]
mod system {
    use std::{
        fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions, set_permissions},
        io,
        os::{
            fd::OwnedFd,
            unix::{
                fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
                net::UnixStream,
            },
        },
        path::Path,
    };

    /// Creates files with mode 0600, so that only their owner can ever access them.
    pub(crate) fn make_private(options: &mut OpenOptions) {
        options.mode(0o600);
    }

    /// Creates directories with mode 0700.
    pub(crate) fn make_folder_private(builder: &mut DirBuilder) {
        builder.mode(0o700);
    }

    /// Returns the mode. `None` if the system has no modes.
    pub(crate) fn mode(metadata: &Metadata) -> Option<u32> {
        Some(metadata.permissions().mode() & 0o7777)
    }

    /// Returns the owner if it is neither the user that runs this program nor root.
    pub(crate) fn other_owner(metadata: &Metadata) -> io::Result<Option<u32>> {
        match metadata.uid() {
            // Root can change every file, of every owner.
            0 => Ok(None),
            owner => {
                let own = effective_user()?;
                Ok(Some(owner).filter(|owner| *owner != own))
            }
        }
    }

    /// Returns the effective user. std has no call for it, but a socket belongs to the user that
    /// made it.
    fn effective_user() -> io::Result<u32> {
        let (socket, _other_end) = UnixStream::pair()?;
        Ok(File::from(OwnedFd::from(socket)).metadata()?.uid())
    }

    /// Sets the mode of an existing file to 0600.
    pub(crate) fn close_to_others(path: &Path) -> io::Result<()> {
        set_permissions(path, Permissions::from_mode(0o600))
    }

    /// Returns whether the open file is the one at this path.
    pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
        let own = file.metadata()?;
        match fs::metadata(path) {
            Ok(other) => Ok((own.dev(), own.ino()) == (other.dev(), other.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Syncs the directory's list of files to disk.
    pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
        match File::open(path)?.sync_all() {
            // Some network and user-space file systems do not support this.
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

// Run under wine only. Windows has access lists instead of modes; those that a user's data
// directory inherits exclude other users.
#[cfg(not(unix))]
mod system {
    use std::{
        fs::{self, DirBuilder, File, Metadata, OpenOptions},
        io,
        path::Path,
    };

    pub(crate) fn make_private(_: &mut OpenOptions) {}

    pub(crate) fn make_folder_private(_: &mut DirBuilder) {}

    pub(crate) fn mode(_: &Metadata) -> Option<u32> {
        None
    }

    pub(crate) fn other_owner(_: &Metadata) -> io::Result<Option<u32>> {
        Ok(None)
    }

    pub(crate) fn close_to_others(_: &Path) -> io::Result<()> {
        Ok(())
    }

    /// std knows no identity of files here: compares the times of creation. A file that is deleted
    /// while it is open keeps its name until it is closed, or has none.
    pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
        let own = file.metadata()?;
        match fs::metadata(path) {
            Ok(other) => Ok(own.created().ok() == other.created().ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }
}

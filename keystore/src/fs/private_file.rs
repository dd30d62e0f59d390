//! Files for their owner only: read with suspicion, replaced as a whole.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use auth_core::{Error, SecretBytes};

use super::{
    errors::{self, Doing},
    platform,
};

/// The largest record, in bytes. Two tokens are a few kilobytes.
pub(crate) const LIMIT: u64 = 1 << 20;

/// What a person does about a file that is no record.
const REMOVE_IT: &str = "move it away and log in again";

/// The file's bytes, or `None` where there is none.
///
/// Refuses what others can read, what is no plain file, and what is empty or over [`LIMIT`].
pub(crate) fn read(path: &Path) -> Result<Option<SecretBytes>, Error> {
    let failed = |source| errors::failed(Doing::Reading, path, source);
    if !check_plain_file(Doing::Reading, path)? {
        return Ok(None);
    }
    let mut file = match fs::File::open(path) {
        // Removed since the look at it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed)?,
    };
    let metadata = file.metadata().map_err(failed)?;
    if let Some(mode) = others_may(&metadata) {
        return Err(errors::refused(
            path,
            &format!("can be used by other users (mode {mode:04o}), and tokens lie in it"),
            format!(
                "run: chmod 600 {}; if others may have read it, log out and in again",
                errors::quoted(path)
            ),
        ));
    }
    read_bytes(&mut file, metadata.len())
        .map_err(failed)?
        .map(Some)
        .map_err(|problem| errors::refused(path, problem, REMOVE_IT))
}

/// Whether a file is there. Refuses links, folders, pipes and the like.
///
/// A link is refused because a save would replace the link, not the file it leads to; opening a
/// pipe would wait for ever.
pub(crate) fn check_plain_file(doing: Doing, path: &Path) -> Result<bool, Error> {
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(errors::failed(doing, path, source)),
    };
    if kind.is_file() {
        return Ok(true);
    }
    let (problem, advice) = if kind.is_dir() {
        (
            "is a folder, and a file belongs in its place",
            "move it away",
        )
    } else if kind.is_symlink() {
        (
            "is a symbolic link, and a file belongs in its place",
            "put the file itself there, or open the store in the folder that the link leads to",
        )
    } else {
        ("is not a plain file", "move it away")
    };
    Err(errors::refused(path, problem, advice))
}

/// Whether there is a file that `judge` calls foreign, or that cannot be read at all.
pub(crate) fn is_foreign(
    path: &Path,
    judge: impl FnOnce(SecretBytes) -> bool,
) -> Result<bool, Error> {
    if !check_plain_file(Doing::Saving, path)? {
        return Ok(false);
    }
    let bytes = fs::File::open(path).and_then(|mut file| {
        let length = file.metadata()?.len();
        read_bytes(&mut file, length)
    });
    Ok(match bytes {
        Ok(Ok(bytes)) => judge(bytes),
        Ok(Err(_)) => true,
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    })
}

/// A file that is complete and on the disk, but not in its place yet. Dropping it removes it.
pub(crate) struct Temporary {
    path: PathBuf,
    placed: bool,
}

impl Temporary {
    /// Writes a new file, for its owner only from its first moment.
    pub(crate) fn write(path: PathBuf, bytes: &[u8]) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        platform::make_private(&mut options);
        let mut file = options
            .open(&path)
            .map_err(|source| errors::failed(Doing::Saving, &path, source))?;
        let this = Self {
            path,
            placed: false,
        };
        let failed = |source| errors::failed(Doing::Saving, &this.path, source);
        let metadata = file.metadata().map_err(failed)?;
        if let Some(mode) = others_may(&metadata) {
            return Err(errors::refused(
                &this.path,
                &format!("was made for its owner only, and has mode {mode:04o} nevertheless"),
                "open the store in a folder on a file system that keeps modes; the old record is \
                 still there",
            ));
        }
        file.write_all(bytes).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        Ok(this)
    }

    /// Puts it in the place of `target`, in one step.
    pub(crate) fn place(mut self, target: &Path) -> Result<(), Error> {
        fs::rename(&self.path, target)
            .map_err(|source| errors::failed(Doing::Saving, target, source))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.placed {
            // What cannot be removed now is removed by whoever has the lease next.
            let _: io::Result<()> = fs::remove_file(&self.path);
        }
    }
}

/// The mode, where it lets anybody but the owner do anything.
fn others_may(metadata: &fs::Metadata) -> Option<u32> {
    platform::mode(metadata).filter(|mode| mode & 0o077 != 0)
}

/// Reads a file of this length into one allocation, so that no copy is left behind; or says what is
/// wrong with its length.
fn read_bytes(file: &mut fs::File, length: u64) -> io::Result<Result<SecretBytes, &'static str>> {
    let length = match usize::try_from(length) {
        Ok(0) => return Ok(Err("is empty")),
        Ok(short) if length <= LIMIT => short,
        _ => return Ok(Err("is larger than 1 MiB and no record of ours")),
    };
    let mut bytes = vec![0; length + 1];
    let mut filled = 0;
    let outcome = loop {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break Ok(()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    bytes.truncate(filled);
    let bytes = SecretBytes::new(bytes); // from here on it is wiped, whatever happens
    outcome?;
    Ok(if filled == length {
        Ok(bytes)
    } else {
        Err("changed while it was read: something else writes to it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_that_cannot_be_placed_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (new, target) = (folder.path().join("new"), folder.path().join("target"));
        fs::create_dir(&target).unwrap();
        let written = Temporary::write(new.clone(), b"marked-secret").unwrap();
        assert!(new.exists());
        let error = written.place(&target).unwrap_err().to_string();
        assert!(error.contains("the old record is still there"), "{error}");
        assert!(!new.exists() && target.is_dir());
    }

    #[test]
    fn a_new_file_never_overwrites_and_a_stranger_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::write(&taken, "old").unwrap();
        assert!(Temporary::write(taken.clone(), b"new").is_err());
        assert_eq!(fs::read(&taken).unwrap(), b"old");
    }

    #[test]
    fn a_length_that_changes_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        let check = |length: u64, expect: Result<&[u8], &str>| {
            let found = read_bytes(&mut fs::File::open(&path).unwrap(), length).unwrap();
            assert_eq!(
                found.as_ref().map(AsRef::as_ref),
                expect.as_ref().map(|bytes| *bytes),
                "{length}"
            );
        };
        let changed = "changed while it was read: something else writes to it";
        check(5, Ok(b"12345"));
        check(4, Err(changed));
        check(6, Err(changed));
        check(0, Err("is empty"));
        check(LIMIT + 1, Err("is larger than 1 MiB and no record of ours"));
    }
}

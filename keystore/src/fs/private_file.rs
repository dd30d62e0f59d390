//! Files that only their owner can access: checked before reading, replaced as a whole.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use auth_core::{Error, SecretBytes};

use super::{
    busy,
    errors::{self, Doing},
    platform,
};

/// The largest token record, in bytes. Two tokens are a few kilobytes.
pub(crate) const LIMIT: u64 = 1 << 20;

/// The help for a file that is not a token record.
const MOVE_AWAY: &str = "move it away and log in again";

/// What is wrong with a file whose length changes.
pub(crate) const CHANGING: &str = "changed while it was read, so another program writes to it";

/// Why a file is not read.
pub(crate) enum Refusal {
    /// The system's reason.
    Failed(io::Error),
    /// It is a link, a directory, a pipe or another special file.
    NotPlain(NotPlain),
    /// Other users can access it: its mode.
    OpenToOthers(u32),
    /// It belongs to another user: the id.
    OwnedBy(u32),
    /// It has no bytes.
    Empty,
    /// It is larger than [`LIMIT`].
    TooLarge,
    /// Another program writes to it.
    Changing,
}

/// What is in the place of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotPlain {
    Directory,
    Link,
    Special,
}

impl NotPlain {
    pub(crate) fn problem(self) -> &'static str {
        match self {
            Self::Directory => "is a directory, not a file",
            Self::Link => "is a symbolic link, not a file",
            Self::Special => "is not a regular file",
        }
    }
}

impl Refusal {
    /// Returns the error of a store whose token record is in this file.
    fn of_record(self, path: &Path) -> Error {
        match self {
            Self::Failed(source) => errors::failed(Doing::Reading, path, source),
            Self::NotPlain(kind) => not_plain(path, kind),
            Self::OpenToOthers(mode) => errors::rejected(
                path,
                &format!("is accessible to other users (mode {mode:04o})"),
                format!(
                    "run: chmod 600 {}; log out and in again if others may have read it",
                    errors::quoted(path)
                ),
            ),
            Self::OwnedBy(owner) => errors::foreign_owner(path, owner),
            Self::Empty => errors::rejected(path, "is empty", MOVE_AWAY),
            Self::TooLarge => {
                let problem = "is larger than 1 MiB, so it is not a token record";
                errors::rejected(path, problem, MOVE_AWAY)
            }
            Self::Changing => errors::rejected(path, CHANGING, MOVE_AWAY),
        }
    }
}

/// Reads the file with a token record. `None` if it does not exist.
pub(crate) fn read(path: &Path) -> Result<Option<SecretBytes>, Error> {
    examine(path).map_err(|refusal| refusal.of_record(path))
}

/// Reads the file. `None` if it does not exist.
///
/// Refuses a file that other users can access or that another user owns. Also one that is not a
/// regular file, and one that is empty or over [`LIMIT`].
pub(crate) fn examine(path: &Path) -> Result<Option<SecretBytes>, Refusal> {
    match plain_file(path).map_err(Refusal::Failed)? {
        None => return Ok(None),
        Some(Err(kind)) => return Err(Refusal::NotPlain(kind)),
        Some(Ok(())) => {}
    }
    let mut file = match busy::open(path) {
        // Removed since the check.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(Refusal::Failed)?,
    };
    let metadata = file.metadata().map_err(Refusal::Failed)?;
    if let Some(mode) = mode_for_others(&metadata) {
        return Err(Refusal::OpenToOthers(mode));
    }
    if let Some(owner) = platform::other_owner(&metadata).map_err(Refusal::Failed)? {
        return Err(Refusal::OwnedBy(owner));
    }
    read_bytes(&mut file, metadata.len())
        .map_err(Refusal::Failed)?
        .map(Some)
}

/// Whether the file exists. Rejects links, directories, pipes and other special files.
///
/// A save would replace a link, not its target. Opening a pipe would block forever.
pub(crate) fn check_plain_file(doing: Doing, path: &Path) -> Result<bool, Error> {
    match plain_file(path) {
        Ok(None) => Ok(false),
        Ok(Some(Ok(()))) => Ok(true),
        Ok(Some(Err(kind))) => Err(not_plain(path, kind)),
        Err(source) => Err(errors::failed(doing, path, source)),
    }
}

/// What is in this place; `None` if nothing is.
fn plain_file(path: &Path) -> io::Result<Option<Result<(), NotPlain>>> {
    let file_type = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(source),
    };
    Ok(Some(if file_type.is_file() {
        Ok(())
    } else if file_type.is_dir() {
        Err(NotPlain::Directory)
    } else if file_type.is_symlink() {
        Err(NotPlain::Link)
    } else {
        Err(NotPlain::Special)
    }))
}

fn not_plain(path: &Path, kind: NotPlain) -> Error {
    let help = match kind {
        NotPlain::Link => {
            "replace it by its target, or open the store in the directory of its target"
        }
        NotPlain::Directory | NotPlain::Special => "move it away",
    };
    errors::rejected(path, kind.problem(), help)
}

/// Whether the file exists and is foreign: `judge` says so, or it cannot be read.
pub(crate) fn is_foreign(
    path: &Path,
    judge: impl FnOnce(SecretBytes) -> bool,
) -> Result<bool, Error> {
    if !check_plain_file(Doing::Saving, path)? {
        return Ok(false);
    }
    let bytes = busy::open(path).and_then(|mut file| {
        let length = file.metadata()?.len();
        read_bytes(&mut file, length)
    });
    Ok(match bytes {
        Ok(Ok(bytes)) => judge(bytes),
        Ok(Err(_)) => true,
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    })
}

/// A file that is complete and synced, but not renamed yet. Dropping it removes it.
pub(crate) struct Temporary {
    path: PathBuf,
    placed: bool,
}

impl Temporary {
    /// Writes the file, accessible only to its owner from its creation. Writes over one that was
    /// reserved, without giving its room back first. The caller holds the lease.
    pub(crate) fn write(path: PathBuf, bytes: &[u8]) -> Result<Self, Error> {
        check_plain_file(Doing::Saving, &path)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
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
        if let Some(mode) = mode_for_others(&metadata) {
            return Err(errors::rejected(
                &this.path,
                &format!("was created with mode 0600 but has mode {mode:04o}"),
                "open the store in a directory on a file system with modes; the previous record is \
                 unchanged",
            ));
        }
        if let Some(owner) = platform::other_owner(&metadata).map_err(failed)? {
            return Err(errors::foreign_owner(&this.path, owner));
        }
        file.write_all(bytes).map_err(failed)?;
        if metadata.len() > bytes.len() as u64 {
            file.set_len(bytes.len() as u64).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
        Ok(this)
    }

    /// Leaves the file there, for a save to write over.
    pub(crate) fn keep(mut self) {
        self.placed = true;
    }

    /// Renames it to `target`, which replaces `target` atomically.
    pub(crate) fn place(mut self, target: &Path) -> Result<(), Error> {
        busy::rename(&self.path, target)
            .map_err(|source| errors::failed(Doing::Saving, target, source))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.placed {
            // On failure the next holder of the lease removes it.
            let _: io::Result<()> = fs::remove_file(&self.path);
        }
    }
}

/// Returns the mode if it gives anything to users other than the owner.
fn mode_for_others(metadata: &fs::Metadata) -> Option<u32> {
    platform::mode(metadata).filter(|mode| mode & 0o077 != 0)
}

/// Reads a file of this length into one allocation, so that no unwiped copy is left behind. The
/// inner error says what is wrong with its length.
fn read_bytes(file: &mut fs::File, length: u64) -> io::Result<Result<SecretBytes, Refusal>> {
    let length = match usize::try_from(length) {
        Ok(0) => return Ok(Err(Refusal::Empty)),
        Ok(short) if length <= LIMIT => short,
        _ => return Ok(Err(Refusal::TooLarge)),
    };
    let mut bytes = vec![0; length + 1]; // one more, to notice a file that has grown
    let mut filled = 0;
    let result = loop {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break Ok(()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    bytes.truncate(filled);
    let bytes = SecretBytes::new(bytes); // wiped from here on, also on error
    result?;
    Ok(if filled == length {
        Ok(bytes)
    } else {
        Err(Refusal::Changing)
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
        assert!(
            error.contains("the previous record is unchanged"),
            "{error}"
        );
        assert!(!new.exists() && target.is_dir());
    }

    #[test]
    fn a_reserved_file_is_written_over_and_nothing_of_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (new, target) = (folder.path().join("new"), folder.path().join("target"));
        Temporary::write(new.clone(), &[0; 100]).unwrap().keep();
        assert_eq!(fs::metadata(&new).unwrap().len(), 100);
        let written = Temporary::write(new.clone(), b"record").unwrap();
        written.place(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"record");
        assert!(!new.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_temporary_file_that_is_a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(Temporary::write(link, b"new").is_err());
        assert_eq!(fs::read(&target).unwrap(), b"old");
    }

    #[test]
    fn a_length_that_changes_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        let check = |length: u64, expect: Result<&[u8], &str>| {
            let found = read_bytes(&mut fs::File::open(&path).unwrap(), length).unwrap();
            let found = found.map_err(|refusal| refusal.of_record(Path::new("it")).to_string());
            let found = found.as_ref().map(AsRef::<[u8]>::as_ref);
            match (found, expect) {
                (Err(text), Err(words)) => assert!(text.contains(words), "{length}: {text}"),
                (found, expect) => assert_eq!(found.ok(), expect.ok(), "{length}"),
            }
        };
        let changed = "changed while it was read, so another program writes to it";
        check(5, Ok(b"12345"));
        check(4, Err(changed));
        check(6, Err(changed));
        check(0, Err("is empty"));
        check(
            LIMIT + 1,
            Err("is larger than 1 MiB, so it is not a token record"),
        );
    }

    /// Only an interrupted read is repeated.
    #[test]
    fn a_file_that_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        let (sender, outcome) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // Open for writing alone: every read fails.
            let mut file = OpenOptions::new().write(true).open(path).unwrap();
            let _ = sender.send(read_bytes(&mut file, 5).is_err());
        });
        let limit = std::time::Duration::from_secs(20);
        assert_eq!(outcome.recv_timeout(limit), Ok(true), "it goes on reading");
    }
}

//! Errors of files and directories: which one, why, and what to do.

use std::{io, path::Path};

use auth_core::{Cause, Error, ErrorKind};

use super::busy;

/// The help for a file that cannot be replaced, on Windows.
const HELD: &str = "another program has the file open, such as a virus scanner or a backup: let it \
                    finish or exclude the directory from it; or the user that runs this program \
                    has no right to it";

/// The help for a file system without locks. Some NFS mounts have none.
const CANNOT_LOCK: &str = "open the store in a directory on another file system, or mount this one \
                           with locks; this one cannot lock a file, so two programs could use one \
                           login at once";

/// The action that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Creating or examining the store's directory.
    Opening,
    /// Reading a token record.
    Reading,
    /// Locking the lease file.
    Leasing,
    /// Writing a token record, before it replaces the previous one.
    Saving,
    /// Removing a token record.
    Removing,
    /// Syncing a completed change to disk, so that it survives a power cut.
    Syncing,
}

/// Returns the error for a system call that failed on `path`.
pub(crate) fn failed(doing: Doing, path: &Path, source: io::Error) -> Error {
    let verb = match doing {
        Doing::Opening => "open the directory",
        Doing::Reading => "read the token record in",
        Doing::Leasing => "lock the lease file",
        Doing::Saving => "save the token record to",
        Doing::Removing => "remove the token record in",
        Doing::Syncing => "sync to disk the change in",
    };
    let what = format!("cannot {verb} {}", path.display());
    let no_locks = doing == Doing::Leasing && cannot_lock(&source);
    let mut help = match busy::is_busy(&source) && doing != Doing::Opening {
        true => HELD,
        false if no_locks => CANNOT_LOCK,
        false => help(&source),
    }
    .to_owned();
    match doing {
        Doing::Saving => help.push_str("; the previous record is unchanged"),
        Doing::Syncing => help.push_str("; the change is complete, but a power cut may undo it"),
        _ => {}
    }
    let error = Error::new(ErrorKind::Store, what)
        .with_help(help)
        .with_source(source);
    match no_locks {
        true => error.with_cause(Cause::LocksUnsupported),
        false => error,
    }
}

/// Returns the error for a file or directory that a store must not use.
pub(crate) fn rejected(path: &Path, problem: &str, help: impl Into<String>) -> Error {
    Error::new(ErrorKind::Store, format!("{} {problem}", path.display())).with_help(help.into())
}

/// Returns the error for a file or directory that belongs to another user.
pub(crate) fn foreign_owner(path: &Path, owner: u32) -> Error {
    rejected(
        path,
        &format!("belongs to another user (id {owner}), who can change it"),
        "make the user that runs this program its owner with chown, or open the store in a \
         directory of that user; log out and in again if the other user is not trusted",
    )
}

/// Quotes a path for a POSIX shell.
pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// Whether the error of a lock means that the file system has none: ENOLCK, EBADF, EOPNOTSUPP,
/// ENOSYS. The standard library has kinds for some of them only.
fn cannot_lock(source: &io::Error) -> bool {
    let unix = cfg!(unix) && matches!(source.raw_os_error(), Some(9 | 37 | 38 | 45 | 77 | 78 | 95));
    unix || source.kind() == io::ErrorKind::Unsupported
}

fn help(source: &io::Error) -> &'static str {
    use io::ErrorKind as Io;
    if let Some(help) = Cause::of(source).and_then(Cause::help) {
        return help;
    }
    match source.kind() {
        Io::PermissionDenied => {
            "make the user that runs this program the owner of it and of its directory; another \
             user, or sudo, may have created it"
        }
        Io::StorageFull | Io::QuotaExceeded | Io::FileTooLarge => {
            "make room on that disk, or raise the limit"
        }
        Io::ReadOnlyFilesystem => "make it writable, or open the store in another directory",
        Io::NotFound => "mount its disk or restore its directory, or open the store again",
        Io::Unsupported => {
            "open the store in a directory on another file system; this one does not support it"
        }
        Io::NotADirectory | Io::AlreadyExists => {
            "move away the file in the place of a directory, or open the store in another directory"
        }
        _ => "check that disk, or open the store in another directory",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_system_without_locks_is_named() {
        let check = |doing, code: i32, expect: bool| {
            let source = io::Error::from_raw_os_error(code);
            let error = failed(doing, Path::new("/data/x.lock"), source);
            let text = error.to_string();
            assert_eq!(text.contains("cannot lock a file"), expect, "{text}");
            let no_locks = error.cause() == Some(Cause::LocksUnsupported);
            assert_eq!(no_locks, expect, "{text}");
        };
        for code in [9, 37, 38, 95] {
            check(Doing::Leasing, code, true);
        }
        check(Doing::Leasing, 5, false);
        check(Doing::Reading, 37, false);
    }

    #[test]
    fn failures_name_the_file_and_what_to_do() {
        let check = |doing, kind: io::ErrorKind, expect: &[&str]| {
            let error = failed(doing, Path::new("/data/x.json"), kind.into());
            assert_eq!(error.kind(), ErrorKind::Store);
            let text = error.to_string();
            assert_eq!(
                text.contains("previous record"),
                doing == Doing::Saving,
                "{text}"
            );
            for words in expect {
                assert!(text.contains(words), "{text}: {words}");
            }
        };
        check(
            Doing::Saving,
            io::ErrorKind::StorageFull,
            &[
                "save",
                "/data/x.json",
                "room",
                "previous record is unchanged",
            ],
        );
        check(
            Doing::Leasing,
            io::ErrorKind::PermissionDenied,
            &["lease", "the owner of it"],
        );
        check(
            Doing::Saving,
            io::ErrorKind::ReadOnlyFilesystem,
            &[
                "writable",
                "another directory",
                "previous record is unchanged",
            ],
        );
        check(
            Doing::Leasing,
            io::ErrorKind::Unsupported,
            &["on another file system"],
        );
        check(Doing::Opening, io::ErrorKind::NotFound, &["mount its disk"]);
        check(
            Doing::Syncing,
            io::ErrorKind::StorageFull,
            &["power cut", "room", "the change is complete"],
        );
        check(Doing::Removing, io::ErrorKind::Other, &["check that disk"]);
    }

    #[cfg(unix)]
    #[test]
    fn too_many_open_files_are_not_the_disk_s_fault() {
        for doing in [
            Doing::Opening,
            Doing::Leasing,
            Doing::Reading,
            Doing::Saving,
        ] {
            let source = io::Error::from_raw_os_error(24);
            let error = failed(doing, Path::new("/data/x.json"), source);
            assert!(error.to_string().contains("ulimit -n"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_system_s_error_is_the_source() {
        use std::error::Error as _;
        let check = |code: i32, cause: Option<Cause>| {
            let source = io::Error::from_raw_os_error(code);
            let text = source.to_string();
            let error = failed(Doing::Saving, Path::new("/data/x.json"), source);
            assert_eq!(error.cause(), cause, "{error:?}");
            let source = error.source().and_then(|source| source.downcast_ref());
            assert_eq!(source.and_then(io::Error::raw_os_error), Some(code));
            assert!(!error.to_string().contains(&text), "{error}");
            assert!(format!("{error:?}").contains(&text), "{error:?}");
        };
        check(28, Some(Cause::DiskFull)); // ENOSPC
        check(24, Some(Cause::TooManyOpenFiles)); // EMFILE
        check(13, Some(Cause::PermissionDenied)); // EACCES
        check(5, None); // EIO
    }

    #[test]
    fn paths_are_quoted_for_a_shell() {
        let check = |path: &str, expect: &str| assert_eq!(quoted(Path::new(path)), expect);
        check("/a b/c", "'/a b/c'");
        check("/it's", r"'/it'\''s'");
    }
}

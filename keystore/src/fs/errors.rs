//! What a person is told when a file or folder fails: which one, why, and what to do.

use std::{io, path::Path};

use auth_core::{Error, ErrorKind};

/// What was being done when the system refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Making or looking at the store's folder.
    Opening,
    /// Reading a record.
    Reading,
    /// Locking the lease's file.
    Leasing,
    /// Writing a record, before it is in place.
    Saving,
    /// Taking a record away.
    Removing,
    /// Making sure that what was done survives a power cut.
    Syncing,
}

/// The system refused to do something with `path`.
pub(crate) fn failed(doing: Doing, path: &Path, source: io::Error) -> Error {
    let verb = match doing {
        Doing::Opening => "open the folder",
        Doing::Reading => "read the record in",
        Doing::Leasing => "take the lease in",
        Doing::Saving => "save the record to",
        Doing::Removing => "remove the record in",
        Doing::Syncing => "make sure that a power cut will not undo the change in",
    };
    let what = format!("cannot {verb} {}", path.display());
    let mut advice = advice(&source).to_owned();
    match doing {
        Doing::Saving => advice.push_str("; the old record is still there"),
        Doing::Syncing => advice.push_str("; the change itself is done, and every reader sees it"),
        _ => {}
    }
    Error::new(ErrorKind::Store, what)
        .with_help(advice)
        .with_source(source)
}

/// What lies at `path` is not what a store may use.
pub(crate) fn refused(path: &Path, problem: &str, advice: impl Into<String>) -> Error {
    Error::new(ErrorKind::Store, format!("{} {problem}", path.display())).with_help(advice.into())
}

/// A path as a POSIX shell takes it.
pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn advice(source: &io::Error) -> &'static str {
    use io::ErrorKind as Kind;
    match source.kind() {
        Kind::PermissionDenied => {
            "it and its folder must belong to the user that runs this program (did another user, \
             or sudo, create it?)"
        }
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => {
            "make room on that disk, or raise the limit"
        }
        Kind::ReadOnlyFilesystem => "make it writable, or open the store in another folder",
        Kind::NotFound => {
            "its folder is gone: bring it back (is its disk mounted?), or open the store again"
        }
        Kind::Unsupported => {
            "this file system cannot do that: open the store in a folder on another one"
        }
        Kind::NotADirectory | Kind::AlreadyExists => {
            "a file is in the place of a folder: move it away, or open the store in another folder"
        }
        _ => "check that disk, or open the store in another folder",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_say_which_file_and_what_to_do() {
        let check = |doing, kind: io::ErrorKind, expect: &[&str]| {
            let error = failed(doing, Path::new("/data/x.json"), kind.into());
            assert_eq!(error.kind(), ErrorKind::Store);
            let text = error.to_string();
            assert_eq!(
                text.contains("old record"),
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
            &["save", "/data/x.json", "room", "old record is still there"],
        );
        check(
            Doing::Leasing,
            io::ErrorKind::PermissionDenied,
            &["lease", "belong to the user"],
        );
        check(
            Doing::Saving,
            io::ErrorKind::ReadOnlyFilesystem,
            &["writable", "another folder", "old record is still there"],
        );
        check(
            Doing::Leasing,
            io::ErrorKind::Unsupported,
            &["on another one"],
        );
        check(Doing::Opening, io::ErrorKind::NotFound, &["mounted"]);
        check(
            Doing::Syncing,
            io::ErrorKind::StorageFull,
            &["power cut", "room", "the change itself is done"],
        );
        check(Doing::Removing, io::ErrorKind::Other, &["check that disk"]);
    }

    #[test]
    fn paths_are_quoted_for_a_shell() {
        let check = |path: &str, expect: &str| assert_eq!(quoted(Path::new(path)), expect);
        check("/a b/c", "'/a b/c'");
        check("/it's", r"'/it'\''s'");
    }
}

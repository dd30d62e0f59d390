//! What the tests of stores in files look at: names, modes, errors.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use auth_core::{Error, ErrorKind};

/// Is in each secret that no error may show.
pub(crate) const MARKED: &str = "marked-secret-5b0c";

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Writes a file that only its owner can read, as the stores require.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    set_mode(path, 0o600);
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Checks that the error is of the store, contains the path, a help and the words, and no secret.
pub(crate) fn check_error<T: std::fmt::Debug>(
    result: Result<T, Error>,
    path: &Path,
    words: &[&str],
) {
    let error = result.expect_err(&format!("{words:?}"));
    assert_eq!(error.kind(), ErrorKind::Store, "{error}");
    let text = format!("{error} {error:?}");
    assert!(text.contains(path.to_str().unwrap()), "{text}");
    assert!(error.help().is_some(), "{text}");
    for secret in [MARKED, "phrase one"] {
        assert!(!text.contains(secret), "{text}");
    }
    for word in words {
        assert!(text.contains(word), "{text}: {word}");
    }
}

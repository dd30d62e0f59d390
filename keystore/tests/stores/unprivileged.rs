//! Files and directories that cannot be opened. Root can open all of them, so that these tests
//! start themselves again as another user where they run as root.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use auth_core::{Cause, Error, ErrorKind, Store};
use keystore::File;

use crate::{check_holds, files::set_mode, key, lease, record};

/// The variable with the directory for the process without rights.
const FOLDER: &str = "KEYSTORE_TEST_UNPRIVILEGED";
/// A user id without an account.
const STRANGER: u32 = 54_321;

/// Checks that the error is of the store, names the path and says that access was denied.
fn check_denied<T: std::fmt::Debug>(what: &str, path: &Path, result: Result<T, Error>) {
    let error = result.expect_err(what);
    assert_eq!(error.kind(), ErrorKind::Store, "{what}: {error}");
    assert_eq!(
        error.cause(),
        Some(Cause::PermissionDenied),
        "{what}: {error}"
    );
    let text = format!("{error:#}");
    assert!(text.contains(path.to_str().unwrap()), "{what}: {text}");
    assert!(text.to_lowercase().contains("denied"), "{what}: {text}");
}

fn check(store: &dyn Store, folder: &Path, path: &Path) {
    let own = lease(store, "me");
    store.save(&own, &record("first", 1)).unwrap();

    // A record that exists and cannot be opened is an error, not an account without a login.
    set_mode(path, 0o000);
    check_denied("a closed record", path, store.load(&key("me")));
    set_mode(path, 0o600);
    check_holds(store, "me", Some(&record("first", 1)));

    // No file of a directory without the right to search it can be looked at.
    set_mode(folder, 0o600);
    check_denied("load", path, store.load(&key("me")));
    check_denied("save", path, store.save(&own, &record("second", 2)));
    check_denied("remove", path, store.remove(&own));
    let other = key("other");
    check_denied("lease", folder, store.try_lease(&other));
    check_denied("load of none", folder, store.load(&other));
    set_mode(folder, 0o700);
    check_holds(store, "me", Some(&record("first", 1)));

    // One that cannot be written keeps its records.
    set_mode(folder, 0o500);
    check_denied("save", folder, store.save(&own, &record("second", 2)));
    check_denied("remove", path, store.remove(&own));
    check_holds(store, "me", Some(&record("first", 1)));
    set_mode(folder, 0o700);
    store.save(&own, &record("second", 2)).unwrap();
    check_holds(store, "me", Some(&record("second", 2)));
}

#[test]
fn role_unprivileged() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let store = File::open(folder.join("file")).unwrap();
    check(&store, &folder.join("file"), &store.path(&key("me")));
    #[cfg(feature = "encrypted")]
    {
        let phrase = crate::passphrase("phrase");
        let store = keystore::Encrypted::open(folder.join("sealed"), phrase).unwrap();
        check(&store, &folder.join("sealed"), &store.path(&key("me")));
    }
}

#[test]
fn what_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    // A stranger may not reach the directory that this program is in.
    let program = folder.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut command = Command::new(&program);
    command
        .args(["--exact", "unprivileged::role_unprivileged", "--nocapture"])
        .current_dir(folder.path())
        .env(FOLDER, folder.path());
    if fs::metadata(&program).unwrap().uid() == 0 {
        chown(folder.path(), Some(STRANGER), Some(STRANGER)).unwrap();
        chown(&program, Some(STRANGER), Some(STRANGER)).unwrap();
        command.uid(STRANGER).gid(STRANGER);
    }
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("1 passed"), "{stdout}");
}

//! The contract of `Store`, by auth-testkit's suite, for each store of this crate. The suite over
//! the keyring's store is among that store's own tests.

#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_core::{AccountKey, Store};
use auth_testkit::store_suite::StoreSuite;
use keystore::{Environment, Fallback, File, Memory, StaticToken};

#[cfg(unix)]
use crate::processes::{Other, open};

#[test]
fn memory() {
    let store = Memory::new();
    let put = |key: &AccountKey| {
        let other = Memory::clone(&store);
        let lease = other.try_lease(key).unwrap().unwrap();
        let foreign = b"half a token rec".to_vec();
        other
            .save(&lease, &auth_core::SecretBytes::new(foreign))
            .unwrap();
    };
    StoreSuite::new(|| store.clone())
        .with_foreign_content(put)
        .run();
    let by_arc = Arc::new(Memory::new());
    StoreSuite::new(|| Arc::clone(&by_arc)).run();
}

/// A store in a directory, each handle opened anew, and other processes.
#[cfg(unix)]
fn check_shared(kind: &str) {
    let folder = tempfile::tempdir().unwrap();
    let other = || Other::command("other_process", kind, folder.path());
    let count = AtomicUsize::new(0);
    let put = |key: &AccountKey| {
        let content = FOREIGN[count.fetch_add(1, Ordering::SeqCst) % FOREIGN.len()];
        crate::files::write_private(&path(kind, folder.path(), key), content);
    };
    // The suite leaves out the cases of notes for a store without.
    let noted = open(kind, folder.path()).update_note("n", &mut |_| "text".to_owned());
    assert!(noted.unwrap(), "{kind} has notes");
    StoreSuite::new(|| open(kind, folder.path()))
        .with_other_process(other)
        .with_foreign_content(put)
        .run();
    nothing_is_left(folder.path());
}

#[cfg(unix)]
#[test]
fn files_that_processes_share() {
    check_shared("file");
}

#[cfg(unix)]
#[test]
fn a_fallback_that_processes_share() {
    check_shared("fallback");
}

#[cfg(all(unix, feature = "encrypted"))]
#[test]
fn encrypted_files_that_processes_share() {
    check_shared("encrypted");
}

/// What other programs, crashes and later versions leave in the place of a record.
#[cfg(unix)]
const FOREIGN: [&[u8]; 4] = [b"", b"half a token rec", &[0xff; 100], b"{\"version\":2}"];

#[cfg(unix)]
fn path(kind: &str, folder: &Path, key: &AccountKey) -> PathBuf {
    match kind {
        #[cfg(feature = "encrypted")]
        "encrypted" => keystore::Encrypted::open(folder, crate::passphrase("shared"))
            .unwrap()
            .path(key),
        _ => File::open(folder).unwrap().path(key),
    }
}

/// The suite's own processes; see `processes::Other`.
#[cfg(unix)]
#[test]
fn other_process() {
    auth_testkit::store_suite::act(|| {
        let (kind, folder) = crate::processes::role().expect("the variables of this test");
        open(&kind, &folder)
    });
}

/// Only lock files, notes and the foreign content are left: no record, no temporary file, and no
/// record that the store took for foreign.
#[cfg(unix)]
fn nothing_is_left(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let foreign = name.contains("foreign") && name.ends_with(".bad");
        let expected = [".lock", ".txt"].iter().any(|end| name.ends_with(end)) || foreign;
        assert!(expected, "{name}");
    }
}

#[cfg(feature = "encrypted")]
#[test]
fn an_encrypted_store_with_a_key_that_migrates() {
    let folder = tempfile::tempdir().unwrap();
    StoreSuite::new(|| {
        let key = keystore::EncryptionKey::from_text("a1".repeat(32)).unwrap();
        let store = keystore::Encrypted::open(folder.path(), key).unwrap();
        store.with_plaintext_migration()
    })
    .run();
}

#[test]
fn a_fallback_of_three() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::new();
    StoreSuite::new(|| {
        let unset = Environment::variable("KEYSTORE_TEST_UNSET").unwrap();
        let file = File::open(folder.path()).unwrap();
        Fallback::new(unset).or(file).or(memory.clone())
    })
    .run();
}

#[test]
fn read_only_stores() {
    let check = |suite: StoreSuite<'_>| {
        assert_eq!(suite.cases().len(), 2, "{suite:?}");
        suite.run();
    };
    for text in ["plain", ""] {
        let token = StaticToken::new(text);
        check(StoreSuite::new(|| token.clone()));
        let fallback = Fallback::new(token.clone());
        if !text.is_empty() {
            check(StoreSuite::new(|| fallback.clone()));
        }
    }
    // Set for every process that cargo starts, and no token.
    for variable in ["CARGO_PKG_NAME", "KEYSTORE_TEST_UNSET"] {
        let variable = Environment::variable(variable).unwrap();
        check(StoreSuite::new(|| variable.clone()));
    }
}

#[test]
fn a_description_says_what_and_where() {
    assert_eq!(Memory::new().describe(), "memory of this process");
    let folder = tempfile::tempdir().unwrap();
    let store = File::open(folder.path()).unwrap();
    assert_eq!(
        store.describe(),
        format!("file {}", folder.path().display())
    );
}

#[cfg(feature = "encrypted")]
#[test]
fn a_store_whose_folder_is_gone_is_not_healthy() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("tokens");
    let file = keystore::File::open(&at).unwrap();
    let key = keystore::EncryptionKey::from_text("f0".repeat(32)).unwrap();
    let encrypted = keystore::Encrypted::open(&at, key).unwrap();
    let either = keystore::Fallback::new(file.clone()).or(keystore::Memory::new());
    let stores: [&dyn Store; 3] = [&file, &encrypted, &either];
    for store in stores {
        store.health().unwrap();
    }
    std::fs::remove_dir(&at).unwrap();
    for store in stores {
        let error = store.health().unwrap_err();
        let load = store.load(&AccountKey::new("s", "c", "me")).unwrap_err();
        assert_eq!(error.to_string(), load.to_string(), "as the next load");
    }
}

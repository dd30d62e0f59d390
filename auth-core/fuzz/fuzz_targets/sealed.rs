//! Any bytes in the place of an encrypted token record: an error or a record, and a login replaces
//! them.
#![no_main]

use std::os::unix::fs::OpenOptionsExt;
use std::{fs::OpenOptions, io::Write, path::Path};

use auth_core::{AccountKey, Store, TokenRecord};
use keystore::{Encrypted, EncryptionKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // In memory where there is such a folder: a save is synced to disk.
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    let key = EncryptionKey::from_text("a1".repeat(32)).expect("a key");
    let store = Encrypted::open(folder.path(), key).expect("a store");
    let account = AccountKey::new("service", "client", "me");
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let file = options.open(store.path(&account));
    file.and_then(|mut file| file.write_all(bytes))
        .expect("written");
    match store.load(&account) {
        Ok(Some(record)) => drop(TokenRecord::from_text(record.as_ref())),
        Ok(None) => panic!("a file counts as no record"),
        Err(error) => assert!(error.to_string().len() < 2000, "{error}"),
    }
    let lease = store.try_lease(&account).expect("a lock").expect("free");
    let record = TokenRecord::default().to_text();
    store.save(&lease, &record).expect("a login replaces it");
    let found = store.load(&account).expect("our own").expect("a record");
    assert_eq!(found.as_ref(), record.as_ref());
});

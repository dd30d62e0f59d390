//! Encryption around any store: nothing in plain text inside, keys that change, no record lost.

use auth_core::{AccountKey, ErrorKind, Store};
use auth_testkit::store_suite::StoreSuite;
use keystore::{EncryptionKey, Fallback, File, Memory, Sealed};

use crate::{check_holds, key, lease, record};

fn raw(digits: &str) -> EncryptionKey {
    EncryptionKey::from_text(digits.repeat(32)).unwrap()
}

#[test]
fn a_sealed_store_keeps_the_promises() {
    let memory = Memory::new();
    let foreign = |key: &AccountKey| {
        let lease = memory.try_lease(key).unwrap().unwrap();
        memory.save(&lease, &record("plain", 1)).unwrap();
    };
    StoreSuite::new(|| Sealed::new(memory.clone(), raw("a1")))
        .with_foreign_content(foreign)
        .run();
    let folder = tempfile::tempdir().unwrap();
    StoreSuite::new(|| Sealed::new(File::open(folder.path()).unwrap(), raw("a1"))).run();
}

#[test]
fn the_inner_store_sees_no_token() {
    let memory = Memory::new();
    let store = Sealed::new(memory.clone(), crate::passphrase("phrase one"));
    let own = record("marked-secret-5b0c", 1);
    store.save(&lease(&store, "me"), &own).unwrap();
    let inside = memory.load(&key("me")).unwrap().unwrap();
    let text = String::from_utf8_lossy(inside.as_ref()).into_owned();
    assert!(text.starts_with("keystore-sealed 1 argon2id,"), "{text}");
    assert!(!text.contains("marked-secret") && !text.contains("access_token"));
    assert!(!format!("{store:?}").contains("phrase"), "{store:?}");
}

#[test]
fn a_key_is_changed_step_by_step() {
    let memory = Memory::new();
    let old = Sealed::new(memory.clone(), raw("a1"));
    let middle = Sealed::new(memory.clone(), raw("a1")).with_old_key(raw("a2"));
    let new = Sealed::new(memory.clone(), raw("a2")).with_old_key(raw("a1"));
    let last = Sealed::new(memory.clone(), raw("a2"));
    let own = record("first", 1);
    old.save(&lease(&old, "me"), &own).unwrap();
    for store in [&old, &middle, &new] {
        check_holds(store, "me", Some(&own));
    }
    assert!(last.load(&key("me")).is_err());
    assert!(!new.reseal(&key("absent")).unwrap());
    let held = lease(&old, "me");
    assert!(
        !new.reseal(&key("me")).unwrap(),
        "another one has the lease"
    );
    drop(held);
    assert!(new.reseal(&key("me")).unwrap());
    for store in [&middle, &new, &last] {
        check_holds(store, "me", Some(&own));
    }
}

#[test]
fn a_change_of_the_key_goes_through_all_records() {
    let memory = Memory::new();
    let old = Sealed::new(memory.clone(), raw("a1"));
    let new = || Sealed::new(memory.clone(), raw("a2")).with_old_key(raw("a1"));
    let last = Sealed::new(memory.clone(), raw("a2"));
    let own = record("first", 1);
    let accounts = ["a", "b", "c", "d", "e"];
    for account in accounts {
        old.save(&lease(&old, account), &own).unwrap();
    }
    // Of a key that is lost, damaged, and in use.
    let lost = Sealed::new(memory.clone(), raw("a3"));
    lost.save(&lease(&lost, "a"), &own).unwrap();
    let cut = auth_core::SecretBytes::new(
        memory.load(&key("c")).unwrap().unwrap().as_ref()[..90].to_vec(),
    );
    memory.save(&lease(&memory, "c"), &cut).unwrap();
    let held = lease(&memory, "d");
    let done = new().reseal_all().unwrap();
    assert_eq!((done.encrypted(), done.unchanged()), (2, 0), "{done:?}");
    assert_eq!(done.in_use(), [key("d")]);
    assert!(!done.is_complete());
    let reasons = done.failures().iter().map(|(account, error)| {
        let text = format!("{error:#}");
        assert!(text.contains(&account.to_string()), "{text}");
        (account.account().to_owned(), text.contains("another key"))
    });
    let mut reasons: Vec<_> = reasons.collect();
    reasons.sort();
    assert_eq!(reasons, [("a".to_owned(), true), ("c".to_owned(), false)]);
    for account in ["b", "e"] {
        check_holds(&last, account, Some(&own));
    }
    check_holds(&lost, "a", Some(&own));
    drop(held);
    // It continues with what is left.
    let done = new().with_old_key(raw("a3")).reseal_all().unwrap();
    assert_eq!((done.encrypted(), done.unchanged()), (2, 2), "{done:?}");
    assert_eq!(done.failures().len(), 1, "{done:?}");
    memory.remove(&lease(&memory, "c")).unwrap();
    let done = last.reseal_all().unwrap();
    assert_eq!((done.encrypted(), done.unchanged()), (0, 4), "{done:?}");
    assert!(done.is_complete());
}

#[test]
fn a_record_that_does_not_open_is_an_error_and_stays() {
    let memory = Memory::new();
    let owner = Sealed::new(memory.clone(), raw("a1"));
    let own = record("marked-secret-5b0c", 1);
    owner.save(&lease(&owner, "me"), &own).unwrap();
    let check = |store: &dyn Store, account: &str, words: &str| {
        let error = store.load(&key(account)).unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(error.kind(), ErrorKind::Store, "{text}");
        assert!(text.contains(words) && !text.contains("marked"), "{text}");
    };
    check(&Sealed::new(memory.clone(), raw("a2")), "me", "another key");
    let phrase = Sealed::new(memory.clone(), crate::passphrase("phrase"));
    check(&phrase, "me", "with a key, but the store has a passphrase");
    // The record of another account, and one that was cut.
    let sealed = memory.load(&key("me")).unwrap().unwrap();
    memory.save(&lease(&memory, "you"), &sealed).unwrap();
    check(&owner, "you", "for another account");
    let cut = sealed.as_ref()[..sealed.len() - 1].to_vec();
    memory
        .save(&lease(&memory, "cut"), &auth_core::SecretBytes::new(cut))
        .unwrap();
    check(&owner, "cut", "is damaged");
    check_holds(&owner, "me", Some(&own));
}

#[test]
fn the_inner_store_says_where_an_account_is() {
    let store = Sealed::new(Fallback::new(Memory::new()), raw("a1"));
    assert_eq!(store.describe_choice(&key("me")), None, "not looked up");
    let own = record("first", 1);
    store.save(&lease(&store, "me"), &own).unwrap();
    let choice = store.describe_choice(&key("me")).unwrap();
    assert_eq!(choice, "encrypted, memory of this process (in use)");
}

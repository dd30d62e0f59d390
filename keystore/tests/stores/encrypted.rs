//! The encrypted store: no plain text on disk, no tampered file accepted, no data lost.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use auth_core::{AccountKey, Store};
use keystore::{Encrypted, EncryptionKey, File, KdfCost};

use crate::{
    check_holds,
    files::{MARKED, check_error, names, write_private as put},
    key, lease, passphrase, record,
};

fn store(folder: &Path, phrase: &str) -> Encrypted {
    Encrypted::open(folder, passphrase(phrase)).unwrap()
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|at| at == word.as_bytes())
}

#[test]
fn a_record_opens_in_another_process_s_store_and_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let one = store(folder.path(), "phrase one");
    one.save(&lease(&one, "me"), &record(MARKED, 1)).unwrap();
    let other = store(folder.path(), "phrase one");
    check_holds(&other, "me", Some(&record(MARKED, 1)));
    let path = one.path(&key("me"));
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"keystore-sealed 1 argon2id,8,1,1,"));
    assert!(!contains(&bytes, MARKED) && !contains(&bytes, "access_token"));
    assert_eq!(
        names(folder.path()),
        ["inaturalist+app-id+me.lock", "inaturalist+app-id+me.sealed"]
    );
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let shown = format!("{one:?} {}", one.describe());
    assert!(
        shown.contains("encrypted file /") && !shown.contains("phrase"),
        "{shown}"
    );
}

#[test]
fn the_default_cost_seals_and_opens() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let key = EncryptionKey::from_passphrase("phrase one").unwrap();
        Encrypted::open(folder.path(), key.with_cost(KdfCost::default())).unwrap()
    };
    let one = open();
    one.save(&lease(&one, "me"), &record(MARKED, 1)).unwrap();
    check_holds(&open(), "me", Some(&record(MARKED, 1)));
    let bytes = fs::read(one.path(&key("me"))).unwrap();
    assert!(contains(&bytes, " argon2id,65536,3,4,"));
}

#[test]
fn every_save_is_sealed_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "phrase one");
    let own = lease(&store, "me");
    let mut found = std::collections::HashSet::new();
    for _ in 0..20 {
        store.save(&own, &record(MARKED, 1)).unwrap();
        let bytes = fs::read(store.path(&key("me"))).unwrap();
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        let line = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let fields: Vec<&str> = line.split(' ').collect();
        assert!(found.insert(fields[4].to_owned()), "the nonce of {line}");
        assert!(found.insert(format!("{:?}", &bytes[end..])), "its bytes");
    }
}

#[test]
fn a_changed_byte_anywhere_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "phrase one");
    let own = lease(&store, "me");
    store.save(&own, &record(MARKED, 1)).unwrap();
    let path = store.path(&key("me"));
    let whole = fs::read(&path).unwrap();
    let refused = |bytes: &[u8], expect: &str| {
        put(&path, bytes);
        check_error(store.load(&key("me")), &path, &[expect]);
    };
    for at in 0..whole.len() {
        for flip in [1, 0x80, 0xff] {
            let mut changed = whole.clone();
            changed[at] ^= flip;
            refused(
                &changed,
                match at {
                    0..16 => "is not an encrypted token record",
                    16..18 => "does not know",
                    _ => "is damaged",
                },
            );
        }
    }
    for length in 1..whole.len() {
        let expect = match length {
            ..16 => "is not an encrypted token record",
            16..18 => "does not know",
            _ => "is damaged",
        };
        refused(&whole[..length], expect);
    }
    let longer = [&*whole, b"x"].concat();
    refused(&longer, "is damaged");
    refused(&[&*whole, &*whole].concat(), "is damaged");
    put(&path, &whole);
    check_holds(&store, "me", Some(&record(MARKED, 1)));
}

#[test]
fn one_account_s_file_does_not_open_as_another_s() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "phrase one");
    store
        .save(&lease(&store, "me"), &record(MARKED, 1))
        .unwrap();
    let bytes = fs::read(store.path(&key("me"))).unwrap();
    let others = [
        key("you"),
        AccountKey::new("inaturalist", "other-app", "me"),
        AccountKey::new("infoflora", "app-id", "me"),
        AccountKey::new("inaturalistapp-id", "", "me"),
    ];
    for other in others {
        let path = store.path(&other);
        put(&path, &bytes);
        check_error(store.load(&other), &path, &["for another account"]);
    }
}

#[test]
fn a_wrong_key_is_an_error_and_loses_nothing() {
    let raw = |digits: &str| EncryptionKey::from_text(digits.repeat(32)).unwrap();
    let check = |right: fn() -> EncryptionKey, wrong: EncryptionKey, words: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let owner = Encrypted::open(folder.path(), right()).unwrap();
        owner
            .save(&lease(&owner, "me"), &record("first", 1))
            .unwrap();
        let path = owner.path(&key("me"));
        let sealed = fs::read(&path).unwrap();
        let stranger = Encrypted::open(folder.path(), wrong).unwrap();
        check_error(stranger.load(&key("me")), &path, words);
        assert_eq!(fs::read(&path).unwrap(), sealed, "reading changes nothing");
        // A new login replaces the file and keeps the old one as .bad.
        stranger
            .save(&lease(&stranger, "me"), &record("second", 2))
            .unwrap();
        check_holds(&stranger, "me", Some(&record("second", 2)));
        let beside = folder.path().join("inaturalist+app-id+me.bad");
        assert_eq!(fs::read(&beside).unwrap(), sealed);
        assert!(owner.load(&key("me")).is_err());
        fs::rename(&beside, &path).unwrap();
        check_holds(&owner, "me", Some(&record("first", 1)));
    };
    let phrase = || passphrase("phrase one");
    let bytes = || EncryptionKey::from_text("a1".repeat(32)).unwrap();
    let other_passphrase = [
        "with another passphrase",
        "open the store with that passphrase",
    ];
    check(phrase, passphrase("phrase two"), &other_passphrase);
    check(phrase, passphrase("phrase one "), &other_passphrase);
    check(
        phrase,
        raw("a1"),
        &["a passphrase, but the store has a key"],
    );
    check(bytes, raw("a2"), &["with another key"]);
    check(bytes, phrase(), &["a key, but the store has a passphrase"]);
}

#[test]
fn a_raised_cost_opens_files_of_the_old_cost() {
    let folder = tempfile::tempdir().unwrap();
    let old = store(folder.path(), "phrase one");
    old.save(&lease(&old, "me"), &record("first", 1)).unwrap();
    let raised = passphrase("phrase one").with_cost(KdfCost::new(16, 2, 1).unwrap());
    let new = Encrypted::open(folder.path(), raised).unwrap();
    check_holds(&new, "me", Some(&record("first", 1)));
    new.save(&lease(&new, "me"), &record("second", 2)).unwrap();
    let bytes = fs::read(new.path(&key("me"))).unwrap();
    assert!(contains(&bytes, " argon2id,16,2,1,"));
    check_holds(&old, "me", Some(&record("second", 2)));
    assert_eq!(names(folder.path()).len(), 2, "no .bad file");
}

#[test]
fn a_plain_text_record_is_an_error_or_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let file = File::open(folder.path()).unwrap();
    let plain = file.path(&key("me"));
    file.save(&lease(&file, "me"), &record(MARKED, 5)).unwrap();

    let strict = store(folder.path(), "phrase one");
    let words = [
        "in plain text",
        "with_plaintext_migration",
        "delete that file",
    ];
    check_error(strict.load(&key("me")), &plain, &words);
    let own = lease(&strict, "me");
    assert!(file.try_lease(&key("me")).unwrap().is_none(), "one lease");
    drop(own);
    assert!(plain.exists(), "the default changes nothing");

    let store = store(folder.path(), "phrase one").with_plaintext_migration();
    check_holds(&store, "me", Some(&record(MARKED, 5)));
    assert!(plain.exists(), "without a lease nothing changes");
    drop(lease(&store, "me"));
    assert!(!plain.exists());
    check_holds(&store, "me", Some(&record(MARKED, 5)));
    check_holds(&strict, "me", Some(&record(MARKED, 5)));

    // Both files exist: the program ran once more without encryption, or a crash left both.
    let check = |token: &str, generation, expect: (&str, u64)| {
        put(&plain, record(token, generation).as_ref());
        drop(lease(&store, "me"));
        assert!(!plain.exists());
        check_holds(&store, "me", Some(&record(expect.0, expect.1)));
    };
    check("older", 4, (MARKED, 5));
    check(MARKED, 5, (MARKED, 5));
    check("newer", 6, ("newer", 6));
    put(&plain, b"not a token record");
    drop(lease(&store, "me"));
    assert!(plain.exists(), "foreign content is left alone");
}

#[test]
fn foreign_content_is_kept_as_bad() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "phrase one");
    let own = lease(&store, "me");
    let path = store.path(&key("me"));
    for (number, content) in [&b"torn"[..], b"keystore-sealed 9 x", b""]
        .iter()
        .enumerate()
    {
        put(&path, content);
        check_error(store.load(&key("me")), &path, &["log in again"]);
        store.save(&own, &record("new", 1)).unwrap();
        check_holds(&store, "me", Some(&record("new", 1)));
        let ending = ["", "~2", "~3"][number];
        let beside = format!("inaturalist+app-id+me{ending}.bad");
        assert_eq!(fs::read(folder.path().join(beside)).unwrap(), *content);
    }
    let size = names(folder.path()).len();
    store.save(&own, &record("newer", 2)).unwrap();
    assert_eq!(
        names(folder.path()).len(),
        size,
        "a token record is not moved aside as bad"
    );
}

/// Reads every file that appears while token records are saved and foreign files replaced.
#[test]
fn plain_text_is_never_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "phrase one");
    let done = AtomicBool::new(false);
    let (looks, halfway) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let deadline = Instant::now() + Duration::from_secs(30);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) && Instant::now() < deadline {
                for entry in fs::read_dir(folder.path()).unwrap().flatten() {
                    let Ok(bytes) = fs::read(entry.path()) else {
                        continue; // removed since it was listed
                    };
                    if contains(&bytes, MARKED) || contains(&bytes, "access_token") {
                        done.store(true, Ordering::Relaxed);
                        panic!("{:?} contains plain text", entry.file_name());
                    }
                    looks.fetch_add(1, Ordering::Relaxed);
                    let name = entry.file_name();
                    let half = usize::from(name.to_str().unwrap().ends_with(".tmp"));
                    halfway.fetch_add(half, Ordering::Relaxed);
                }
            }
        });
        let mut generation = 0;
        while !done.load(Ordering::Relaxed)
            && Instant::now() < deadline
            && (generation < 100 || halfway.load(Ordering::Relaxed) < 10)
        {
            generation += 1;
            let own = lease(&store, "me");
            store
                .save(&own, &record(&MARKED.repeat(500), generation))
                .unwrap();
            if generation % 10 == 0 {
                put(&store.path(&key("me")), b"foreign");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(
        halfway.load(Ordering::Relaxed) > 0,
        "no temporary file was read"
    );
    assert!(looks.load(Ordering::Relaxed) > 100);
}

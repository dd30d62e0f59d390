//! Tests of the stores over real servers, which run where PostgreSQL or Redis is installed: rights,
//! and what a logout leaves. `cargo xtask conformance fleet` has the accidents of servers and
//! hosts.

#![cfg(all(unix, feature = "postgres", feature = "redis"))]
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that fails is a test that fails"
)]

mod key;
mod postgres;
mod redis;
mod removal;
#[expect(dead_code, reason = "what the tests of silent engines use")]
mod server;
mod standby;
mod surroundings;

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store};
use keystore::EncryptionKey;

const LONG: Duration = Duration::from_secs(30);

fn key(account: &str) -> AccountKey {
    AccountKey::new("inaturalist", "app-id", account)
}

fn lease(store: &dyn Store, account: &str) -> Lease {
    store.try_lease(&key(account)).unwrap().expect("free")
}

fn record(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

fn encryption_key() -> EncryptionKey {
    EncryptionKey::from_text("f0".repeat(32)).unwrap()
}

/// Uses every right that the store requires.
fn renew(store: &dyn Store, account: &str) {
    renew_beside(store, account, 0);
}

/// The same, beside this many accounts.
fn renew_beside(store: &dyn Store, account: &str, others: usize) {
    store.health().unwrap();
    let lease = lease(store, account);
    store.load(&key(account)).unwrap();
    store.reserve(&lease, 100).unwrap();
    assert!(store.confirm(&lease, LONG).unwrap());
    store.save(&lease, &record("one")).unwrap();
    assert!(store.load(&key(account)).unwrap().is_some());
    store.remove(&lease).unwrap();
    drop(lease);
    assert_eq!(store.accounts().unwrap().map(|all| all.len()), Some(others));
    for text in ["1", "2"] {
        assert!(store.update_note("n", &mut |_| text.to_owned()).unwrap());
    }
}

/// Checks that the error names all of this, and returns its help.
fn names(error: &Error, words: &[&str]) -> String {
    let text = format!("{error:#}");
    assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
    }
    error.help().unwrap().to_owned()
}

/// Checks when the record that came with a lease is used. `change` makes the stored one unreadable.
fn lease_brings_the_record_once(store: &dyn Store, change: impl Fn()) {
    store.save(&lease(store, "me"), &record("one")).unwrap();
    let held = lease(store, "me");
    change();
    assert_eq!(store.load(&key("me")).unwrap().unwrap().as_ref(), b"one");
    store.load(&key("me")).expect_err("asks the server");
    store.save(&held, &record("two")).unwrap();
    drop(held);
    for after in ["a lease", "a save"] {
        let held = lease(store, "me");
        if after == "a save" {
            store.save(&held, &record("three")).unwrap();
        } else {
            drop(held);
        }
        change();
        store.load(&key("me")).expect_err(after);
    }
}

/// Checks that a host which runs notices data of another version, in both directions. A case has the
/// versions to set, the words of each error, and those of its help. Versions that suit it follow.
fn versions_are_noticed(
    store: &dyn Store,
    open: impl Fn() -> Error,
    set: impl Fn(&str),
    leases: impl Fn() -> String,
    cases: [(&str, &[&str], &str); 4],
    suits: [&str; 2],
) {
    store.save(&lease(store, "me"), &record("one")).unwrap();
    for (found, words, what_to_do) in cases {
        let held = lease(store, "me");
        let before = leases();
        set(found);
        let refused = [
            store.try_lease(&key("other")).unwrap_err(),
            store.confirm(&held, LONG).unwrap_err(),
            store.health().unwrap_err(),
            store.accounts().unwrap_err(),
            open(),
        ];
        for error in refused {
            assert!(names(&error, words).contains(what_to_do), "{error}");
        }
        assert_eq!(leases(), before);
        // A token that was issued before is saved: the refresh token before it is used up.
        store.save(&held, &record("two")).unwrap();
        drop(held);
        names(&store.load(&key("me")).unwrap_err(), words);
        for suits in suits {
            set(suits);
            renew_beside(store, "other", 1);
        }
        assert_eq!(store.load(&key("me")).unwrap().unwrap().as_ref(), b"two");
    }
}

/// Checks that a store takes the token of a renewal that has begun, after `empty` has removed all of
/// its data; it gets the renewal's lease and another one.
fn emptied_store_takes_a_token(store: &dyn Store, empty: impl FnOnce(&Lease, &Lease)) {
    store.save(&lease(store, "me"), &record("one")).unwrap();
    let (begun, held) = (lease(store, "me"), lease(store, "you"));
    empty(&begun, &held);
    assert!(!store.confirm(&held, LONG).unwrap(), "its lease is gone");
    assert!(store.load(&key("other")).unwrap().is_none());
    store.health().unwrap();
    store.save(&begun, &record("two")).unwrap();
    drop(begun);
    assert_eq!(store.load(&key("me")).unwrap().unwrap().as_ref(), b"two");
    drop(held);
    renew_beside(store, "you", 1);
}

/// Checks that hosts which change one note at the same time all do, and how many tries that takes. With
/// one for each change of another it is the more, the more hosts there are, until they count alone.
fn crowd_changes_a_note<S: Store>(open: impl Fn() -> S) {
    const HOSTS: usize = 32;
    const EACH: usize = 4;
    const ROUNDS: usize = 3;
    let stores: Vec<S> = (0..HOSTS).map(|_| open()).collect();
    let round = || {
        let (tries, start) = (AtomicUsize::new(0), Barrier::new(HOSTS));
        thread::scope(|scope| {
            for store in &stores {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..EACH {
                        let mut add = |text: &str| {
                            tries.fetch_add(1, SeqCst);
                            (text.parse::<usize>().unwrap_or(0) + 1).to_string()
                        };
                        assert!(store.update_note("crowd", &mut add).unwrap());
                    }
                });
            }
        });
        tries.into_inner() / (HOSTS * EACH)
    };
    // A machine that is busy with something else is so for a round.
    let least = (0..ROUNDS).map(|_| round()).min();
    let mut found = String::new();
    let mut read = |text: &str| {
        found = text.to_owned();
        text.to_owned()
    };
    stores[0].update_note("crowd", &mut read).unwrap();
    assert_eq!(found, (ROUNDS * HOSTS * EACH).to_string());
    assert!(least < Some(6), "{least:?} tries for each change");
}

/// Names of accounts and of notes that an engine may not like. Each is read back as it is.
fn odd_names(store: &dyn Store) {
    let long = (0..20_000).map(|at: u32| char::from_u32(0x4e00 + at).unwrap());
    let long = long.collect::<String>();
    let names = [
        "",
        " ",
        "a\0b",
        "\u{ffff}",
        "\u{fffd}",
        "\u{10ffff}",
        "\u{202e}\u{feff}",
        "日本 🦀 é e\u{301}",
        "{a}:*?[x]",
        "'; DROP TABLE auth_record; --",
        "$1 %s \\x00 \\",
        "a\r\nb\t\u{1b}[31m",
        &long,
    ];
    for name in names {
        let text = record(name);
        store.save(&lease(store, name), &text).unwrap();
        assert_eq!(
            store.load(&key(name)).unwrap().unwrap().as_ref(),
            text.as_ref()
        );
        for text in ["one", "two 日本"] {
            assert!(
                store.update_note(name, &mut |_| text.to_owned()).unwrap(),
                "{name}"
            );
        }
        let mut before = String::new();
        let mut change = |found: &str| {
            found.clone_into(&mut before);
            found.to_owned()
        };
        store.update_note(name, &mut change).unwrap();
        assert_eq!(before, "two 日本", "a note of its own: {name}");
    }
    let mut found = store.accounts().unwrap().unwrap();
    let mut expect = names.map(key).to_vec();
    found.sort();
    expect.sort();
    assert_eq!(found, expect);
    for name in names {
        store.remove(&lease(store, name)).unwrap();
    }
    assert_eq!(store.accounts().unwrap(), Some(Vec::new()));
}

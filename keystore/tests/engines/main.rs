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

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store};
use keystore::EncryptionKey;

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
    let long = std::time::Duration::from_secs(30);
    assert!(store.confirm(&lease, long).unwrap());
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

//! Tests of the stores over real servers, which run where PostgreSQL or Redis is installed: rights,
//! and what a logout leaves. `cargo xtask conformance fleet` has the accidents of servers and hosts.

#![cfg(all(unix, feature = "postgres", feature = "redis"))]
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that fails is a test that fails"
)]

mod postgres;
mod redis;
mod server;

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

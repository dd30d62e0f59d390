//! Tests of the public API of the stores: contract, file system, several processes.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that fails is a test that fails"
)]

use auth_core::{AccountKey, Lease, SecretBytes, Store};

mod contract;
#[cfg(all(unix, feature = "encrypted"))]
mod encrypted;
mod fallback;
#[cfg(unix)]
mod file;
#[cfg(unix)]
mod files;
mod passed_on;
#[cfg(unix)]
mod processes;
#[cfg(feature = "encrypted")]
mod sealed;
mod static_token;
#[cfg(unix)]
mod unprivileged;

fn key(account: &str) -> AccountKey {
    AccountKey::new("inaturalist", "app-id", account)
}

/// A passphrase with the smallest cost.
#[cfg(feature = "encrypted")]
fn passphrase(text: &str) -> keystore::EncryptionKey {
    keystore::EncryptionKey::from_passphrase(text)
        .unwrap()
        .with_cost(keystore::KdfCost::new(8, 1, 1).unwrap())
}

/// A token record with a login token, in auth-core's format.
fn record(token: &str, generation: u64) -> SecretBytes {
    let text = format!(
        "{{\"version\":1,\"generations\":[{generation},0],\"login\":{{\
         \"access_token\":\"{token}\",\"sent_ms\":1,\"generation\":{generation}}}}}"
    );
    SecretBytes::new(text.into_bytes())
}

/// Takes the lease of this account, which must be free.
fn lease(store: &dyn Store, account: &str) -> Lease {
    store.try_lease(&key(account)).unwrap().expect("free")
}

/// Checks that the store holds these bytes for this account.
fn check_holds(store: &dyn Store, account: &str, expect: Option<&SecretBytes>) {
    let found = store.load(&key(account)).unwrap();
    assert_eq!(
        found.as_ref().map(AsRef::as_ref),
        expect.map(AsRef::<[u8]>::as_ref),
        "{account} in {}",
        store.describe()
    );
}

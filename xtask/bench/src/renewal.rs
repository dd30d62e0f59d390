//! Renewals in a file store, beside few or many other accounts.

use std::{fs, path::Path};

use auth_core::TokenKind;
use auth_flows::Client;
use http_ureq::Ureq;
use keystore::File;

use crate::sessions;

/// How many accounts of a folder have an expired login.
pub const EXPIRED: usize = 12;

/// Fills a folder with this many accounts. All but the first ones have a copy of the first one's
/// file.
///
/// # Panics
///
/// If the folder cannot be written.
pub fn fill(folder: &Path, accounts: usize) {
    let (service, store) = (
        sessions::service("127.0.0.1:9"),
        File::open(folder).expect("a store"),
    );
    for number in 0..EXPIRED {
        sessions::put(&store, &service, &name(number), sessions::EXPIRED);
    }
    let path = |number| store.path(&service.account_key(&name(number)));
    for number in EXPIRED..accounts {
        fs::copy(path(0), path(number)).expect("a file");
    }
}

/// Renews the logins of these accounts.
///
/// # Panics
///
/// If a renewal fails.
pub fn renew(folder: &Path, address: &str, first: usize, times: usize) {
    let store = File::open(folder).expect("a store");
    let client = Client::new(sessions::service(address), Ureq::default(), store);
    for number in first..first + times {
        let token = client.account(&name(number)).token(TokenKind::Login);
        token.expect("a token");
    }
}

/// The name of an account.
#[must_use]
pub fn name(number: usize) -> String {
    format!("account-{number}")
}

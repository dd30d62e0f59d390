//! Changes of stored records, as time or another program makes them.

use std::thread;
use std::time::Duration;

use auth_core::{
    AccountKey, Error, ErrorKind, Lease, SecretBytes, Store, TokenKind, TokenRecord, UnixTime,
};
use serde_json::Value;

/// Changes a record as JSON, under its lease. Waits for a program that still has it.
///
/// # Errors
///
/// Those of the store; `Store` if there is no record, or if the lease is not free within 12 s.
pub fn change(
    store: &(impl Store + ?Sized),
    key: &AccountKey,
    change: impl FnOnce(&mut Value),
) -> Result<(), Error> {
    rewrite(store, key, |text| {
        let mut record =
            serde_json::from_slice(text).map_err(|error| failed(&error.to_string()))?;
        change(&mut record);
        Ok(SecretBytes::new(record.to_string().into_bytes()))
    })
}

/// Moves the date of a stored token back by these seconds, as if the token had been got earlier.
///
/// # Errors
///
/// Those of [`change`]; `Store` if there is no such token.
pub fn age_token(
    store: &(impl Store + ?Sized),
    key: &AccountKey,
    kind: TokenKind,
    seconds: i64,
) -> Result<(), Error> {
    let token = match kind {
        TokenKind::Login => "login",
        _ => "derived",
    };
    let mut found = false;
    change(store, key, |record| {
        let sent = &mut record[token]["sent_ms"];
        if let Some(then) = sent.as_i64() {
            *sent = (then - seconds * 1000).into();
            found = true;
        }
    })?;
    match found {
        true => Ok(()),
        false => Err(failed("the record has no such token")),
    }
}

/// Moves the service's stored verdicts on tokens an hour back: longer than they are believed.
///
/// # Errors
///
/// Those of [`change`].
pub fn age_verdicts(store: &(impl Store + ?Sized), key: &AccountKey) -> Result<(), Error> {
    rewrite(store, key, |text| {
        let mut record = TokenRecord::from_text(text)?;
        for &kind in TokenKind::ALL {
            let earlier = |at: UnixTime| UnixTime::from_millis(at.as_millis() - 3_600_000);
            record.set_rejected(kind, record.rejected(kind).map(earlier));
        }
        Ok(record.to_text())
    })
}

fn rewrite(
    store: &(impl Store + ?Sized),
    key: &AccountKey,
    change: impl FnOnce(&[u8]) -> Result<SecretBytes, Error>,
) -> Result<(), Error> {
    let lease = lease(store, key)?;
    let text = store.load(key)?.ok_or_else(|| failed("no record"))?;
    store.save(&lease, &change(text.as_ref())?)
}

fn lease(store: &(impl Store + ?Sized), key: &AccountKey) -> Result<Lease, Error> {
    for _ in 0..600 {
        if let Some(lease) = store.try_lease(key)? {
            return Ok(lease);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(failed("a lease outlives its program"))
}

fn failed(words: &str) -> Error {
    Error::new(ErrorKind::Store, words.to_owned())
}

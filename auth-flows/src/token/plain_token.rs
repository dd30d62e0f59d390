//! A token that a person copied from a page: read, and refused at once where it has expired.

use std::sync::Arc;

use auth_core::{Error, ErrorKind, Lifetime, Now, Record, Service, TokenAnswer, TokenKind};

/// The generation of a token that rests in a store as it was pasted: the same text is the same token, however often it is read.
const GENERATION: u64 = 1;

/// Reads it by the service's own rules; one that has expired is an error.
pub(crate) fn read(service: &Service, text: &str, now: Now) -> Result<TokenAnswer, Error> {
    let derive = service.derivation().ok_or_else(|| {
        Error::new(
            ErrorKind::Usage,
            format!("{} has no page to copy a token from", service.id()),
        )
        .advice("log in in another way")
    })?;
    let answer = derive.pasted(text)?;
    match answer.lifetime() {
        Lifetime::Until(end) if end <= now.wall => Err(Error::new(
            ErrorKind::NeedsLogin,
            format!("the pasted token expired on {end}"),
        )
        .advice(derive.when_expired())),
        _ => Ok(answer),
    }
}

/// The record that stands for a token which rests in a store as it was pasted.
pub(crate) fn record(service: &Service, text: &[u8], now: Now) -> Result<Record, Error> {
    let text = std::str::from_utf8(text).map_err(|_| {
        Error::new(
            ErrorKind::Configuration,
            "what should be a pasted token is no text",
        )
    })?;
    let token = read(service, text, now)?.received(now, GENERATION)?;
    let mut record = Record::default();
    record.set(TokenKind::Derived, Arc::new(token));
    Ok(record)
}

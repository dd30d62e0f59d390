//! A token that a person copied from a page: read, and refused at once where it has expired.

use std::sync::Arc;

use auth_core::{Error, ErrorKind, Lifetime, Now, Service, TokenKind, TokenRecord, TokenResponse};

/// The generation of a token that rests in a store as it was pasted: the same text is the same token, however often it is read.
const GENERATION: u64 = 1;

/// Reads it by the service's own rules; one that has expired is an error.
pub(crate) fn read(service: &Service, text: &str, now: Now) -> Result<TokenResponse, Error> {
    let derivation = service.token_derivation().ok_or_else(|| {
        Error::new(
            ErrorKind::Usage,
            format!("{} has no page to copy a token from", service.id()),
        )
        .with_help("log in in another way")
    })?;
    let response = derivation.read_plain_token(text)?;
    match response.lifetime() {
        Lifetime::Until(end) if end <= now.wall => Err(Error::new(
            ErrorKind::NeedsLogin,
            format!("the pasted token expired on {end}"),
        )
        .with_help(derivation.expired_help())),
        _ => Ok(response),
    }
}

/// The record in place of a token that is stored as plain text.
pub(crate) fn record(service: &Service, text: &[u8], now: Now) -> Result<TokenRecord, Error> {
    let text = std::str::from_utf8(text).map_err(|_| {
        Error::new(
            ErrorKind::Configuration,
            "what should be a pasted token is no text",
        )
    })?;
    let token = read(service, text, now)?.into_token(now, GENERATION)?;
    let mut record = TokenRecord::default();
    record.set(TokenKind::Derived, Arc::new(token));
    Ok(record)
}

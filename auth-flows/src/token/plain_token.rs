//! Reads a plain token, which the user copied from a page. Rejects an expired one.

use std::sync::Arc;

use auth_core::{Error, ErrorKind, Lifetime, Now, Service, TokenKind, TokenRecord, TokenResponse};

/// The generation of a token that is stored as plain text. Constant: the same text is the same
/// token each time it is read.
const GENERATION: u64 = 1;

/// Reads a plain token by the service's own rules. Fails if it has expired.
pub(crate) fn read(service: &Service, text: &str, now: Now) -> Result<TokenResponse, Error> {
    let derivation = service.token_derivation().ok_or_else(|| {
        Error::new(
            ErrorKind::Usage,
            format!("{} has no page to copy a token from", service.id()),
        )
        .with_help("log in by another method")
    })?;
    let response = derivation.read_plain_token(text)?;
    match response.lifetime() {
        Lifetime::Until(end) if end <= now.wall => Err(Error::new(
            ErrorKind::NeedsLogin,
            format!("the plain token expired on {end}"),
        )
        .with_help(derivation.expired_help())),
        _ => Ok(response),
    }
}

/// Returns the token record for a token that is stored as plain text.
pub(crate) fn record(service: &Service, text: &[u8], now: Now) -> Result<TokenRecord, Error> {
    let text = std::str::from_utf8(text).map_err(|_| {
        Error::new(
            ErrorKind::Configuration,
            "the plain token is not UTF-8 text",
        )
    })?;
    let token = read(service, text, now)?.into_token(now, GENERATION)?;
    let mut record = TokenRecord::default();
    record.set(TokenKind::Derived, Arc::new(token));
    Ok(record)
}

//! Reads a plain token, which the user copied from a page. Does not import an expired one.

use std::sync::Arc;

use auth_core::{
    Error, ErrorKind, Lifetime, Now, Service, TokenDerivation, TokenKind, TokenRecord,
    TokenResponse, UnixTime,
};

/// The generation of a token that is stored as plain text. Constant: the same text is the same
/// token each time it is read.
const GENERATION: u64 = 1;

/// More seconds than a token is given beyond an end that another clock stated.
const MINUTE: u64 = 60;

/// Reads a plain token to import, by the service's own rules. Fails if it has expired.
pub(crate) fn read(service: &Service, text: &str, now: Now) -> Result<TokenResponse, Error> {
    let derivation = derivation(service)?;
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

fn derivation(service: &Service) -> Result<&dyn TokenDerivation, Error> {
    service.token_derivation().ok_or_else(|| {
        Error::new(
            ErrorKind::Usage,
            format!("{} has no page to copy a token from", service.id()),
        )
        .with_help("log in by another method")
    })
}

/// Returns the token record for a token that is stored as plain text, expired or not.
pub(crate) fn record(service: &Service, text: &[u8], now: Now) -> Result<TokenRecord, Error> {
    let text = std::str::from_utf8(text).map_err(|_| {
        Error::new(
            ErrorKind::Configuration,
            "the plain token is not UTF-8 text",
        )
    })?;
    let response = derivation(service)?.read_plain_token(text)?;
    let sent = match response.lifetime() {
        // Requested before it expired: it then counts as expired, with the end that it states.
        Lifetime::Until(end) if end <= now.wall => Now {
            wall: UnixTime::from_secs(end.as_secs().saturating_sub(MINUTE)),
            ..now
        },
        _ => now,
    };
    let token = response.into_token(sent, GENERATION)?;
    let mut record = TokenRecord::default();
    record.set(TokenKind::Derived, Arc::new(token));
    Ok(record)
}

//! A token that a person copied from a page: read, and refused at once where it has expired.

use auth_core::{Error, ErrorKind, Lifetime, Now, Service, TokenAnswer};

/// Reads it by the service's own rules.
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

//! A health check of an account.

use auth_core::{Error, TokenKind};

use super::Session;

impl Session {
    /// Finds out whether the next call would have a token: one is renewed if that is due, and what
    /// earlier calls learned counts. Sends nothing else, so it is cheap enough for a health check
    /// of a service. An anonymous session has nothing to check.
    ///
    /// It does not ask the service whether it still accepts the token. A login that the user
    /// revoked elsewhere passes as long as its token is valid. To find that out, send an operation
    /// whose API rejects an invalid token: at iNaturalist `v0::tokens::Info` for the login and
    /// `v1::users::Me` for the API token.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// match session.check() {
    ///     Ok(()) => println!("ready"),
    ///     Err(error) if error.needs_login() => println!("log in again: {error}"),
    ///     Err(error) => println!("not now: {error:#}"),
    /// }
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// [`NeedsLogin`](auth_core::ErrorKind::NeedsLogin) if the user must log in
    /// ([`log_in`](Self::log_in)). A [retryable](Error::is_retryable) error if the service cannot
    /// be reached, with [`retry_after`](Error::retry_after).
    /// [`Store`](auth_core::ErrorKind::Store) if the store fails.
    #[doc(alias("health", "ping", "ready"))]
    pub fn check(&self) -> Result<(), Error> {
        if self.identity.account.is_none() {
            return Ok(());
        }
        let kind = match self.client.0.service.token_derivation() {
            Some(_) => TokenKind::Derived,
            None => TokenKind::Login,
        };
        self.token(kind).map(drop)
    }
}

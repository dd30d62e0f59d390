//! Tokens for use outside this library.

use std::{sync::Arc, time::Duration};

use auth_core::{Error, Token, TokenKind, TokenRequirement};

use super::Session;
use crate::{client::longer, clock};

impl Session {
    /// Returns a token that is valid now, for use outside this library. Renews it if necessary;
    /// fails as [`send`](Self::send) does. The text is a secret: [`Token::expose_secret`].
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// let token = session.token(auth_core::TokenKind::Derived)?;
    /// let header = format!("Bearer {}", token.expose_secret());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias("refresh", "renew", "cache"))]
    pub fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        self.client.0.activity.check_open()?;
        let token = self.get(kind, TokenRequirement::Any)?;
        match self.identity.replacing(kind, &token) {
            Some(requirement) => self.get(kind, requirement),
            None => Ok(token),
        }
    }

    /// Returns a token that is valid for `at_least`, for use by a program that cannot renew it. If
    /// the service's tokens have a shorter lifetime, returns a valid token as it is.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// let hour = std::time::Duration::from_secs(3600);
    /// let token = session.token_for(auth_core::TokenKind::Derived, hour)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// Those of [`send`](Self::send). [`NeedsLogin`](auth_core::ErrorKind::NeedsLogin) if the token
    /// expires sooner and cannot be renewed.
    pub fn token_for(&self, kind: TokenKind, at_least: Duration) -> Result<Arc<Token>, Error> {
        let token = self.token(kind)?;
        match longer(&token, at_least, clock::now()) {
            Some(requirement) => self.get(kind, requirement),
            None => Ok(token),
        }
    }

    /// Marks the account's token invalid, e.g. after another program got a 401. The next call gets
    /// a new one. Other programs that share the store learn it from the service.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// session.invalidate(auth_core::TokenKind::Derived)?;
    /// session.send(api_inat::users::Me::new())?; // with a new token
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// [`Store`](auth_core::ErrorKind::Store) if the store fails.
    #[doc(alias = "expire")]
    pub fn invalidate(&self, kind: TokenKind) -> Result<(), Error> {
        let account = self.identity.account()?;
        let token = match account.cell(kind).latest() {
            Some(token) => Some(token),
            None => self.stored()?.token(kind).cloned(),
        };
        if let Some(token) = token {
            account.cell(kind).invalidate(token.generation());
        }
        Ok(())
    }
}

//! Tokens for use outside this library.

use std::{sync::Arc, time::Duration};

use auth_core::{Error, Token, TokenKind, TokenRequirement};

use super::AsyncSession;
use crate::{client::longer, clock};

impl AsyncSession {
    /// Returns a token that is valid now, for use outside this library. Renews it if necessary;
    /// fails as [`send`](Self::send) does. The text is a secret: [`Token::expose_secret`].
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// let token = session.token(auth_core::TokenKind::Derived).await?;
    /// let header = format!("Bearer {}", token.expose_secret());
    /// # Ok(()) });
    /// ```
    #[doc(alias("refresh", "renew", "cache"))]
    pub async fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        self.client.0.activity.check_open()?;
        let token = self.get(kind, TokenRequirement::Any).await?;
        match self.identity.replacing(kind, &token) {
            Some(requirement) => self.get(kind, requirement).await,
            None => Ok(token),
        }
    }

    /// Returns a token that is valid for at least `at_least`, as
    /// [`Session::token_for`](crate::Session::token_for) does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// let hour = std::time::Duration::from_secs(3600);
    /// let token = session.token_for(auth_core::TokenKind::Derived, hour).await?;
    /// # Ok(()) });
    /// ```
    pub async fn token_for(
        &self,
        kind: TokenKind,
        at_least: Duration,
    ) -> Result<Arc<Token>, Error> {
        let token = self.token(kind).await?;
        match longer(&token, at_least, clock::now()) {
            Some(requirement) => self.get(kind, requirement).await,
            None => Ok(token),
        }
    }

    /// Marks the account's token invalid, as [`Session::invalidate`](crate::Session::invalidate)
    /// does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// session.invalidate(auth_core::TokenKind::Derived).await?;
    /// session.send(api_inat::users::Me::new()).await?; // with a new token
    /// # Ok(()) });
    /// ```
    #[doc(alias = "expire")]
    pub async fn invalidate(&self, kind: TokenKind) -> Result<(), Error> {
        let account = self.identity.account()?;
        let token = match account.cell(kind).latest() {
            Some(token) => Some(token),
            None => self.stored().await?.token(kind).cloned(),
        };
        if let Some(token) = token {
            account.cell(kind).invalidate(token.generation());
        }
        Ok(())
    }
}

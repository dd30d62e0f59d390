//! A login whose response the program receives itself, as a web service does.

use auth_core::{Error, PendingAuthorization, RedirectUri};

use super::AsyncSession;
use crate::{client::event::LoginMethod, login::begin_at};

impl AsyncSession {
    /// Begins a login whose response the program receives itself, as a web service does. Returns
    /// the authorization URL and the request that waits, with fresh random numbers and the
    /// service's default scope. Sends nothing. Finds out before the user is asked whether the login
    /// can be saved.
    ///
    /// Store [`to_secret_text`](PendingAuthorization::to_secret_text) on the server, bound to the
    /// visitor; pass the grant of [`accept`](PendingAuthorization::accept) to
    /// [`complete_login`](Self::complete_login).
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run(async |session| {
    /// let redirect_uri = auth_core::RedirectUri::parse("https://app.example.org/callback")?;
    /// let (url, pending) = session.begin_at(redirect_uri).await?;
    /// assert!(url.contains("state="));
    /// let stored = pending.to_secret_text();
    /// # Ok(()) });
    /// ```
    /// # Errors
    /// [`Configuration`](auth_core::ErrorKind::Configuration) if the service has no authorization
    /// endpoint or requires pushed requests. [`Usage`](auth_core::ErrorKind::Usage) if the client
    /// is closed. The store's error if it cannot be written.
    #[inline]
    pub async fn begin_at(
        &self,
        redirect_uri: RedirectUri,
    ) -> Result<(String, PendingAuthorization), Error> {
        self.client.0.activity.check_open()?;
        self.check_writable().await?;
        let begun = begin_at(&self.client.0.service, redirect_uri)?;
        let common = &self.client.0;
        common.login_started(&self.identity, LoginMethod::Authorization);
        Ok(begun)
    }
}

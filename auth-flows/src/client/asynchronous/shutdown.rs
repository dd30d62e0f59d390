//! The end of a program: waits for what is in flight.

use std::sync::Arc;

use auth_core::Error;

use super::AsyncClient;

impl AsyncClient {
    /// Waits until no renewal, login or logout is in flight, and saves what could not be saved.
    /// Call it at the end of a program. A renewal that is cut off may cost the login, because the
    /// server has already replaced the refresh token.
    ///
    /// Calls continue meanwhile. [`close`](Self::close) ends them, too. A login that a renewal
    /// started ([`AsyncSession::with_login`](crate::AsyncSession::with_login)) counts, and waits
    /// for its user.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_client(async |client| {
    /// client.settle().await?;
    /// # Ok(()) });
    /// ```
    /// # Errors
    /// The store's error if a token is in memory only.
    #[doc(alias("shutdown", "flush", "join"))]
    pub async fn settle(&self) -> Result<(), Error> {
        self.0.activity.no_changes().await;
        if self.0.accounts.unsaved().is_empty() {
            return Ok(());
        }
        let common = Arc::clone(&self.0);
        match self.offload(move || Ok(common.save_all())).await {
            Ok(saved) => saved,
            // The runtime has shut down: this thread may block.
            Err(_) => self.0.save_all(),
        }
    }

    /// Rejects new calls, waits until nothing is in flight, and saves what could not be saved.
    /// Every later call fails with [`Usage`](auth_core::ErrorKind::Usage). For a graceful shutdown.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_client(async |client| {
    /// client.close().await?;
    /// assert!(client.account("me").send(api_inat::users::Me::new()).await.is_err());
    /// # Ok(()) });
    /// ```
    /// # Errors
    /// The store's error if a token is in memory only.
    #[doc(alias("shutdown", "graceful"))]
    pub async fn close(&self) -> Result<(), Error> {
        self.0.activity.close();
        self.0.activity.no_calls().await;
        self.settle().await
    }
}

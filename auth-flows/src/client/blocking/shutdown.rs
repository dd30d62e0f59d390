//! The end of a program: waits for what is in flight.

use std::time::Duration;

use auth_core::Error;

use super::Client;
use crate::sync::park::park_on;

impl Client {
    /// Waits until no renewal, login or logout is in flight, and saves what could not be saved.
    /// Call it at the end of a program. A renewal that is cut off may cost the login, because the
    /// server has already replaced the refresh token.
    ///
    /// Calls continue meanwhile. [`close`](Self::close) ends them, too. A login that a renewal
    /// started ([`Session::with_login`](crate::Session::with_login)) counts, and waits for its
    /// user.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, client) = setup::infoflora();
    /// client.settle()?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// The store's error if a token is in memory only.
    #[doc(alias("shutdown", "flush", "join"))]
    pub fn settle(&self) -> Result<(), Error> {
        park_on(self.0.activity.no_changes(), Duration::MAX);
        self.0.save_all()
    }

    /// Rejects new calls, waits until nothing is in flight, and saves what could not be saved.
    /// Every later call fails with [`Usage`](auth_core::ErrorKind::Usage). For a graceful shutdown.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, client) = setup::infoflora();
    /// client.close()?;
    /// let error = client.client_session().send(api_infoflora::observations::List::new());
    /// assert!(error.is_err());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// The store's error if a token is in memory only.
    #[doc(alias("shutdown", "graceful"))]
    pub fn close(&self) -> Result<(), Error> {
        self.0.activity.close();
        park_on(self.0.activity.no_calls(), Duration::MAX);
        self.settle()
    }
}

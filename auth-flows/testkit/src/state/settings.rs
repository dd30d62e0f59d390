//! The settings of a server.

use std::time::Duration;

use auth_core::testkit::Site;

use crate::state::client::{TestClient, User};
use crate::state::clock::millis;

/// What happens to a refresh token when it is used.
///
/// ```
/// use auth_testkit::{Dialect, Rotation, TestClient, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5())
///     .client(TestClient::public("app").scopes("write"))
///     .user("alice", "password")
///     .refresh_tokens(Rotation::KillFamily) // a replayed token ends the login
///     .start()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Servers rotate in other ways too.
#[non_exhaustive]
pub enum Rotation {
    /// The server issues no refresh tokens.
    Off,
    /// The first use of the new access token revokes the old token, as in Doorkeeper with a
    /// `previous_refresh_token` column.
    OnUse,
    /// The server revokes the old refresh token and the old access token at once.
    Instant,
    /// As `Instant`. In addition, a reused refresh token or code revokes all tokens of that login
    /// (RFC 9700 section 4.14.2), as in oidc-provider.
    KillFamily,
}

/// The settings that the builder collects.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) clients: Vec<TestClient>,
    pub(crate) users: Vec<User>,
    pub(crate) site: Site,
    pub(crate) default_scopes: Vec<String>,
    pub(crate) optional_scopes: Vec<String>,
    pub(crate) access_lifetime: Option<Duration>,
    pub(crate) refresh_lifetime: Option<Duration>,
    pub(crate) code_lifetime: Duration,
    pub(crate) derived_lifetime: Option<Duration>,
    pub(crate) rotation: Rotation,
    pub(crate) port: u16,
}

impl Settings {
    pub(crate) fn access_lifetime_ms(&self) -> Option<u64> {
        self.access_lifetime.map(millis)
    }

    pub(crate) fn refresh_lifetime_ms(&self) -> Option<u64> {
        self.refresh_lifetime.map(millis)
    }
}

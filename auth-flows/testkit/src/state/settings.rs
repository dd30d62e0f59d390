//! How a server is configured.

use std::time::Duration;

use auth_core::testkit::Site;

use crate::state::client::{TestClient, User};
use crate::state::clock::millis;

/// What becomes of a refresh token when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Servers rotate in other ways too.
#[non_exhaustive]
pub enum Rotation {
    /// There are no refresh tokens.
    Off,
    /// The old token dies when the new access token is first used, as in Doorkeeper with a
    /// `previous_refresh_token` column.
    OnUse,
    /// The old refresh token and the old access token die at once.
    Instant,
    /// As `Instant`; and when a dead refresh token or a used code comes back, all tokens of that
    /// login die (RFC 9700 section 4.14.2), as in oidc-provider.
    KillFamily,
}

/// What the server is configured with.
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

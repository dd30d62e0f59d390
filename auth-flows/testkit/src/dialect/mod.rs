//! The dialects: the server software that a test server imitates.

mod doorkeeper;
mod league;

use crate::dialect::doorkeeper::Doorkeeper;
use crate::dialect::league::{League, Version};
use crate::endpoint::software::Software;

/// The server software that a test server imitates.
///
/// A dialect is the software, not a service that runs it. Set what a service configures with the
/// [`TestServerBuilder`](crate::TestServerBuilder).
///
/// ```
/// use auth_testkit::{Dialect, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// for dialect in [Dialect::doorkeeper_5(), Dialect::league_8(), Dialect::league_9()] {
///     let server = TestServer::builder(dialect).start()?;
///     println!("{}: {}", server.dialect().name(), server.token_endpoint());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect(AnySoftware);

#[derive(Clone, Debug, PartialEq, Eq)]
enum AnySoftware {
    Doorkeeper(Doorkeeper),
    League(League),
}

impl Dialect {
    /// Returns the dialect of Doorkeeper 5.5 and 5.6, the Ruby gem, in a Rails application with
    /// Devise, as iNaturalist runs it.
    ///
    /// The application adds two responses of its own. It redirects a request without any
    /// authentication to `/login`, or responds with 401 and JSON if the request accepts JSON. And
    /// it refuses a password with 400 `invalid_grant`, a message of its own, and JSON that is
    /// labelled `text/html`.
    #[must_use]
    pub fn doorkeeper_5() -> Self {
        Self(AnySoftware::Doorkeeper(Doorkeeper { devise: true }))
    }

    /// Returns the dialect of league/oauth2-server 8.5, the PHP library.
    ///
    /// It looks at a client's grants late. A client without the code grant gets a code, and
    /// `invalid_client` for it. One without the refresh grant gets a refresh token, and
    /// `invalid_client` when it uses that.
    #[must_use]
    pub fn league_8() -> Self {
        Self::league(Version::V8)
    }

    /// Returns the dialect of league/oauth2-server 9.4, the PHP library.
    ///
    /// It refuses a grant that the client does not have with `unauthorized_client`, at the
    /// authorization endpoint as well. Like version 8, it refuses a scope that another client has
    /// at the exchange, after the user consented.
    #[must_use]
    pub fn league_9() -> Self {
        Self::league(Version::V9)
    }

    /// Removes Devise from Doorkeeper's dialect, which leaves the gem's own responses. Does not
    /// change league's dialects.
    #[must_use]
    pub fn without_devise(mut self) -> Self {
        if let AnySoftware::Doorkeeper(doorkeeper) = &mut self.0 {
            doorkeeper.devise = false;
        }
        self
    }

    /// Puts league's dialect into a Symfony bundle. Does not change Doorkeeper's dialect.
    ///
    /// The resource server then refuses in plain text instead of JSON, which Symfony labels
    /// `text/html; charset=UTF-8`. It accepts the scheme `Bearer` only, and the server refuses code
    /// challenges of the method `plain`. Read in the bundle's source, not observed.
    #[must_use]
    pub fn with_symfony(mut self) -> Self {
        if let AnySoftware::League(league) = &mut self.0 {
            league.symfony = true;
        }
        self
    }

    /// Returns the software's name and major version, such as `Doorkeeper 5`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.software().name()
    }

    pub(crate) fn software(&self) -> &dyn Software {
        match &self.0 {
            AnySoftware::Doorkeeper(doorkeeper) => doorkeeper,
            AnySoftware::League(league) => league,
        }
    }

    fn league(version: Version) -> Self {
        Self(AnySoftware::League(League {
            version,
            symfony: false,
        }))
    }
}

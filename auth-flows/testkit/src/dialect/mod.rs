//! The dialects: which server software is imitated.

mod doorkeeper;
mod league;

use crate::dialect::doorkeeper::Doorkeeper;
use crate::dialect::league::{League, Version};
use crate::endpoint::software::Software;

/// The software that a server speaks like.
///
/// A dialect is the software, not a service that runs it: what a service configures is said with
/// the builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect(AnySoftware);

#[derive(Clone, Debug, PartialEq, Eq)]
enum AnySoftware {
    Doorkeeper(Doorkeeper),
    League(League),
}

impl Dialect {
    /// Doorkeeper 5.5 and 5.6, the Ruby gem, in a Rails application with Devise, as iNaturalist
    /// runs it.
    ///
    /// The application's part: a request without any authentication is sent to `/login`, or gets
    /// 401 JSON if it accepts JSON; a refused password is 400 `invalid_grant` in the application's
    /// own words, JSON labelled `text/html`.
    #[must_use]
    pub fn doorkeeper_5() -> Self {
        Self(AnySoftware::Doorkeeper(Doorkeeper { devise: true }))
    }

    /// league/oauth2-server 8.5, the PHP library.
    #[must_use]
    pub fn league_8() -> Self {
        Self::league(Version::V8)
    }

    /// league/oauth2-server 9.4, the PHP library.
    #[must_use]
    pub fn league_9() -> Self {
        Self::league(Version::V9)
    }

    /// Doorkeeper's dialect without Devise around it: only the gem's own answers. No change to
    /// league's.
    #[must_use]
    pub fn without_devise(mut self) -> Self {
        if let AnySoftware::Doorkeeper(doorkeeper) = &mut self.0 {
            doorkeeper.devise = false;
        }
        self
    }

    /// league's dialect in a Symfony bundle: the resource server refuses in plain text instead of
    /// JSON, and code challenges of the method `plain` are refused. Read in the bundle's source,
    /// not observed. No change to Doorkeeper's.
    #[must_use]
    pub fn with_symfony(mut self) -> Self {
        if let AnySoftware::League(league) = &mut self.0 {
            league.symfony = true;
        }
        self
    }

    /// The software's name and major version, such as `Doorkeeper 5`.
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

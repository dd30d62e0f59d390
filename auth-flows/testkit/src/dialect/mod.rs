//! Which server software is spoken: paths, checks, tokens, words.

pub(crate) mod doorkeeper;
pub(crate) mod league;

use std::time::Duration;

use http::{Request, Response};

use crate::control::request_kind::Kind;
use crate::endpoint::authorize::Asked;
use crate::endpoint::resource::Refused;
use crate::http::params::Params;
use crate::http::reply::not_found;
use crate::server::Shared;
use crate::state::random::Random;
use crate::state::settings::Rotation;

/// The software that a server speaks like.
///
/// A dialect is the software, not a service that runs it: what a service configures is said with the builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub(crate) software: Software,
    /// Whether the application around the software answers as well: Devise around Doorkeeper, Symfony around league.
    pub(crate) framework: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Software {
    Doorkeeper5,
    League8,
    League9,
}

impl Dialect {
    /// Doorkeeper 5.5 and 5.6, the Ruby gem, in a Rails application with Devise, as iNaturalist runs it.
    ///
    /// The application's part: a request without any authentication is sent to `/login`, or gets 401 JSON if it accepts JSON;
    /// a refused password is 400 `invalid_grant` in the application's own words, JSON labelled `text/html`.
    #[must_use]
    pub fn doorkeeper_5() -> Self {
        Self {
            software: Software::Doorkeeper5,
            framework: true,
        }
    }

    /// league/oauth2-server 8.5, the PHP library.
    #[must_use]
    pub fn league_8() -> Self {
        Self {
            software: Software::League8,
            framework: false,
        }
    }

    /// league/oauth2-server 9.4, the PHP library.
    #[must_use]
    pub fn league_9() -> Self {
        Self {
            software: Software::League9,
            framework: false,
        }
    }

    /// Doorkeeper's dialect without Devise around it: only the gem's own answers. No change to league's.
    #[must_use]
    pub fn without_devise(mut self) -> Self {
        if self.software == Software::Doorkeeper5 {
            self.framework = false;
        }
        self
    }

    /// league's dialect in a Symfony bundle: the resource server refuses in plain text instead of JSON, and code challenges
    /// of the method `plain` are refused. Read in the bundle's source, not observed. No change to Doorkeeper's.
    #[must_use]
    pub fn with_symfony(mut self) -> Self {
        if self.software != Software::Doorkeeper5 {
            self.framework = true;
        }
        self
    }

    /// The software's name and major version, such as `Doorkeeper 5`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.software {
            Software::Doorkeeper5 => "Doorkeeper 5",
            Software::League8 => "league/oauth2-server 8",
            Software::League9 => "league/oauth2-server 9",
        }
    }

    fn is_doorkeeper(&self) -> bool {
        self.software == Software::Doorkeeper5
    }

    pub(crate) fn access_lifetime(&self) -> Option<Duration> {
        (!self.is_doorkeeper()).then_some(Duration::from_secs(3600))
    }

    pub(crate) fn refresh_lifetime(&self) -> Option<Duration> {
        (!self.is_doorkeeper()).then_some(Duration::from_secs(30 * 86_400))
    }

    pub(crate) fn rotation(&self) -> Rotation {
        if self.is_doorkeeper() {
            Rotation::Off
        } else {
            Rotation::Instant
        }
    }

    pub(crate) fn authorization_path(&self) -> &'static str {
        if self.is_doorkeeper() {
            doorkeeper::AUTHORIZE
        } else {
            league::AUTHORIZE
        }
    }

    pub(crate) fn token_path(&self) -> &'static str {
        if self.is_doorkeeper() {
            doorkeeper::TOKEN
        } else {
            league::TOKEN
        }
    }

    pub(crate) fn revocation_path(&self) -> Option<&'static str> {
        self.is_doorkeeper().then_some(doorkeeper::REVOKE)
    }

    pub(crate) fn introspection_path(&self) -> Option<&'static str> {
        self.is_doorkeeper().then_some(doorkeeper::INTROSPECT)
    }

    /// Where an out-of-band code is shown.
    pub(crate) fn native_path(&self) -> Option<&'static str> {
        self.is_doorkeeper().then_some(doorkeeper::NATIVE)
    }

    /// What the authorization server itself has at this path.
    pub(crate) fn kind_of(&self, path: &str) -> Option<Kind> {
        if self.is_doorkeeper() {
            doorkeeper::kind_of(path, self.framework)
        } else {
            league::kind_of(path)
        }
    }

    pub(crate) fn new_code(&self, random: &Random) -> String {
        if self.is_doorkeeper() {
            random.url_safe(32)
        } else {
            random.hex(812)
        }
    }

    /// Checks an authorization request.
    pub(crate) fn check(&self, shared: &Shared, params: &Params) -> Result<Asked, Refused> {
        if self.is_doorkeeper() {
            doorkeeper::check(shared, params)
        } else {
            league::check(shared, self, params)
        }
    }

    /// The way back to the client, with a code.
    pub(crate) fn allow(&self, shared: &Shared, asked: &Asked, code: &str) -> Response<Vec<u8>> {
        if self.is_doorkeeper() {
            doorkeeper::allow(shared, asked, code)
        } else {
            league::allow(asked, code)
        }
    }

    /// The way back to the client, without one.
    pub(crate) fn deny(&self, asked: &Asked) -> Response<Vec<u8>> {
        if self.is_doorkeeper() {
            doorkeeper::deny(asked)
        } else {
            league::deny(self, asked)
        }
    }

    pub(crate) fn token(&self, shared: &Shared, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        if self.is_doorkeeper() {
            doorkeeper::token::answer(shared, request)
        } else {
            league::token::answer(shared, request)
        }
    }

    pub(crate) fn revoke(&self, shared: &Shared, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        if self.is_doorkeeper() {
            doorkeeper::manage::revoke(shared, request)
        } else {
            not_found()
        }
    }

    pub(crate) fn introspect(
        &self,
        shared: &Shared,
        request: &Request<Vec<u8>>,
    ) -> Response<Vec<u8>> {
        if self.is_doorkeeper() {
            doorkeeper::manage::introspect(shared, request)
        } else {
            not_found()
        }
    }

    pub(crate) fn token_info(
        &self,
        shared: &Shared,
        request: &Request<Vec<u8>>,
    ) -> Response<Vec<u8>> {
        if self.is_doorkeeper() {
            doorkeeper::manage::info(shared, request)
        } else {
            not_found()
        }
    }
}

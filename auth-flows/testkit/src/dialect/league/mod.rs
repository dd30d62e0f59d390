//! league/oauth2-server 8.5 and 9.4: paths, defaults and token texts.
//!
//! Recorded from running 8.5.4 and 9.4.1, and compared with 8.5.5 and 9.4.1 in 2026. A comment
//! names the function of the source that a response comes from. It is in the library's `src/` at
//! 8.5.5 and 9.4.1, or, where it says so, in the bundle's (league/oauth2-server-bundle). The bundle
//! was only read.

mod authorization;
mod input;
mod refusal;
mod scope;
mod token;

use std::time::Duration;

use http::{Request, Response};
use serde_json::json;

use crate::control::request_kind::RequestKind;
use crate::endpoint::software::{AuthorizationParams, ErrorReply, Grantee, Reason, Software};
use crate::http::params::Params;
use crate::http::reply::object;
use crate::state::State;
use crate::state::context::ServerContext;
use crate::state::random::Random;
use crate::state::settings::Rotation;

const AUTHORIZE: &str = "/oauth2/authorize";
const TOKEN: &str = "/oauth2/token";

/// league/oauth2-server, the PHP library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct League {
    pub(crate) version: Version,
    /// Whether the Symfony bundle around the library responds as well.
    pub(crate) symfony: bool,
}

/// The library's major version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V8,
    V9,
}

impl Software for League {
    fn name(&self) -> &'static str {
        match self.version {
            Version::V8 => "league/oauth2-server 8",
            Version::V9 => "league/oauth2-server 9",
        }
    }

    fn access_lifetime(&self) -> Option<Duration> {
        Some(Duration::from_secs(3600))
    }

    fn refresh_lifetime(&self) -> Option<Duration> {
        Some(Duration::from_secs(30 * 86_400))
    }

    fn rotation(&self) -> Rotation {
        Rotation::Instant
    }

    fn authorization_path(&self) -> &'static str {
        AUTHORIZE
    }

    fn token_path(&self) -> &'static str {
        TOKEN
    }

    fn request_kind(&self, path: &str) -> Option<RequestKind> {
        if path == TOKEN {
            return Some(RequestKind::Token);
        }
        let locale = path.strip_prefix(AUTHORIZE)?;
        let is_locale = |rest: &str| !rest.is_empty() && !rest.contains('/');
        (locale.is_empty() || locale.strip_prefix('/').is_some_and(is_locale))
            .then_some(RequestKind::Authorize)
    }

    fn code(&self, random: &Random) -> String {
        random.hex(812)
    }

    fn access_token(
        &self,
        context: &ServerContext,
        state: &State,
        grantee: &Grantee<'_>,
        now: u64,
    ) -> String {
        access_token(self, context, state, grantee, now)
    }

    fn refresh_token(&self, random: &Random) -> String {
        random.hex(744)
    }

    fn check(
        &self,
        context: &ServerContext,
        params: &Params,
    ) -> Result<AuthorizationParams, ErrorReply> {
        authorization::check(context, self, params)
    }

    fn allow(
        &self,
        _context: &ServerContext,
        authorization: &AuthorizationParams,
        code: &str,
    ) -> Response<Vec<u8>> {
        authorization::allow(authorization, code)
    }

    fn deny(&self, authorization: &AuthorizationParams) -> Response<Vec<u8>> {
        authorization::deny(self, authorization)
    }

    fn token(&self, context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        token::respond(context, self, request)
    }

    /// The library accepts the scheme in upper or lower case since 9.3
    /// (`BearerTokenValidator::validateAuthorization`), the bundle does not
    /// (`OAuth2Authenticator::supports`).
    fn accepts_scheme(&self, scheme: &str) -> bool {
        match self.version {
            Version::V9 if !self.symfony => scheme.eq_ignore_ascii_case("bearer"),
            _ => scheme == "Bearer",
        }
    }

    /// The constraints on the JWT come before the lookup of its revocation.
    fn checks_expiry_first(&self) -> bool {
        true
    }

    fn refuse(
        &self,
        _context: &ServerContext,
        request: &Request<Vec<u8>>,
        reason: Reason,
    ) -> Response<Vec<u8>> {
        refusal::invalid_token(self, request, reason)
    }

    fn refuse_scope(&self) -> Response<Vec<u8>> {
        refusal::insufficient_scope()
    }
}

/// A text in the shape and length of league's RS256 access tokens.
///
/// `iat`, `nbf` and `exp` are fractional, and `aud` is a string. In a token of the client itself,
/// `sub` is empty (8) or the client's id (9).
fn access_token(
    league: &League,
    context: &ServerContext,
    state: &State,
    grantee: &Grantee<'_>,
    now: u64,
) -> String {
    let user = grantee.user.and_then(|id| state.user(id));
    let sub = match (user, league.version) {
        (Some(user), _) => user.name.clone(),
        (None, Version::V8) => String::new(),
        (None, Version::V9) => grantee.client_id.to_owned(),
    };
    let fractional = |ms: u64| json!(ms as f64 / 1000.0 + 0.000_321);
    let scopes: Vec<_> = grantee.scope.split_whitespace().collect();
    let mut claims = vec![
        ("aud", json!(grantee.client_id)),
        ("jti", json!(context.random.hex(80))),
        ("iat", fractional(now)),
        ("nbf", fractional(now)),
    ];
    if let Some(lifetime) = context.settings.access_lifetime_ms() {
        claims.push(("exp", fractional(now.saturating_add(lifetime))));
    }
    claims.push(("sub", json!(sub)));
    claims.push(("scopes", json!(scopes)));
    let header = r#"{"typ":"JWT","alg":"RS256"}"#;
    context.random.jwt(header, &object(&claims), 256)
}

//! Doorkeeper 5: its paths, defaults and token texts.
//!
//! Read in the gem's source (5.5.0 and 5.6.6) and compared with a running 5.5.0.

mod authorization;
mod devise;
mod manage;
mod replies;
mod token;

use std::time::Duration;

use http::{Request, Response};

use crate::control::request_kind::RequestKind;
use crate::endpoint::software::{AuthorizationParams, ErrorReply, Grantee, Reason, Software};
use crate::http::params::Params;
use crate::state::State;
use crate::state::context::ServerContext;
use crate::state::random::Random;
use crate::state::settings::Rotation;

const AUTHORIZE: &str = "/oauth/authorize";
const NATIVE: &str = "/oauth/authorize/native";
const TOKEN: &str = "/oauth/token";
const REVOKE: &str = "/oauth/revoke";
const INTROSPECT: &str = "/oauth/introspect";
const INFO: &str = "/oauth/token/info";

/// Doorkeeper 5.5 and 5.6, the Ruby gem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doorkeeper {
    /// Whether the application around the gem responds as well, with Devise.
    pub(crate) devise: bool,
}

impl Software for Doorkeeper {
    fn name(&self) -> &'static str {
        "Doorkeeper 5"
    }

    fn access_lifetime(&self) -> Option<Duration> {
        None
    }

    fn refresh_lifetime(&self) -> Option<Duration> {
        None
    }

    fn rotation(&self) -> Rotation {
        Rotation::Off
    }

    fn authorization_path(&self) -> &'static str {
        AUTHORIZE
    }

    fn token_path(&self) -> &'static str {
        TOKEN
    }

    fn revocation_path(&self) -> Option<&'static str> {
        Some(REVOKE)
    }

    fn introspection_path(&self) -> Option<&'static str> {
        Some(INTROSPECT)
    }

    fn native_path(&self) -> Option<&'static str> {
        Some(NATIVE)
    }

    fn request_kind(&self, path: &str) -> Option<RequestKind> {
        match path {
            AUTHORIZE | NATIVE => Some(RequestKind::Authorize),
            TOKEN => Some(RequestKind::Token),
            REVOKE => Some(RequestKind::Revoke),
            INTROSPECT => Some(RequestKind::Introspect),
            INFO => Some(RequestKind::TokenInfo),
            "/login" if self.devise => Some(RequestKind::Login),
            _ => None,
        }
    }

    fn code(&self, random: &Random) -> String {
        random.url_safe(32)
    }

    fn access_token(
        &self,
        context: &ServerContext,
        _state: &State,
        _grantee: &Grantee<'_>,
        _now: u64,
    ) -> String {
        context.random.url_safe(32)
    }

    fn refresh_token(&self, random: &Random) -> String {
        random.url_safe(32)
    }

    fn check(
        &self,
        context: &ServerContext,
        params: &Params,
    ) -> Result<AuthorizationParams, ErrorReply> {
        authorization::check(context, params)
    }

    /// `authorizations_controller.rb`: a confidential client that already has such a token needs no
    /// consent.
    fn skips_consent(&self, authorization: &AuthorizationParams) -> bool {
        authorization.confidential
    }

    fn allow(
        &self,
        context: &ServerContext,
        authorization: &AuthorizationParams,
        code: &str,
    ) -> Response<Vec<u8>> {
        authorization::allow(context, authorization, code)
    }

    fn deny(&self, authorization: &AuthorizationParams) -> Response<Vec<u8>> {
        authorization::deny(authorization)
    }

    fn token(&self, context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        token::respond(context, self, request)
    }

    fn revoke(&self, context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        manage::revoke(context, request)
    }

    fn introspect(&self, context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        manage::introspect(context, self, request)
    }

    fn token_info(&self, context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        manage::info(context, self, request)
    }

    fn accepts_scheme(&self, scheme: &str) -> bool {
        scheme.eq_ignore_ascii_case("bearer")
    }

    fn refuse(
        &self,
        context: &ServerContext,
        request: &Request<Vec<u8>>,
        reason: Reason,
    ) -> Response<Vec<u8>> {
        if self.devise && reason == Reason::Missing {
            devise::not_signed_in(context, request)
        } else {
            replies::invalid_token(reason)
        }
    }

    fn refuse_scope(&self) -> Response<Vec<u8>> {
        replies::forbidden()
    }
}

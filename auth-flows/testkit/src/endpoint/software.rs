//! What differs between the dialects: the trait that each server software implements.

use std::time::Duration;

use http::{Request, Response};

use crate::control::request_kind::RequestKind;
use crate::http::params::Params;
use crate::http::reply::not_found;
use crate::state::context::ServerContext;
use crate::state::random::Random;
use crate::state::settings::Rotation;
use crate::state::{Challenge, State};

/// A refusal. Boxed, since a response is much larger than what else is returned with it.
pub(crate) type ErrorReply = Box<Response<Vec<u8>>>;

/// An authorization request that the software accepted.
#[derive(Clone)]
pub(crate) struct AuthorizationParams {
    pub(crate) client_id: String,
    pub(crate) confidential: bool,
    /// Where the response goes.
    pub(crate) redirect_uri: String,
    /// Whether the request named it; otherwise it is the only registered one.
    pub(crate) redirect_uri_given: bool,
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    pub(crate) challenge: Option<Challenge>,
}

/// Who gets a token.
pub(crate) struct Grantee<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) user: Option<u64>,
    pub(crate) scope: &'a str,
    /// The login it goes back to, if there was one before.
    pub(crate) family: Option<u64>,
    /// Whether a refresh token comes with it, if the server has such.
    pub(crate) refreshable: bool,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// No token in the place where the server looks for one.
    Missing,
    Unknown,
    Revoked,
    Expired,
}

/// One server software: its paths, its defaults, its checks and the exact form of its responses.
///
/// The defaults of the methods are those of a server that lacks the endpoint.
pub(crate) trait Software {
    /// Name and major version, such as `Doorkeeper 5`.
    fn name(&self) -> &'static str;

    /// How long access tokens live unless the builder says otherwise; `None` means for ever.
    fn access_lifetime(&self) -> Option<Duration>;

    /// How long refresh tokens live unless the builder says otherwise; `None` means for ever.
    fn refresh_lifetime(&self) -> Option<Duration>;

    /// What becomes of used refresh tokens unless the builder says otherwise.
    fn rotation(&self) -> Rotation;

    fn authorization_path(&self) -> &'static str;

    fn token_path(&self) -> &'static str;

    fn revocation_path(&self) -> Option<&'static str> {
        None
    }

    fn introspection_path(&self) -> Option<&'static str> {
        None
    }

    /// Where an out-of-band code is shown.
    fn native_path(&self) -> Option<&'static str> {
        None
    }

    /// What the authorization server itself has at this path.
    fn request_kind(&self, path: &str) -> Option<RequestKind>;

    /// Makes the text of an authorization code.
    fn code(&self, random: &Random) -> String;

    /// Makes the text of an access token that is issued now, at `now` milliseconds.
    fn access_token(
        &self,
        context: &ServerContext,
        state: &State,
        grantee: &Grantee<'_>,
        now: u64,
    ) -> String;

    /// Makes the text of a refresh token.
    fn refresh_token(&self, random: &Random) -> String;

    /// Checks an authorization request.
    fn check(
        &self,
        context: &ServerContext,
        params: &Params,
    ) -> Result<AuthorizationParams, ErrorReply>;

    /// Whether a user who already granted the same to this client sees no consent form.
    fn skips_consent(&self, _authorization: &AuthorizationParams) -> bool {
        false
    }

    /// Redirects to the client with a code.
    fn allow(
        &self,
        context: &ServerContext,
        authorization: &AuthorizationParams,
        code: &str,
    ) -> Response<Vec<u8>>;

    /// Redirects to the client without a code, since the user denied the request.
    fn deny(&self, authorization: &AuthorizationParams) -> Response<Vec<u8>>;

    /// The token endpoint.
    fn token(&self, context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>>;

    /// The revocation endpoint (RFC 7009).
    fn revoke(&self, _context: &ServerContext, _request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        not_found()
    }

    /// The introspection endpoint (RFC 7662).
    fn introspect(
        &self,
        _context: &ServerContext,
        _request: &Request<Vec<u8>>,
    ) -> Response<Vec<u8>> {
        not_found()
    }

    /// The endpoint that describes the bearer token of the request.
    fn token_info(
        &self,
        _context: &ServerContext,
        _request: &Request<Vec<u8>>,
    ) -> Response<Vec<u8>> {
        not_found()
    }

    /// Whether a token is read from an `Authorization` header with this scheme.
    fn accepts_scheme(&self, scheme: &str) -> bool;

    /// Refuses a request to a protected resource that has no valid token.
    fn refuse(
        &self,
        context: &ServerContext,
        request: &Request<Vec<u8>>,
        reason: Reason,
    ) -> Response<Vec<u8>>;

    /// Refuses a token that lacks the scope.
    fn refuse_scope(&self) -> Response<Vec<u8>>;
}

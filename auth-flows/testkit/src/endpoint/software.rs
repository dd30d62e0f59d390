//! The trait that each server software implements: the differences between the dialects.

use std::time::Duration;

use http::{Request, Response};

use crate::control::request_kind::RequestKind;
use crate::http::params::Params;
use crate::http::reply::not_found;
use crate::state::context::ServerContext;
use crate::state::random::Random;
use crate::state::settings::Rotation;
use crate::state::{Challenge, State};

/// A refusal. Boxed, because a response is much larger than the success values beside it.
pub(crate) type ErrorReply = Box<Response<Vec<u8>>>;

/// An authorization request that the software accepted.
#[derive(Clone)]
pub(crate) struct AuthorizationParams {
    pub(crate) client_id: String,
    pub(crate) confidential: bool,
    /// The URI that receives the authorization response.
    pub(crate) redirect_uri: String,
    /// Whether the request named the URI. Otherwise it is the only registered one.
    pub(crate) redirect_uri_given: bool,
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    pub(crate) challenge: Option<Challenge>,
}

/// The client and the user that a token is issued to.
pub(crate) struct Grantee<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) user: Option<u64>,
    pub(crate) scope: &'a str,
    /// The login that the token comes from. `None` starts a new one.
    pub(crate) family: Option<u64>,
    /// Whether a refresh token is issued as well, unless rotation is off.
    pub(crate) refreshable: bool,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The request has no token in the header where the server looks for one.
    Missing,
    Unknown,
    Revoked,
    Expired,
}

/// A server software: its paths, its defaults, its checks and the exact form of its responses.
///
/// The default methods are those of a server without the endpoint.
pub(crate) trait Software {
    /// Name and major version, such as `Doorkeeper 5`.
    fn name(&self) -> &'static str;

    /// Default lifetime of access tokens. `None` if they never expire.
    fn access_lifetime(&self) -> Option<Duration>;

    /// Default lifetime of refresh tokens. `None` if they never expire.
    fn refresh_lifetime(&self) -> Option<Duration>;

    /// Default rotation of refresh tokens.
    fn rotation(&self) -> Rotation;

    fn authorization_path(&self) -> &'static str;

    fn token_path(&self) -> &'static str;

    fn revocation_path(&self) -> Option<&'static str> {
        None
    }

    fn introspection_path(&self) -> Option<&'static str> {
        None
    }

    /// The path of the page that shows an out-of-band code.
    fn native_path(&self) -> Option<&'static str> {
        None
    }

    /// The authorization server's own endpoint at this path. `None` if it has none there.
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

    /// Whether the server skips the consent form if the user granted the same to this client
    /// before.
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

    /// Redirects to the client without a code, after the user denied the request.
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

    /// The endpoint that describes the request's own bearer token.
    fn token_info(
        &self,
        _context: &ServerContext,
        _request: &Request<Vec<u8>>,
    ) -> Response<Vec<u8>> {
        not_found()
    }

    /// Whether the server reads a token from an `Authorization` header with this scheme.
    fn accepts_scheme(&self, scheme: &str) -> bool;

    /// Whether a token that is both expired and revoked is refused as expired.
    fn checks_expiry_first(&self) -> bool {
        false
    }

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

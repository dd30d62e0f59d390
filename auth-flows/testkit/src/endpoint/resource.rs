//! The caller of a protected resource, or the refusal of a request without a valid token.

use auth_core::testkit::Caller;
use http::{Request, Response, header};
use serde_json::json;

use crate::dialect::{Software, doorkeeper, league};
use crate::http::reply::{found, object, typed};
use crate::server::Shared;
use crate::state::Token;

/// Boxed, since an answer is much larger than what else is returned with it.
pub(crate) type Refused = Box<Response<Vec<u8>>>;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// No token in the place where the server looks for one.
    Missing,
    Unknown,
    Revoked,
    Expired,
}

/// Who is at the door of a route for logged-in callers. A site with derived tokens takes those as well.
pub(crate) fn login(shared: &Shared, request: &Request<Vec<u8>>) -> Result<Caller, Refused> {
    if let Some(caller) = derived_caller(shared, request) {
        return Ok(caller);
    }
    match access_token(shared, request) {
        Ok(token) => Ok(shared.state().caller(&token)),
        Err(reason) => Err(Box::new(refusal(shared, request, reason))),
    }
}

/// The living access token of the request.
pub(crate) fn access_token(shared: &Shared, request: &Request<Vec<u8>>) -> Result<Token, Reason> {
    let text = bearer(shared, request).ok_or(Reason::Missing)?;
    let token = shared.state().use_access(text).ok_or(Reason::Unknown)?;
    if token.access_revoked {
        Err(Reason::Revoked)
    } else if token.is_expired(shared.clock.now_ms()) {
        Err(Reason::Expired)
    } else {
        Ok(token)
    }
}

/// Whose derived token the request carries: the last word of `Authorization`, with or without a scheme, as in iNaturalist's
/// Node application. Expired and unknown tokens are nobody's.
pub(crate) fn derived_caller(shared: &Shared, request: &Request<Vec<u8>>) -> Option<Caller> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let text = value.split_whitespace().next_back()?;
    let state = shared.state();
    let derived = state.derived.get(text)?;
    (shared.clock.now_ms() < derived.expires_at).then(|| derived.caller.clone())
}

/// The refusal of a request without a good token.
pub(crate) fn refusal(
    shared: &Shared,
    request: &Request<Vec<u8>>,
    reason: Reason,
) -> Response<Vec<u8>> {
    let dialect = &shared.config.dialect;
    match dialect.software {
        Software::Doorkeeper5 if dialect.framework && reason == Reason::Missing => {
            not_signed_in(shared, request)
        }
        Software::Doorkeeper5 => doorkeeper::invalid_token(reason),
        Software::League8 | Software::League9 => league::invalid_token(dialect, reason),
    }
}

/// Devise's answer to a request without any authentication: JSON for who accepts JSON, otherwise the way to the login page.
fn not_signed_in(shared: &Shared, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if !wants_json(request) {
        return found(&format!("{}/login", shared.url));
    }
    let words = "You need to sign in or sign up before continuing.";
    let body = object(&[("error", json!(words))]);
    typed(401, "application/json; charset=utf-8", body.into_bytes())
}

/// The token after the scheme `Bearer`. Doorkeeper and league since 9.3 take the scheme in any case, league 8 does not.
fn bearer<'a>(shared: &Shared, request: &'a Request<Vec<u8>>) -> Option<&'a str> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let is_bearer = match shared.config.dialect.software {
        Software::League8 => scheme == "Bearer",
        Software::League9 | Software::Doorkeeper5 => scheme.eq_ignore_ascii_case("bearer"),
    };
    is_bearer.then(|| token.trim())
}

/// Whether Rails would answer in JSON. An `Accept` header with `*/*` among others counts as a browser's, and a browser gets
/// HTML (Rails 6.1 `mime_negotiation.rb`; from memory, not verified).
fn wants_json(request: &Request<Vec<u8>>) -> bool {
    if request.uri().path().ends_with(".json") {
        return true;
    }
    let accept = request.headers().get(header::ACCEPT);
    let text = accept.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut kinds = text
        .split(',')
        .map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let browser_like = text.contains(',') && kinds.clone().any(|kind| kind == "*/*");
    !browser_like && kinds.any(|kind| kind == "application/json")
}

//! The caller of a protected resource, or the refusal of a request without a valid token.

use auth_core::testkit::Caller;
use http::{Request, header};

use crate::endpoint::software::{ErrorReply, Reason, Software};
use crate::state::Token;
use crate::state::context::ServerContext;

/// Returns the caller of a route that requires a login. Accepts a derived token as well.
pub(crate) fn login(
    context: &ServerContext,
    software: &dyn Software,
    request: &Request<Vec<u8>>,
) -> Result<Caller, ErrorReply> {
    if let Some(caller) = derived_caller(context, request) {
        return Ok(caller);
    }
    match access_token(context, software, request) {
        Ok(token) => Ok(context.state().caller(&token)),
        Err(reason) => Err(Box::new(software.refuse(context, request, reason))),
    }
}

/// Returns the valid access token of the request.
pub(crate) fn access_token(
    context: &ServerContext,
    software: &dyn Software,
    request: &Request<Vec<u8>>,
) -> Result<Token, Reason> {
    let text = bearer(software, request).ok_or(Reason::Missing)?;
    let token = context.state().use_access(text).ok_or(Reason::Unknown)?;
    let expired = token.is_expired(context.clock.now_ms());
    match token.access_revoked {
        true if !(expired && software.checks_expiry_first()) => Err(Reason::Revoked),
        _ if expired => Err(Reason::Expired),
        _ => Ok(token),
    }
}

/// Returns the owner of the derived token in the request. `None` if the token is expired or
/// unknown.
///
/// The token is the last word of `Authorization`, with or without a scheme, as in iNaturalist's
/// Node application.
pub(crate) fn derived_caller(
    context: &ServerContext,
    request: &Request<Vec<u8>>,
) -> Option<Caller> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let text = value.split_whitespace().next_back()?;
    let state = context.state();
    let derived = state.derived.get(text)?;
    (context.clock.now_ms() < derived.expires_at).then(|| derived.caller.clone())
}

/// Returns the token after a scheme that the software accepts.
fn bearer<'a>(software: &dyn Software, request: &'a Request<Vec<u8>>) -> Option<&'a str> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    software.accepts_scheme(scheme).then(|| token.trim())
}

//! Doorkeeper's endpoints about tokens: revocation, introspection, token info.

use http::{Method, Request, Response};
use serde_json::{Value, json};

use crate::dialect::doorkeeper::Doorkeeper;
use crate::dialect::doorkeeper::replies::{answered, challenge, plain, refused, token_words};
use crate::dialect::doorkeeper::token::{client, credentials};
use crate::endpoint::resource::access_token;
use crate::endpoint::software::Reason;
use crate::http::params::Params;
use crate::http::reply::not_found;
use crate::state::context::ServerContext;

/// RFC 7009 as in `tokens_controller.rb`: 200 also for a token that is not known, 403 without a
/// good client, and 403 for a confidential client's token in the hands of another.
pub(super) fn revoke(context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if *request.method() != Method::POST {
        return not_found();
    }
    let params = Params::of_rails(request);
    let mut state = context.state();
    let Some(asking) = client(&state, request, &params) else {
        return not_yours();
    };
    let text = params.present("token").unwrap_or_default();
    let by_access = state.place_of_access(text);
    let Some(place) = by_access.or_else(|| state.place_of_refresh(text)) else {
        return done();
    };
    let owner = state.client(&state.token(place).client_id);
    if owner.is_some_and(|owner| owner.is_confidential() && owner.id != asking.id) {
        return not_yours();
    }
    // Only a living access token is revoked, with its refresh token; a refresh token whose access
    // token has expired is left alone although the response is 200. So it is in the gem.
    if state.token(place).is_accessible(context.clock.now_ms()) {
        state.token_mut(place).revoke();
    }
    done()
}

/// RFC 7662 as in `token_introspection.rb`, for tokens of the asking client only. The `exp` of a
/// token that never expires is 0 (before 5.9.1).
pub(super) fn introspect(
    context: &ServerContext,
    software: &Doorkeeper,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    if *request.method() != Method::POST {
        return not_found();
    }
    let params = Params::of_rails(request);
    let text = params.present("token").unwrap_or_default();
    let bearer = access_token(context, software, request);
    let state = context.state();
    let by_access = state.place_of_access(text);
    let place = by_access.or_else(|| state.place_of_refresh(text));
    let token = place.map(|place| state.token(place));
    let is_of = |client_id: &str| token.is_some_and(|token| token.client_id == client_id);
    let mut allowed = true;
    if credentials(request, &params).is_some() {
        match client(&state, request, &params) {
            Some(client) => allowed = is_of(&client.id),
            None => return refused("invalid_client"),
        }
    } else {
        match bearer {
            Ok(bearer) if bearer.access != text && is_of(&bearer.client_id) => {}
            Ok(_) => return invalid_token_json(Reason::Unknown),
            Err(Reason::Missing | Reason::Unknown) => return refused("invalid_request"),
            Err(reason) => return invalid_token_json(reason),
        }
    }
    let living = token.filter(|token| allowed && token.is_accessible(context.clock.now_ms()));
    let Some(token) = living else {
        return plain(200, &[("active", json!(false))]);
    };
    let body = [
        ("active", json!(true)),
        ("scope", json!(token.scope)),
        ("client_id", json!(token.client_id)),
        ("token_type", json!("Bearer")),
        ("exp", json!(token.expires_at().unwrap_or_default() / 1000)),
        ("iat", json!(token.created_at / 1000)),
    ];
    plain(200, &body)
}

/// `token_info_controller.rb`: what the bearer token itself is.
pub(super) fn info(
    context: &ServerContext,
    software: &Doorkeeper,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    if *request.method() != Method::GET {
        return not_found();
    }
    let Ok(token) = access_token(context, software, request) else {
        return invalid_token_json(Reason::Unknown); // the reason is not told here
    };
    let now = context.clock.now_ms();
    let left = |end: u64| json!((end.saturating_sub(now) + 500) / 1000);
    let scopes: Vec<_> = token.scope.split(' ').collect();
    plain(
        200,
        &[
            ("resource_owner_id", json!(token.user)),
            ("scope", json!(scopes)),
            ("expires_in", token.expires_at().map_or(Value::Null, left)),
            ("application", json!({ "uid": token.client_id })),
            ("created_at", json!(token.created_at / 1000)),
        ],
    )
}

fn done() -> Response<Vec<u8>> {
    plain(200, &[])
}

fn not_yours() -> Response<Vec<u8>> {
    let words = "You are not authorized to revoke this token";
    let body = [
        ("error", json!("unauthorized_client")),
        ("error_description", json!(words)),
    ];
    plain(403, &body)
}

/// As the refusal of a resource endpoint, but with a body. (`state` is in it, by the gem's own
/// constructor.)
fn invalid_token_json(reason: Reason) -> Response<Vec<u8>> {
    let words = token_words(reason);
    let body = [
        ("error", json!("invalid_token")),
        ("error_description", json!(words)),
        ("state", json!("unauthorized")),
    ];
    let mut response = answered(401, &body);
    challenge(&mut response, "invalid_token", words);
    response
}

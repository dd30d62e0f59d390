//! Doorkeeper's endpoints about tokens: revocation, introspection, token info.

use http::{Method, Request, Response};
use serde_json::{Value, json};

use crate::dialect::doorkeeper::Doorkeeper;
use crate::dialect::doorkeeper::replies::{
    challenge, rails_json, refused, token_description, uncached_json,
};
use crate::dialect::doorkeeper::token::{client, credentials};
use crate::endpoint::resource::access_token;
use crate::endpoint::software::Reason;
use crate::http::params::Params;
use crate::http::reply::not_found;
use crate::state::context::ServerContext;

/// Revokes a token as `tokens_controller.rb` does (RFC 7009). Responds 200 even if the token is
/// unknown, and 403 without a valid client or for the token of another, confidential client.
pub(super) fn revoke(context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if *request.method() != Method::POST {
        return not_found();
    }
    let params = Params::of_rails(request);
    let mut state = context.state();
    let Some(requester) = client(&state, request, &params) else {
        return not_yours();
    };
    let text = params.present("token").unwrap_or_default();
    let by_access = state.index_of_access(text);
    let Some(index) = by_access.or_else(|| state.index_of_refresh(text)) else {
        return done();
    };
    let owner = state.client(&state.token(index).client_id);
    if owner.is_some_and(|owner| owner.is_confidential() && owner.id != requester.id) {
        return not_yours();
    }
    // As in the gem, only a valid access token is revoked, with its refresh token. A refresh token
    // whose access token has expired remains valid although the response is 200.
    if state.token(index).is_accessible(context.clock.now_ms()) {
        state.token_mut(index).revoke();
    }
    done()
}

/// Introspects a token as `token_introspection.rb` does (RFC 7662): only tokens of the requesting
/// client. The `exp` of a token that never expires is 0 (before 5.9.1).
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
    let by_access = state.index_of_access(text);
    let index = by_access.or_else(|| state.index_of_refresh(text));
    let token = index.map(|index| state.token(index));
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
        return rails_json(200, &[("active", json!(false))]);
    };
    let body = [
        ("active", json!(true)),
        ("scope", json!(token.scope)),
        ("client_id", json!(token.client_id)),
        ("token_type", json!("Bearer")),
        ("exp", json!(token.expires_at().unwrap_or_default() / 1000)),
        ("iat", json!(token.created_at / 1000)),
    ];
    rails_json(200, &body)
}

/// Describes the bearer token of the request, as `token_info_controller.rb` does.
pub(super) fn info(
    context: &ServerContext,
    software: &Doorkeeper,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    if *request.method() != Method::GET {
        return not_found();
    }
    let Ok(token) = access_token(context, software, request) else {
        return invalid_token_json(Reason::Unknown); // the gem gives no reason here
    };
    let now = context.clock.now_ms();
    let left = |end: u64| json!((end.saturating_sub(now) + 500) / 1000);
    let scopes: Vec<_> = token.scope.split(' ').collect();
    rails_json(
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
    rails_json(200, &[])
}

fn not_yours() -> Response<Vec<u8>> {
    let description = "You are not authorized to revoke this token";
    let body = [
        ("error", json!("unauthorized_client")),
        ("error_description", json!(description)),
    ];
    rails_json(403, &body)
}

/// The refusal of a resource endpoint, but with a body. The gem's constructor adds `state`.
fn invalid_token_json(reason: Reason) -> Response<Vec<u8>> {
    let description = token_description(reason);
    let body = [
        ("error", json!("invalid_token")),
        ("error_description", json!(description)),
        ("state", json!("unauthorized")),
    ];
    let mut response = uncached_json(401, &body);
    challenge(&mut response, "invalid_token", description);
    response
}

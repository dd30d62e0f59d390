//! Doorkeeper's check of an authorization request, and its redirects to the client.

use http::Response;
use serde_json::json;

use crate::dialect::doorkeeper::NATIVE;
use crate::dialect::doorkeeper::replies::{description, missing, rails_json};
use crate::endpoint::software::{AuthorizationParams, ErrorReply};
use crate::http::pages;
use crate::http::params::Params;
use crate::http::redirect::{OUT_OF_BAND, doorkeeper_accepts, doorkeeper_matches, with_query};
use crate::http::reply::found;
use crate::state::Challenge;
use crate::state::client::{TestClient, split_words};
use crate::state::context::ServerContext;

/// Checks a request in the order of `pre_authorization.rb`. Every error is a page with status 200,
/// never a redirect.
pub(super) fn check(
    context: &ServerContext,
    params: &Params,
) -> Result<AuthorizationParams, ErrorReply> {
    let page =
        |description: &str| Box::new(pages::message(200, "An error has occurred", description));
    let error = |name: &str| page(&description(name));
    let Some(client_id) = params.present("client_id") else {
        return Err(page(&missing("client_id")));
    };
    let state = context.state();
    let client = state
        .client(client_id)
        .ok_or_else(|| error("invalid_client"))?;
    if !client.may_use("authorization_code") {
        return Err(error("unauthorized_client"));
    }
    let redirect_uri = params.present("redirect_uri").unwrap_or_default();
    let registered = |uri: &String| doorkeeper_matches(redirect_uri, uri);
    if !doorkeeper_accepts(redirect_uri) || !client.redirect_uris.iter().any(registered) {
        return Err(error("invalid_redirect_uri"));
    }
    match params.present("response_type") {
        None => return Err(page(&missing("response_type"))),
        Some("code") => {}
        Some(_) => return Err(error("unsupported_response_type")),
    }
    if !matches!(params.present("response_mode"), None | Some("query")) {
        return Err(error("unsupported_response_mode"));
    }
    let scope = scope_for(context, client, params.present("scope"));
    let Some(scope) = scope else {
        return Err(error("invalid_scope"));
    };
    let challenge = match params.present("code_challenge") {
        None => None,
        Some(value) => match params.present("code_challenge_method") {
            Some(method @ ("S256" | "plain")) => Some(Challenge {
                value: value.to_owned(),
                method: method.to_owned(),
            }),
            _ => return Err(error("invalid_code_challenge_method")),
        },
    };
    Ok(AuthorizationParams {
        client_id: client_id.to_owned(),
        confidential: client.is_confidential(),
        redirect_uri: redirect_uri.to_owned(),
        redirect_uri_given: true,
        scope,
        state: params.present("state").map(str::to_owned),
        challenge,
    })
}

pub(super) fn allow(
    context: &ServerContext,
    authorization: &AuthorizationParams,
    code: &str,
) -> Response<Vec<u8>> {
    if authorization.redirect_uri == OUT_OF_BAND {
        return found(&with_query(
            &format!("{}{NATIVE}", context.url),
            &[("code", code)],
        ));
    }
    let mut pairs = vec![("code", code)];
    pairs.extend(authorization.state.as_deref().map(|state| ("state", state)));
    found(&with_query(&authorization.redirect_uri, &pairs))
}

pub(super) fn deny(authorization: &AuthorizationParams) -> Response<Vec<u8>> {
    let description = description("access_denied");
    if authorization.redirect_uri == OUT_OF_BAND {
        let mut body = vec![
            ("error", json!("access_denied")),
            ("error_description", json!(description)),
        ];
        body.extend(
            authorization
                .state
                .as_ref()
                .map(|state| ("state", json!(state))),
        );
        return rails_json(400, &body);
    }
    let mut pairs = vec![
        ("error", "access_denied"),
        ("error_description", &description),
    ];
    pairs.extend(authorization.state.as_deref().map(|state| ("state", state)));
    found(&with_query(&authorization.redirect_uri, &pairs))
}

/// Returns the scopes of a request. If it names none: those of the defaults that the client may
/// have. `None` if it names one that the client may not have.
pub(super) fn scope_for(
    context: &ServerContext,
    client: &TestClient,
    requested: Option<&str>,
) -> Option<String> {
    let settings = &context.settings;
    let Some(requested) = requested else {
        let fits = |s: &&String| client.scopes.is_empty() || client.scopes.contains(s);
        let scopes: Vec<_> = settings
            .default_scopes
            .iter()
            .filter(fits)
            .cloned()
            .collect();
        return (!scopes.is_empty()).then(|| scopes.join(" "));
    };
    let of_server =
        |s: &String| settings.default_scopes.contains(s) || settings.optional_scopes.contains(s);
    // scope_checker.rb: a client's own scopes replace those of the server.
    let known = |s: &String| match client.scopes.is_empty() {
        true => of_server(s),
        false => client.scopes.contains(s),
    };
    let scopes = split_words(requested);
    let good = !requested.contains(['\n', '\r', '\t']) && scopes.iter().all(known);
    good.then(|| scopes.join(" "))
}

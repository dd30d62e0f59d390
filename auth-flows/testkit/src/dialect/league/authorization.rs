//! league's check of an authorization request, and its redirects to the client.

use http::Response;

use crate::dialect::league::refusal::Refusal;
use crate::dialect::league::{League, Version};
use crate::endpoint::software::{AuthorizationParams, ErrorReply};
use crate::http::params::Params;
use crate::http::redirect::{league_matches, with_query};
use crate::http::reply::found;
use crate::state::Challenge;
use crate::state::client::{TestClient, split_words};
use crate::state::context::ServerContext;

/// Checks a request in the order of `AuthCodeGrant::validateAuthorizationRequest`.
///
/// An unknown client or redirect URI is JSON in the browser. Only an invalid scope redirects to the
/// client, in version 8 without the request's `state`.
pub(super) fn check(
    context: &ServerContext,
    league: &League,
    params: &Params,
) -> Result<AuthorizationParams, ErrorReply> {
    let invalid = |parameter: &str, hint: Option<&str>| {
        Box::new(Refusal::request(parameter, hint).to_response(league, false))
    };
    let client_id = params.get("client_id");
    let (Some(client_id), Some("code")) = (client_id, params.get("response_type")) else {
        return Err(Box::new(Refusal::GRANT_TYPE.to_response(league, false)));
    };
    let state = context.state();
    let client = state
        .client(client_id)
        .filter(|c| c.may_use("authorization_code"));
    let unknown = || Box::new(Refusal::CLIENT.to_response(league, false));
    let client = client.ok_or_else(unknown)?;
    let given = params.get("redirect_uri");
    let redirect_uri = match (given, client.redirect_uris.as_slice()) {
        (Some(uri), registered) if registered.iter().any(|r| league_matches(uri, r)) => uri,
        (None, [only]) => only,
        _ => return Err(unknown()),
    };
    let echoed = params.get("state").map(str::to_owned);
    let scope = match scope_for(context, client, params.get("scope")) {
        Ok(scope) => scope,
        Err(refusal) => {
            let state = echoed.filter(|_| league.version == Version::V9);
            return Err(Box::new(refusal.redirect(
                league,
                redirect_uri,
                state.as_deref(),
            )));
        }
    };
    let challenge = match params.get("code_challenge") {
        None if !client.is_confidential() => {
            let hint = "Code challenge must be provided for public clients";
            return Err(invalid("code_challenge", Some(hint)));
        }
        None => None,
        Some(value) => {
            // RFC 7636 section 4.3: the default method is `plain`.
            let method = params.get("code_challenge_method").unwrap_or("plain");
            if !matches!(method, "S256" | "plain") {
                let hint = "Code challenge method must be one of `S256`, `plain`";
                return Err(invalid("code_challenge_method", Some(hint)));
            }
            if !is_verifier(value) {
                let hint = "Code challenge must follow the specifications of RFC-7636.";
                return Err(invalid("code_challenge", Some(hint)));
            }
            if method == "plain" && league.symfony {
                let hint = "Plain code challenge method is not allowed for this client";
                return Err(invalid("code_challenge_method", Some(hint)));
            }
            Some(Challenge {
                value: value.to_owned(),
                method: method.to_owned(),
            })
        }
    };
    Ok(AuthorizationParams {
        client_id: client_id.to_owned(),
        confidential: client.is_confidential(),
        redirect_uri: redirect_uri.to_owned(),
        redirect_uri_given: given.is_some(),
        scope,
        state: echoed,
        challenge,
    })
}

pub(super) fn allow(authorization: &AuthorizationParams, code: &str) -> Response<Vec<u8>> {
    let mut pairs = vec![("code", code)];
    pairs.extend(authorization.state.as_deref().map(|state| ("state", state)));
    found(&with_query(&authorization.redirect_uri, &pairs))
}

pub(super) fn deny(league: &League, authorization: &AuthorizationParams) -> Response<Vec<u8>> {
    let refusal = Refusal::denied("The user denied the request");
    refusal.redirect(
        league,
        &authorization.redirect_uri,
        authorization.state.as_deref(),
    )
}

/// Returns the scopes of a request. If it names none: all scopes of the client.
pub(super) fn scope_for(
    context: &ServerContext,
    client: &TestClient,
    requested: Option<&str>,
) -> Result<String, Refusal> {
    let settings = &context.settings;
    let own = match client.scopes.is_empty() {
        true => &settings.default_scopes,
        false => &client.scopes,
    };
    let scopes = split_words(requested.unwrap_or_default());
    if scopes.is_empty() {
        return Ok(own.join(" "));
    }
    let known = |s: &String| {
        own.contains(s) || (client.scopes.is_empty() && settings.optional_scopes.contains(s))
    };
    match scopes.iter().find(|scope| !known(scope)) {
        None => Ok(scopes.join(" ")),
        Some(bad) => Err(Refusal::scope(bad)),
    }
}

/// Whether RFC 7636 section 4.1 allows the verifier. league applies the same rule to a challenge.
pub(super) fn is_verifier(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&text.len()) && text.bytes().all(allowed)
}

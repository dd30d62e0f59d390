//! league's check of an authorization request, and its redirects to the client.

use http::Response;

use crate::dialect::league::input::Input;
use crate::dialect::league::refusal::Refusal;
use crate::dialect::league::{League, Version, scope};
use crate::endpoint::software::{AuthorizationParams, ErrorReply};
use crate::http::params::Params;
use crate::http::redirect::{league_matches, with_query};
use crate::http::reply::found;
use crate::state::Challenge;
use crate::state::client::TestClient;
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
    let input = Input::new(params, league.version);
    let json = |refusal: Refusal| Box::new(refusal.to_response(league, false));
    // `canRespondToAuthorizationRequest`: PHP's `isset` is true of an empty value.
    let has_client_id = params.get("client_id").is_some();
    if input.raw("response_type") != Some("code") || !has_client_id {
        return Err(json(Refusal::grant_type()));
    }
    let client_id = input.get("client_id").map_err(json)?;
    let client_id = client_id.ok_or_else(|| json(Refusal::request("client_id", None)))?;
    let state = context.state();
    let client = state.client(client_id);
    let client = client.ok_or_else(|| json(Refusal::CLIENT))?;
    if league.version == Version::V9 && !client.may_use("authorization_code") {
        // `AbstractGrant::getClientEntityOrFail`, from 9.2 on. Version 8 looks at the grant at the
        // token endpoint only.
        return Err(json(Refusal::UNAUTHORIZED));
    }
    let given = input.get("redirect_uri").map_err(json)?;
    let redirect_uri = match (given, client.redirect_uris.as_slice()) {
        (Some(uri), registered) if registered.iter().any(|r| league_matches(uri, r)) => uri,
        (None, [only]) => only,
        _ => return Err(json(Refusal::CLIENT)),
    };
    let echoed = input.get("state").map_err(json)?.map(str::to_owned);
    let requested = input.scope().map_err(json)?.unwrap_or_default();
    let scope = match scope::validate(context, &requested) {
        Ok(scopes) if scopes.is_empty() => scope::all_of(context, client).join(" "),
        Ok(scopes) => scopes.join(" "),
        Err(refusal) => {
            let state = echoed.filter(|_| league.version == Version::V9);
            return Err(Box::new(refusal.redirect(
                league,
                redirect_uri,
                state.as_deref(),
            )));
        }
    };
    Ok(AuthorizationParams {
        client_id: client_id.to_owned(),
        confidential: client.is_confidential(),
        redirect_uri: redirect_uri.to_owned(),
        redirect_uri_given: given.is_some(),
        scope,
        state: echoed,
        challenge: challenge(league, client, &input).map_err(json)?,
    })
}

fn challenge(
    league: &League,
    client: &TestClient,
    input: &Input<'_>,
) -> Result<Option<Challenge>, Refusal> {
    let invalid = |parameter: &str, hint: &str| Err(Refusal::request(parameter, Some(hint)));
    let Some(value) = input.get("code_challenge")? else {
        return match client.is_confidential() {
            true => Ok(None),
            false => invalid(
                "code_challenge",
                "Code challenge must be provided for public clients",
            ),
        };
    };
    // RFC 7636 section 4.3: the default method is `plain`.
    let method = input.get("code_challenge_method")?.unwrap_or("plain");
    if !matches!(method, "S256" | "plain") {
        let hint = "Code challenge method must be one of `S256`, `plain`";
        return invalid("code_challenge_method", hint);
    }
    if !is_verifier(value) {
        let hint = "Code challenge must follow the specifications of RFC-7636.";
        return invalid("code_challenge", hint);
    }
    if method == "plain" && league.symfony {
        // The bundle's `AuthorizationController::indexAction`.
        let hint = "Plain code challenge method is not allowed for this client";
        return invalid("code_challenge_method", hint);
    }
    Ok(Some(Challenge {
        value: value.to_owned(),
        method: method.to_owned(),
    }))
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

/// Whether RFC 7636 section 4.1 allows the verifier. league applies the same rule to a challenge.
pub(super) fn is_verifier(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&text.len()) && text.bytes().all(allowed)
}

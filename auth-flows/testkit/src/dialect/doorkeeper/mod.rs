//! Doorkeeper 5: its paths, the check of an authorization request, the way back, and the shapes of its refusals.
//!
//! Read in the gem's source (5.5.0 and 5.6.6) and compared with a running 5.5.0.

pub(crate) mod manage;
pub(crate) mod token;

use http::{Response, header};
use serde_json::{Value, json};

use crate::control::request_kind::Kind;
use crate::endpoint::authorize::Asked;
use crate::endpoint::resource::{Reason, Refused};
use crate::http::pages;
use crate::http::params::Params;
use crate::http::redirect::{OUT_OF_BAND, doorkeeper_accepts, doorkeeper_matches, with_query};
use crate::http::reply::{found, object, set, typed};
use crate::server::Shared;
use crate::state::Challenge;
use crate::state::client::{TestClient, words};

pub(crate) const AUTHORIZE: &str = "/oauth/authorize";
pub(crate) const NATIVE: &str = "/oauth/authorize/native";
pub(crate) const TOKEN: &str = "/oauth/token";
pub(crate) const REVOKE: &str = "/oauth/revoke";
pub(crate) const INTROSPECT: &str = "/oauth/introspect";
const JSON: &str = "application/json; charset=utf-8";
const INFO: &str = "/oauth/token/info";

pub(crate) fn kind_of(path: &str, devise: bool) -> Option<Kind> {
    match path {
        AUTHORIZE | NATIVE => Some(Kind::Authorize),
        TOKEN => Some(Kind::Token),
        REVOKE => Some(Kind::Revoke),
        INTROSPECT => Some(Kind::Introspect),
        INFO => Some(Kind::TokenInfo),
        "/login" if devise => Some(Kind::Login),
        _ => None,
    }
}

/// `pre_authorization.rb`, in its order. Whatever is wrong, the answer is a page with status 200 and never a redirect.
pub(crate) fn check(shared: &Shared, params: &Params) -> Result<Asked, Refused> {
    let page =
        |description: &str| Box::new(pages::message(200, "An error has occurred", description));
    let error = |name: &str| page(&description(name));
    let Some(client_id) = params.present("client_id") else {
        return Err(page(&missing("client_id")));
    };
    let state = shared.state();
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
    let scope = scope_for(shared, client, params.present("scope"));
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
    Ok(Asked {
        client_id: client_id.to_owned(),
        confidential: client.is_confidential(),
        redirect_uri: redirect_uri.to_owned(),
        redirect_uri_given: true,
        scope,
        state: params.present("state").map(str::to_owned),
        challenge,
    })
}

pub(crate) fn allow(shared: &Shared, asked: &Asked, code: &str) -> Response<Vec<u8>> {
    if asked.redirect_uri == OUT_OF_BAND {
        return found(&with_query(
            &format!("{}{NATIVE}", shared.url),
            &[("code", code)],
        ));
    }
    let mut pairs = vec![("code", code)];
    pairs.extend(asked.state.as_deref().map(|state| ("state", state)));
    found(&with_query(&asked.redirect_uri, &pairs))
}

pub(crate) fn deny(asked: &Asked) -> Response<Vec<u8>> {
    let words = description("access_denied");
    if asked.redirect_uri == OUT_OF_BAND {
        let mut body = vec![
            ("error", json!("access_denied")),
            ("error_description", json!(words)),
        ];
        body.extend(asked.state.as_ref().map(|state| ("state", json!(state))));
        return plain(400, &body);
    }
    let mut pairs = vec![("error", "access_denied"), ("error_description", &words)];
    pairs.extend(asked.state.as_deref().map(|state| ("state", state)));
    found(&with_query(&asked.redirect_uri, &pairs))
}

/// The scopes of a request, or `None` if it asks for one that it cannot have. Where none is asked for, those of the defaults
/// that the client may have.
pub(super) fn scope_for(
    shared: &Shared,
    client: &TestClient,
    asked: Option<&str>,
) -> Option<String> {
    let config = &shared.config;
    let Some(asked) = asked else {
        let fits = |s: &&String| client.scopes.is_empty() || client.scopes.contains(s);
        let scopes: Vec<_> = config.default_scopes.iter().filter(fits).cloned().collect();
        return (!scopes.is_empty()).then(|| scopes.join(" "));
    };
    let of_server =
        |s: &String| config.default_scopes.contains(s) || config.optional_scopes.contains(s);
    // scope_checker.rb: the client's own scopes, if it has any, stand in place of the server's.
    let known = |s: &String| match client.scopes.is_empty() {
        true => of_server(s),
        false => client.scopes.contains(s),
    };
    let scopes = words(asked);
    let good = !asked.contains(['\n', '\r', '\t']) && scopes.iter().all(known);
    good.then(|| scopes.join(" "))
}

/// The refusal of a resource endpoint: no body, the reason in the header (`invalid_token_response.rb`).
pub(crate) fn invalid_token(reason: Reason) -> Response<Vec<u8>> {
    let mut answer = typed(401, "text/html", Vec::new());
    uncached(&mut answer);
    challenge(&mut answer, "invalid_token", token_words(reason));
    answer
}

fn token_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Revoked => "The access token was revoked",
        Reason::Expired => "The access token expired",
        Reason::Missing | Reason::Unknown => "The access token is invalid",
    }
}

/// A token that lacks the scope: no body, no challenge (`forbidden_token_response.rb`).
pub(crate) fn forbidden() -> Response<Vec<u8>> {
    let mut answer = typed(403, "text/html", Vec::new());
    uncached(&mut answer);
    answer
}

/// A JSON answer with the caching headers that Rails adds by itself.
fn plain(status: u16, body: &[(&str, Value)]) -> Response<Vec<u8>> {
    let mut answer = typed(status, JSON, object(body).into_bytes());
    let caching = match status {
        200 => "max-age=0, private, must-revalidate",
        _ => "no-cache",
    };
    set(&mut answer, header::CACHE_CONTROL, caching);
    answer
}

/// A JSON answer that must not be cached.
fn answered(status: u16, body: &[(&str, Value)]) -> Response<Vec<u8>> {
    let body = object(body).into_bytes();
    let mut answer = typed(status, JSON, body);
    uncached(&mut answer);
    answer
}

/// `error_response.rb`: the challenge is a `Bearer` one, whatever the client used.
fn error(status: u16, name: &str, words: &str) -> Response<Vec<u8>> {
    let body = [("error", json!(name)), ("error_description", json!(words))];
    let mut answer = answered(status, &body);
    challenge(&mut answer, name, words);
    answer
}

/// An error with its usual status and words.
fn refused(name: &str) -> Response<Vec<u8>> {
    let status = match name {
        "invalid_client" | "unauthorized_client" => 401,
        _ => 400,
    };
    error(status, name, &description(name))
}

fn uncached(answer: &mut Response<Vec<u8>>) {
    set(answer, header::CACHE_CONTROL, "no-store");
    set(answer, header::PRAGMA, "no-cache");
}

fn challenge(answer: &mut Response<Vec<u8>>, name: &str, words: &str) {
    let value =
        format!(r#"Bearer realm="Doorkeeper", error="{name}", error_description="{words}""#);
    set(answer, header::WWW_AUTHENTICATE, &value);
}

fn missing(parameter: &str) -> String {
    format!("Missing required parameter: {parameter}.")
}

/// The English words of the gem's locale file.
fn description(name: &str) -> String {
    match name {
        "invalid_client" => {
            "Client authentication failed due to unknown client, no client authentication \
             included, or unsupported authentication method."
        }
        "unauthorized_client" => {
            "The client is not authorized to perform this request using this method."
        }
        "invalid_redirect_uri" => {
            "The requested redirect uri is malformed or doesn't match client redirect URI."
        }
        "unsupported_response_type" => {
            "The authorization server does not support this response type."
        }
        "unsupported_response_mode" => {
            "The authorization server does not support this response mode."
        }
        "invalid_scope" => "The requested scope is invalid, unknown, or malformed.",
        "invalid_code_challenge_method" => "The code challenge method must be plain or S256.",
        "access_denied" => "The resource owner or authorization server denied the request.",
        "invalid_grant" => {
            "The provided authorization grant is invalid, expired, revoked, does not match the \
             redirection URI used in the authorization request, or was issued to another client."
        }
        "unsupported_grant_type" => {
            "The authorization grant type is not supported by the authorization server."
        }
        _ => {
            "The request is missing a required parameter, includes an unsupported parameter \
             value, or is otherwise malformed."
        }
    }
    .to_owned()
}

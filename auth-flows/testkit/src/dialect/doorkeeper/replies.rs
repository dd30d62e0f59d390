//! The shapes of Doorkeeper's responses: JSON, refusals and challenges, with the gem's texts.

use http::{Response, header};
use serde_json::{Value, json};

use crate::endpoint::software::Reason;
use crate::http::reply::{object, set, typed};

const JSON: &str = "application/json; charset=utf-8";

/// The refusal of a resource endpoint: no body, the reason in the header
/// (`invalid_token_response.rb`).
pub(super) fn invalid_token(reason: Reason) -> Response<Vec<u8>> {
    let mut response = typed(401, "text/html", Vec::new());
    uncached(&mut response);
    challenge(&mut response, "invalid_token", token_description(reason));
    response
}

pub(super) fn token_description(reason: Reason) -> &'static str {
    match reason {
        Reason::Revoked => "The access token was revoked",
        Reason::Expired => "The access token expired",
        Reason::Missing | Reason::Unknown => "The access token is invalid",
    }
}

/// A token that lacks the scope: no body, no challenge (`forbidden_token_response.rb`).
pub(super) fn forbidden() -> Response<Vec<u8>> {
    let mut response = typed(403, "text/html", Vec::new());
    uncached(&mut response);
    response
}

/// A JSON response with the caching headers that Rails adds by default.
pub(super) fn rails_json(status: u16, body: &[(&str, Value)]) -> Response<Vec<u8>> {
    let mut response = typed(status, JSON, object(body).into_bytes());
    let caching = match status {
        200 => "max-age=0, private, must-revalidate",
        _ => "no-cache",
    };
    set(&mut response, header::CACHE_CONTROL, caching);
    response
}

/// A JSON response that must not be cached.
pub(super) fn uncached_json(status: u16, body: &[(&str, Value)]) -> Response<Vec<u8>> {
    let body = object(body).into_bytes();
    let mut response = typed(status, JSON, body);
    uncached(&mut response);
    response
}

/// An error as in `error_response.rb`. The challenge is always `Bearer`, whatever the client used.
pub(super) fn error(status: u16, name: &str, description: &str) -> Response<Vec<u8>> {
    let body = [
        ("error", json!(name)),
        ("error_description", json!(description)),
    ];
    let mut response = uncached_json(status, &body);
    challenge(&mut response, name, description);
    response
}

/// An error with its usual status and description.
pub(super) fn refused(name: &str) -> Response<Vec<u8>> {
    let status = match name {
        "invalid_client" | "unauthorized_client" => 401,
        _ => 400,
    };
    error(status, name, &description(name))
}

fn uncached(response: &mut Response<Vec<u8>>) {
    set(response, header::CACHE_CONTROL, "no-store");
    set(response, header::PRAGMA, "no-cache");
}

pub(super) fn challenge(response: &mut Response<Vec<u8>>, name: &str, description: &str) {
    let value =
        format!(r#"Bearer realm="Doorkeeper", error="{name}", error_description="{description}""#);
    set(response, header::WWW_AUTHENTICATE, &value);
}

pub(super) fn missing(parameter: &str) -> String {
    format!("Missing required parameter: {parameter}.")
}

/// The English description of the gem's locale file.
pub(super) fn description(name: &str) -> String {
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

//! The table of what the token endpoint's refusals mean, by grant and OAuth code, never by status
//! alone. A row has the kind of the error, and what to do about it.

use std::borrow::Cow;

use super::{
    authorization_response::CodeGrant,
    token_request::parameters::{
        AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, PASSWORD, REFRESH_TOKEN,
    },
};
use crate::{
    error::{
        Error, ErrorKind,
        oauth_error::OAuthError,
        text::holds,
        verdict::{TRY_LATER, is_transient_code},
    },
    time::Now,
    wire::{response_body::Response, retry_after::with_wait},
};

/// The request, as far as an error describes it.
pub(super) struct FailedRequest<'a> {
    pub(super) grant_type: &'a str,
    pub(super) client_id: &'a str,
    pub(super) code: Option<(&'a CodeGrant, Option<Now>)>,
    /// Whether it names a scope.
    pub(super) names_scope: bool,
    /// The server's own help for a refused client.
    pub(super) refused_client: Option<&'static str>,
    pub(super) secrets: &'a [&'a str],
}

/// Converts an OAuth error of the token endpoint (RFC 6749 section 5.2), whatever its status.
pub(super) fn token_error(
    request: &FailedRequest<'_>,
    response: &Response,
    oauth: OAuthError,
) -> Error {
    let oauth = oauth.redacted(request.secrets);
    let client_id = request.client_id;
    let error = match (oauth.code(), request.grant_type) {
        (code, _) if is_transient_code(code) => in_trouble(),
        ("unauthorized_client" | "unsupported_grant_type", _) => configuration(format!(
            "the client `{client_id}` may not use the grant {}",
            request.grant_type
        ))
        .with_help("have it registered for this grant, or log in in another way"),
        ("authorization_pending" | "slow_down", DEVICE_CODE) => {
            Error::new(ErrorKind::Refused, "the person has not answered yet")
                .with_help("ask again after the interval that the server gave")
        }
        ("access_denied", DEVICE_CODE) => {
            Error::new(ErrorKind::ConsentDenied, "the person refused")
                .with_help("ask again when they are willing")
        }
        ("expired_token", DEVICE_CODE) => {
            Error::new(ErrorKind::TimedOut, "device code expired before the login")
                .with_help("begin a new login")
        }
        ("invalid_grant", DEVICE_CODE) => {
            Error::login_needed("the device code was not accepted").with_help("begin a new login")
        }
        (_, REFRESH_TOKEN) if is_dead_refresh_token(response, &oauth) => {
            Error::login_needed("the refresh token is no longer accepted")
        }
        // The client may ask for less than before: a login asks for what it still may.
        ("invalid_scope", REFRESH_TOKEN) if !request.names_scope => Error::login_needed(format!(
            "the client `{client_id}` may no longer use the scopes of this login"
        )),
        ("invalid_grant", PASSWORD) => bad_password(&oauth),
        ("invalid_request", PASSWORD) if blames_password(&oauth) => bad_password(&oauth),
        (_, AUTHORIZATION_CODE) if is_dead_code(&oauth) => refused_code(request.code),
        ("invalid_grant", CLIENT_CREDENTIALS) => {
            configuration(format!("the client `{client_id}` was refused"))
                .with_setting("client_id, client_secret")
                .with_help("ask the service whether the client is still active")
        }
        // An extension grant: the others are above.
        ("invalid_grant", _) => Error::new(
            ErrorKind::Refused,
            "what was given for a token was not accepted",
        )
        .with_help("look whether it has expired, was used before, or is meant for another server"),
        ("invalid_target", _) => {
            configuration("the server does not give tokens for this resource or audience")
                .with_setting("resource, audience")
        }
        _ => common(&oauth, client_id, Some(request))
            .unwrap_or_else(|| Error::new(ErrorKind::Refused, "the token request was refused")),
    };
    refusal(error, response, oauth)
}

/// Returns whether the error is about the client: `invalid_client`, or `invalid_request` whose
/// words name the id or the secret. The latter comes from league 9 for a missing secret, and from
/// django-oauth-toolkit and node-oauth2-server for a missing id.
fn blames_client(oauth: &OAuthError) -> bool {
    let named = |text: &str| holds(text, "client_secret") || holds(text, "client_id");
    match oauth.code() {
        "invalid_client" => true,
        "invalid_request" => words(oauth).any(named),
        _ => false,
    }
}

/// Returns whether an `invalid_request` is about a wrong password. Authlib sends it, with the words
/// `Invalid "username" or "password" in request.`, where RFC 6749 section 5.2 has `invalid_grant`.
/// A parameter that is missing or malformed is named alone.
fn blames_password(oauth: &OAuthError) -> bool {
    let both = |text: &str| {
        text.starts_with("Invalid ") && holds(text, "username") && holds(text, "password")
    };
    words(oauth).any(both)
}

/// What the server says beside the code: league in `hint`, others in `error_description`.
fn words(oauth: &OAuthError) -> impl Iterator<Item = &str> {
    oauth.hint().into_iter().chain(oauth.description())
}

/// Converts an error code of any endpoint that authenticates clients.
pub(super) fn common(
    oauth: &OAuthError,
    client_id: &str,
    request: Option<&FailedRequest<'_>>,
) -> Option<Error> {
    Some(match oauth.code() {
        _ if blames_client(oauth) => refused_client(oauth, client_id, request),
        "invalid_scope" => configuration(format!(
            "the server does not know the scopes, or does not grant them to the client `{client_id}`"
        ))
            .with_setting("scope")
            .with_help("ask for scopes that this client is registered for, separated by spaces"),
        code if is_transient_code(code) => in_trouble(),
        _ => return None,
    })
}

pub(super) fn configuration(what: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Configuration, what)
}

/// Completes the error for an OAuth error: what goes away by itself always says so.
pub(super) fn refusal(error: Error, response: &Response, oauth: OAuthError) -> Error {
    let error = error.with_response(response).with_oauth(oauth);
    let error = match error.is_retryable() && error.help().is_none() {
        true => error.with_help(TRY_LATER),
        false => error,
    };
    with_wait(error, response)
}

fn in_trouble() -> Error {
    Error::new(ErrorKind::Refused, "the authorization server has a problem").with_help(TRY_LATER)
}

/// Names all that servers send one error for: the id, the secret, and a grant that the client may
/// not use (league 8).
fn refused_client(
    oauth: &OAuthError,
    client_id: &str,
    request: Option<&FailedRequest<'_>>,
) -> Error {
    let error = configuration(format!(
        "the client id `{client_id}` or its secret was refused"
    ))
    .with_setting("client_id, client_secret");
    let own = request.and_then(|request| request.refused_client);
    let help = own.unwrap_or("compare both with the page where the application was registered");
    let grant = match request {
        Some(request) if oauth.code() == "invalid_client" => request.grant_type,
        _ => return error.with_help(help),
    };
    let login = match grant {
        REFRESH_TOKEN => "; if both are those of the login, log in again",
        _ => "",
    };
    error.with_help(format!(
        "{help}; if both are right, the client may not use the grant {grant}: have it registered \
         for this grant{login}"
    ))
}

/// What the user needs to find the reason: servers send one error code for all of these.
fn refused_code(code: Option<(&CodeGrant, Option<Now>)>) -> Error {
    let Some((grant, now)) = code else {
        return Error::login_needed("the authorization code was not accepted");
    };
    let age = match now.and_then(|now| grant.age(now)) {
        Some(age) => format!("{} s after it arrived", age.as_secs()),
        None => "its age is not known".to_owned(),
    };
    let used: Cow<'_, str> = match grant.requests() {
        0 | 1 => "this program had not sent it before".into(),
        count => format!("this program has made {count} requests with it").into(),
    };
    let help = match grant.requests() {
        0 | 1 => {
            "begin a new login; a code serves once, for about ten minutes, and only with the redirect URI it was requested with"
        }
        _ => "begin a new login; a code serves once, so look for the place that sends it again",
    };
    Error::login_needed(format!(
        "the authorization code was not accepted ({age}, {used}, redirect URI {})",
        grant.redirect_uri()
    ))
    .with_help(help)
}

/// Returns whether the code was rejected. league 9 and the RFC say `invalid_grant`; league 8 says
/// `invalid_request` and names the code in its hint.
fn is_dead_code(oauth: &OAuthError) -> bool {
    match oauth.code() {
        "invalid_grant" => true,
        "invalid_request" => {
            words(oauth).any(|text| holds(&text.to_ascii_lowercase(), "authorization code"))
        }
        _ => false,
    }
}

/// Returns whether the refresh token was rejected. The RFC and league 9 say `invalid_grant`; league
/// 8 says `invalid_request` with 401, or names the token in its words.
fn is_dead_refresh_token(response: &Response, oauth: &OAuthError) -> bool {
    match oauth.code() {
        "invalid_grant" => true,
        "invalid_request" => {
            let mut words = words(oauth);
            let names_it =
                |text: &str| holds(&text.to_ascii_lowercase(), "refresh token is invalid");
            let unauthorized = response.status() == http::StatusCode::UNAUTHORIZED;
            words.any(names_it) || (unauthorized && !blames_client(oauth))
        }
        _ => false,
    }
}

/// iNaturalist sends the same error for a wrong password and a suspended account, except for a key
/// of its own.
fn bad_password(oauth: &OAuthError) -> Error {
    let error = match oauth.suspended_until() {
        Some(Some(until)) => Error::new(
            ErrorKind::AccountSuspended,
            format!("the account is suspended until {until}"),
        ),
        Some(None) => Error::new(
            ErrorKind::AccountSuspended,
            "the account is suspended without an end",
        ),
        None => {
            return Error::new(
                ErrorKind::BadCredentials,
                "the user name or password was refused",
            )
            .with_setting("username, password")
            .with_help("check both; the client id and secret are another pair of settings");
        }
    };
    error.with_help("write to the service's support")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_are_dead() {
        let check = |error: &str, hint: Option<&str>, expect: bool| {
            let oauth = OAuthError {
                hint: hint.map(str::to_owned),
                ..OAuthError::new(error)
            };
            assert_eq!(is_dead_code(&oauth), expect, "{error} {hint:?}");
        };
        check("invalid_grant", None, true);
        check(
            "invalid_request",
            Some("Authorization code has expired"),
            true,
        );
        check(
            "invalid_request",
            Some("Authorization code has been revoked"),
            true,
        );
        check(
            "invalid_request",
            Some("Cannot decrypt the authorization code"),
            true,
        );
        check(
            "invalid_request",
            Some("Check the `code_verifier` parameter"),
            false,
        );
        check("invalid_request", None, false);
        check(
            "invalid_client",
            Some("Authorization code has expired"),
            false,
        );
    }
}

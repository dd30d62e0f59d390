//! What a refused token request means, and what to do about it: by grant and error code, never by
//! status alone.

use std::{borrow::Cow, time::Duration};

use super::{
    authorization_response::CodeGrant,
    json_object::{NoObject, Object},
    token_request::parameters::{
        AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, PASSWORD, REFRESH_TOKEN,
    },
    token_response::{Reading, read},
};
use crate::{
    error::{
        Error, ErrorKind,
        check::Check,
        oauth_error::OAuthError,
        text::{holds, presentable, redact},
    },
    leniency::{Leniency, Quirks},
    time::{Now, http_date},
    wire::response_body::Response,
};

/// The request, as far as an error describes it.
pub(super) struct Asked<'a> {
    pub(super) grant_type: &'a str,
    pub(super) client_id: &'a str,
    pub(super) code: Option<(&'a CodeGrant, Option<Now>)>,
    pub(super) secrets: &'a [&'a str],
}

/// Converts an OAuth error of the token endpoint (RFC 6749 section 5.2), whatever its status.
pub(super) fn token_error(asked: &Asked<'_>, response: &Response, oauth: OAuthError) -> Error {
    let oauth = oauth.redacted(asked.secrets);
    let client_id = asked.client_id;
    let error = match (oauth.code(), asked.grant_type) {
        ("unauthorized_client" | "unsupported_grant_type", _) => configuration(format!(
            "the client `{client_id}` may not use the grant {}",
            asked.grant_type
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
        ("invalid_grant", PASSWORD) => bad_password(&oauth),
        (_, AUTHORIZATION_CODE) if is_dead_code(&oauth) => refused_code(asked.code),
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
        _ if blames_client(&oauth) => refused_client(client_id),
        (code, _) => common(code, client_id)
            .unwrap_or_else(|| Error::new(ErrorKind::Refused, "the token request was refused")),
    };
    with_wait(
        error.with_status(response.status()).with_oauth(oauth),
        response,
    )
}

/// Returns whether the error is about the client: `invalid_client`, or league's `invalid_request`
/// whose hint names the id or the secret. league 9 sends the latter for a missing secret.
pub(super) fn blames_client(oauth: &OAuthError) -> bool {
    let named = |hint: &str| holds(hint, "`client_secret`") || holds(hint, "`client_id`");
    match oauth.code() {
        "invalid_client" => true,
        "invalid_request" => oauth.hint().is_some_and(named),
        _ => false,
    }
}

/// Converts an error code of any endpoint that authenticates clients.
fn common(code: &str, client_id: &str) -> Option<Error> {
    Some(match code {
        "invalid_client" => refused_client(client_id),
        "invalid_scope" => configuration("the server does not know or does not grant the scopes")
            .with_setting("scope")
            .with_help("ask for scopes that this client is registered for, separated by spaces"),
        "server_error" | "temporarily_unavailable" => {
            Error::new(ErrorKind::Refused, "the authorization server has a problem")
                .with_help("try again later")
        }
        _ => return None,
    })
}

fn refused_client(client_id: &str) -> Error {
    configuration(format!(
        "the client id `{client_id}` or its secret was refused"
    ))
    .with_setting("client_id, client_secret")
    .with_help("compare both with the page where the application was registered")
}

/// Converts a refusal of an endpoint that issues no tokens: by its OAuth error if it has one.
pub(super) fn endpoint_error(
    who: &str,
    client_id: &str,
    response: &Response,
    secrets: &[&str],
) -> Error {
    let Reading::Error(oauth) = read(response) else {
        return unexplained(who, response, secrets);
    };
    let oauth = oauth.redacted(secrets);
    let error = match oauth.code() {
        "unauthorized_client" => {
            configuration(format!("the client `{client_id}` may not use {who}"))
                .with_help("have it registered for this")
        }
        code => common(code, client_id)
            .unwrap_or_else(|| Error::new(ErrorKind::Refused, format!("{who} refused"))),
    };
    with_wait(
        error.with_status(response.status()).with_oauth(oauth),
        response,
    )
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
    let advice = match grant.requests() {
        0 | 1 => {
            "begin a new login; a code serves once, for about ten minutes, and only with the redirect URI it was asked for with"
        }
        _ => "begin a new login; a code serves once, so look for the place that sends it again",
    };
    Error::login_needed(format!(
        "the authorization code was not accepted ({age}, {used}, redirect URI {})",
        grant.redirect_uri()
    ))
    .with_help(advice)
}

/// Returns whether the code was rejected. league 9 and the RFC say `invalid_grant`; league 8 says
/// `invalid_request` and names the code in its hint.
fn is_dead_code(oauth: &OAuthError) -> bool {
    match oauth.code() {
        "invalid_grant" => true,
        "invalid_request" => oauth
            .hint()
            .is_some_and(|hint| holds(&hint.to_ascii_lowercase(), "authorization code")),
        _ => false,
    }
}

/// Returns whether the refresh token was rejected. league 9 and the RFC say `invalid_grant`; league
/// 8 says `invalid_request` with 401, or names the token in its text.
fn is_dead_refresh_token(response: &Response, oauth: &OAuthError) -> bool {
    match oauth.code() {
        "invalid_grant" => true,
        "invalid_request" => {
            let names_it = |text: Option<&str>| {
                text.is_some_and(|text| {
                    holds(&text.to_ascii_lowercase(), "refresh token is invalid")
                })
            };
            response.status() == http::StatusCode::UNAUTHORIZED || names_it(oauth.description())
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

/// The error for a success that cannot be used.
pub(super) fn malformed(response: &Response, what: &str, check: Check, why: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("the {what} cannot be used: {why}"),
    )
    .with_check(check)
    .with_status(response.status())
    .with_help("check that the endpoint is the right one, and that no proxy answers in its place")
}

/// The error for a success that is not a JSON object.
pub(super) fn no_object(response: &Response, what: &str, why: NoObject, secrets: &[&str]) -> Error {
    match why {
        // A success that is not JSON may still contain a token, whatever its content type. A web
        // page comes from a proxy.
        NoObject::NotJson if is_page(response) => {
            malformed(response, what, Check::Object, "it is not JSON")
                .with_server_message(&excerpt(response, secrets))
        }
        NoObject::NotJson => malformed(response, what, Check::Object, "it is not JSON"),
        NoObject::KeyTwice => malformed(response, what, Check::Object, "duplicate key"),
    }
}

fn is_page(response: &Response) -> bool {
    response.body().as_bytes().trim_ascii_start().first() == Some(&b'<')
}

/// Returns the JSON object of a success.
pub(super) fn object(response: &Response, what: &str, secrets: &[&str]) -> Result<Object, Error> {
    Object::read(response).map_err(|why| no_object(response, what, why, secrets))
}

/// Fails if the response shows a quirk that its server is not allowed.
pub(super) fn unforgiven(
    response: &Response,
    what: &str,
    leniency: Leniency,
    forgiven: Quirks,
) -> Result<(), Error> {
    match leniency.refuses(forgiven) {
        Some(oddity) => Err(
            malformed(response, what, Check::Leniency, &oddity.to_string())
                .with_help("forgive it to this server by name, if the server is known to do so"),
        ),
        None => Ok(()),
    }
}

/// The error for a failure without an OAuth error: a proxy's page, a framework's, a redirect, an
/// empty body.
pub(super) fn unexplained(who: &str, response: &Response, secrets: &[&str]) -> Error {
    let status = response.status();
    if status.is_redirection() {
        let to = response
            .headers()
            .get(http::header::LOCATION)
            .and_then(|value| value.to_str().ok());
        let to = to
            .and_then(|to| to.split(['?', '#']).next())
            .unwrap_or("nowhere");
        return configuration(format!(
            "{who} answered with a redirect to {}",
            presentable(&redact(to.to_owned(), secrets), 120)
        ))
        .with_check(Check::NoRedirect)
        .with_status(status)
        .with_help("check the endpoint's URL; a redirect is never followed with credentials");
    }
    let error = Error::new(ErrorKind::Refused, format!("{who} refused"))
        .with_status(status)
        .with_server_message(&excerpt(response, secrets));
    let error = if error.is_retryable() {
        error.with_help("try again later")
    } else {
        error.with_help("check the endpoint's URL and how the client is registered")
    };
    with_wait(error, response)
}

/// Returns the beginning of an unknown body, without tags and without the secrets that were sent.
/// Never quotes a body that looks like a token response.
pub(super) fn excerpt(response: &Response, secrets: &[&str]) -> String {
    let bytes = response.body().as_bytes();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]);
    if holds(&text, "_token") {
        return String::new();
    }
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => {
                inside = true;
                out.push(' ');
            }
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    presentable(&redact(out, secrets), 200)
}

fn configuration(what: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Configuration, what)
}

fn with_wait(error: Error, response: &Response) -> Error {
    match retry_after(response.headers()) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// Returns the wait of `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date, which is
/// compared to the response's own `Date`. `None` if the header is missing or invalid.
///
/// ```
/// use std::time::Duration;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("retry-after", http::HeaderValue::from_static("120"));
/// assert_eq!(auth_core::retry_after(&headers), Some(Duration::from_secs(120)));
/// ```
#[doc(alias = "rate limit")]
#[doc(alias = "throttle")]
#[doc(alias = "backoff")]
#[must_use]
pub fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?;
    if let Some(seconds) = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().parse().ok())
    {
        return Some(Duration::from_secs(seconds));
    }
    let date = headers.get(http::header::DATE).and_then(http_date)?;
    Some(http_date(value)?.since(date))
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

    #[test]
    fn waits() {
        let check = |wait: &str, date: Option<&str>, expect: Option<u64>| {
            let mut headers = http::HeaderMap::new();
            headers.insert("retry-after", wait.parse().expect("a value"));
            if let Some(date) = date {
                headers.insert("date", date.parse().expect("a value"));
            }
            assert_eq!(
                retry_after(&headers).map(|wait| wait.as_secs()),
                expect,
                "{wait}"
            );
        };
        check("120", None, Some(120));
        check(
            "Sun, 06 Nov 1994 08:50:37 GMT",
            Some("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(60),
        );
        check("Sun, 06 Nov 1994 08:50:37 GMT", None, None);
        check("soon", None, None);
    }
}

//! What a refused token request means, and what to do about it: by grant and error code, never by status alone.

use std::time::Duration;

use super::error::OAuthError;
use crate::{
    error::{Error, ErrorKind},
    time::http_date,
    wire::{body::Response, secret::redact},
};

/// The grants, as far as their errors differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    Password,
}

impl GrantType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
        }
    }
}

/// An OAuth error of the token endpoint (RFC 6749 section 5.2), in whatever status it came.
pub(super) fn token_error(
    grant: GrantType,
    client_id: &str,
    response: &Response,
    mut oauth: OAuthError,
    secrets: &[&str],
) -> Error {
    for text in [&mut oauth.description, &mut oauth.hint, &mut oauth.uri]
        .into_iter()
        .flatten()
    {
        *text = redact(text, secrets);
    }
    oauth.code = redact(&oauth.code, secrets);
    let error = match (oauth.code(), grant) {
        ("invalid_client", _) => configuration(format!("the client id `{client_id}` or its secret was refused"))
            .setting("client_id, client_secret")
            .advice("compare both with the page where the application was registered"),
        ("unauthorized_client" | "unsupported_grant_type", _) => configuration(format!(
            "the client `{client_id}` may not use the grant {}",
            grant.as_str()
        ))
        .advice("have it registered for this grant, or log in in another way"),
        ("invalid_scope", _) => configuration("the server does not know or does not grant the scopes")
            .setting("scope")
            .advice("ask for scopes that this client is registered for, separated by spaces"),
        ("server_error" | "temporarily_unavailable", _) => {
            Error::new(ErrorKind::Refused, "the authorization server has a problem").advice("try again later")
        }
        (_, GrantType::RefreshToken) if is_dead_refresh_token(response, &oauth) => {
            Error::login_needed("the refresh token is no longer accepted")
        }
        ("invalid_grant", GrantType::Password) => bad_password(&oauth),
        ("invalid_grant", GrantType::AuthorizationCode) => {
            Error::login_needed("the authorization code was not accepted").advice(
                "begin a new login; a code serves once, for about ten minutes, and only with the redirect URI it was asked for with",
            )
        }
        ("invalid_grant", GrantType::ClientCredentials) => {
            configuration(format!("the client `{client_id}` was refused"))
                .setting("client_id, client_secret")
                .advice("ask the service whether the client is still active")
        }
        _ => Error::new(ErrorKind::Refused, "the token request was refused"),
    };
    with_wait(
        error.with_status(response.status()).with_oauth(oauth),
        response,
    )
}

/// league 9 and the RFC say `invalid_grant`; league 8 says `invalid_request` with 401, or names the token in its words.
fn is_dead_refresh_token(response: &Response, oauth: &OAuthError) -> bool {
    match oauth.code() {
        "invalid_grant" => true,
        "invalid_request" => {
            let names_it = |text: Option<&str>| {
                text.is_some_and(|text| text.to_lowercase().contains("refresh token is invalid"))
            };
            response.status() == http::StatusCode::UNAUTHORIZED || names_it(oauth.description())
        }
        _ => false,
    }
}

/// iNaturalist answers a wrong password and a suspended account alike, but for a key of its own.
fn bad_password(oauth: &OAuthError) -> Error {
    let error = match oauth.suspended_until() {
        Some(Some(until)) => Error::new(
            ErrorKind::Denied,
            format!("the account is suspended until {until}"),
        ),
        Some(None) => Error::new(ErrorKind::Denied, "the account is suspended without an end"),
        None => {
            return Error::new(ErrorKind::Denied, "the user name or password was refused")
                .setting("username, password")
                .advice("check both; the client id and secret are another pair of settings");
        }
    };
    error.advice("write to the service's support")
}

/// A success that cannot be read.
pub(super) fn malformed(response: &Response, why: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("the token answer cannot be used: {why}"),
    )
    .with_status(response.status())
    .advice(
        "check that the token endpoint is the right one, and that no proxy answers in its place",
    )
}

/// A failure without an OAuth error in it: a proxy's page, a framework's, a redirect, nothing.
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
            crate::error::presentable(&redact(to, secrets), 120)
        ))
        .with_status(status)
        .advice("check the endpoint's URL; a redirect is never followed with credentials");
    }
    let error = Error::new(ErrorKind::Refused, format!("{who} refused"))
        .with_status(status)
        .with_words(&excerpt(response, secrets));
    let error = if error.is_retryable() {
        error.advice("try again later")
    } else {
        error.advice("check the endpoint's URL and how the client is registered")
    };
    with_wait(error, response)
}

/// The beginning of a body that says nothing we understand, without tags and without our secrets. Bodies that look like a
/// token answer are not quoted at all.
pub(super) fn excerpt(response: &Response, secrets: &[&str]) -> String {
    let bytes = response.body().as_bytes();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]);
    if text.contains("_token") {
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
    crate::error::presentable(&redact(&out, secrets), 200)
}

fn configuration(what: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Configuration, what)
}

fn with_wait(error: Error, response: &Response) -> Error {
    match retry_after(response.headers()) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// `Retry-After` (RFC 9110 section 10.2.3) as a wait: seconds, or a date that is compared to the answer's own `Date`.
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

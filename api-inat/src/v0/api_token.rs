//! The API token: a JWT good for 24 hours, got with the OAuth access token or pasted from iNaturalist's own page.

use std::{borrow::Cow, time::Duration};

use auth_core::{
    BaseUrl, CallPolicy, Error, ErrorKind, ExposeSecret, Lifetime, Limits, Operation, Request,
    Response, SecretText, TokenDerivation, TokenResponse, looks_like_html, unverified_expiry,
};
use http::{Method, StatusCode, header};
use serde::Deserialize;

use crate::{operation::errors, v0};

/// The path of iNaturalist's page and endpoint for API tokens, under `www`.
const PATH: &str = "/users/api_token";

/// How long an API token is good if it does not say so itself (iNaturalist's Rails application, `users_controller.rb`).
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Gets iNaturalist's API token with the OAuth access token of a login.
///
/// A session sends it by itself whenever v1 or v2 needs the token; send it yourself to hand the
/// token on. As a [`TokenDerivation`] it also reads a token that a person pasted.
///
/// `GET /users/api_token`
///
/// The Node API (v1 and v2) understands this token alone. An OAuth access token on a v1 read is ignored without an error,
/// and the response is anonymous.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApiToken {
    renews_itself: bool,
}

impl ApiToken {
    /// The operation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// See [`renew_plain_token`](crate::ServiceBuilder::renew_plain_token).
    #[must_use]
    pub fn renewing_itself(mut self) -> Self {
        self.renews_itself = true;
        self
    }
}

impl Operation for ApiToken {
    type Output = TokenResponse;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read(v0::API).with_limits(Limits::token())
    }

    /// `Accept: application/json` is essential: without it a failure is a redirect to the login page.
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(Method::GET, PATH)
    }

    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        if response.status() == StatusCode::OK {
            let answer = errors::text(&response).and_then(page);
            let token = answer.ok_or_else(|| no_token(&response))?;
            return Ok(token_response(&token)?.with_date(response.headers()));
        }
        Err(refused(&response))
    }
}

impl TokenDerivation for ApiToken {
    /// Takes the bare token, `Bearer` and the token, or the whole text of the page, `{"api_token":"…"}`. White space and
    /// line breaks do not matter.
    fn read_plain_token(&self, text: &str) -> Result<TokenResponse, Error> {
        let mut compact = String::with_capacity(text.len());
        compact.extend(text.split_whitespace());
        let compact = SecretText::from(compact);
        let text = compact.expose_secret();
        if text.is_empty() {
            return Err(not_pasted("nothing was pasted"));
        }
        if text.starts_with('{') {
            let token = page(text).ok_or_else(|| no_token_in(text))?;
            return pasted_token(&token);
        }
        let text = text.trim_matches('"');
        let scheme = text.get(..6);
        let bare = match scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")) {
            true => &text[6..],
            false => text,
        };
        pasted_token(bare)
    }

    fn can_self_renew(&self) -> bool {
        self.renews_itself
    }

    fn expired_help(&self) -> &'static str {
        "get a new one at https://www.inaturalist.org/users/api_token and paste it"
    }
}

/// The page's whole JSON. Borrowed where it has no escapes, and a JWT has none, so that no copy of the token is left.
#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    api_token: Cow<'a, str>,
}

fn page(text: &str) -> Option<Cow<'_, str>> {
    let page: Page<'_> = serde_json::from_str(text).ok()?;
    Some(page.api_token).filter(|token| !token.trim().is_empty())
}

fn token_response(token: &str) -> Result<TokenResponse, Error> {
    let lifetime = unverified_expiry(token).map_or(Lifetime::For(DAY), Lifetime::Until);
    TokenResponse::new(token, lifetime)
}

fn no_token(response: &Response) -> Error {
    let what = match looks_like_html(response) {
        true => "iNaturalist answered with a web page in place of an API token",
        false => "iNaturalist's answer has no API token in it",
    };
    Error::new(ErrorKind::Malformed, what)
        .with_status(response.status())
        .with_help("check that no proxy or captive portal answers in iNaturalist's place, and the setting `www`")
}

/// The refusals, as iNaturalist's Rails application gives them (`users_controller.rb`, Doorkeeper 5.6, Devise 4.8).
fn refused(response: &Response) -> Error {
    let status = response.status();
    let body = response.body().as_bytes();
    let error = match status {
        // Empty for a dead access token (Doorkeeper), JSON without any (Devise).
        StatusCode::UNAUTHORIZED => {
            let what = "iNaturalist no longer accepts this login's access token";
            Error::about(ErrorKind::NeedsLogin, what, response).with_help("log in again")
        }
        StatusCode::FORBIDDEN if body.iter().all(u8::is_ascii_whitespace) => Error::new(
            ErrorKind::Configuration,
            "the access token lacks the scope `write`, without which iNaturalist gives no API token",
        )
        .with_setting("scope")
        .with_help("log in again without naming scopes, or with `write login`; `login` alone is not enough"),
        _ if status.is_redirection() && leads_to_login(response) => {
            Error::login_needed("iNaturalist sent the request for an API token to its login page").with_help(
                "log in as a person: a token of the application itself (client credentials) gets no API token",
            )
        }
        _ => return errors::refusal(response),
    };
    error.with_status(status)
}

fn leads_to_login(response: &Response) -> bool {
    let location = response.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    location.is_some_and(|to| {
        let path = to.split(['?', '#']).next().unwrap_or_default();
        path.trim_end_matches('/').ends_with("/login")
    })
}

fn pasted_token(token: &str) -> Result<TokenResponse, Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=".contains(c);
    let parts: Vec<_> = token.split('.').collect();
    let is_jwt = parts.len() == 3
        && parts.iter().all(|part| part.chars().all(plain))
        && parts[..2].iter().all(|part| !part.is_empty());
    if is_jwt {
        return token_response(token);
    }
    // Doorkeeper 5.6 makes access tokens of 32 random bytes in base64url.
    if token.len() == 43 && token.chars().all(plain) {
        return Err(not_pasted(
            "this looks like an OAuth access token, which is not an API token",
        ));
    }
    Err(not_pasted(
        "this is not an API token: three parts with dots between, some 190 characters",
    ))
}

fn no_token_in(page: &str) -> Error {
    match serde_json::from_str::<serde::de::IgnoredAny>(page) {
        Ok(_) => not_pasted("the pasted page has no API token in it: it shows one after a login"),
        Err(_) => not_pasted("only a part of the page was pasted"),
    }
}

fn not_pasted(what: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, what)
        .with_setting("api_token")
        .with_help("log in at iNaturalist, open https://www.inaturalist.org/users/api_token and copy all of it")
}

//! The API token: a JWT valid for 24 hours, derived from the OAuth access token or copied from
//! iNaturalist's own page.

use std::{borrow::Cow, fmt, time::Duration};

use auth_core::{
    BaseUrl, CallPolicy, Error, ErrorKind, ExposeSecret, Lifetime, Limits, Operation, Request,
    Response, SecretText, TokenDerivation, TokenResponse, joined, looks_like_html, pasted,
    unverified_expiry,
};
use http::{Method, StatusCode, header};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{operation::errors, v0};

/// The path of iNaturalist's page and endpoint for API tokens, under `www`.
const PATH: &str = "/users/api_token";

/// The lifetime of an API token that does not name its own expiry (iNaturalist's Rails application,
/// `users_controller.rb`).
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Derives iNaturalist's API token from the OAuth access token of a login.
///
/// A session sends it by itself whenever v1 or v2 needs the token; send it yourself to hand the
/// token on. As a [`TokenDerivation`] it also reads a plain token that the user copied from a page.
///
/// `GET /users/api_token`
///
/// The Node API (v1 and v2) accepts only this token. On a v1 read, an OAuth access token is ignored
/// without an error, and the response is anonymous.
///
/// ```
/// use api_inat::ApiToken;
/// use auth_core::{Lifetime, TokenDerivation, UnixTime};
///
/// // The text of iNaturalist's page. The token in it names its own expiry.
/// let jwt = "eyJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxLCJleHAiOjE1MDAwMDAwMDB9.c2ln";
/// let page = format!("{{\"api_token\":\"{jwt}\"}}");
/// let response = ApiToken::default().read_plain_token(&page)?;
/// assert_eq!(response.lifetime(), Lifetime::Until(UnixTime::from_secs(1_500_000_000)));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "jwt")]
#[doc(alias = "api token")]
#[derive(Clone, Copy, Debug, Default)]
pub struct ApiToken {
    self_renewing: bool,
}

impl ApiToken {
    /// Creates the operation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets an imported API token renew itself; see
    /// [`renew_plain_token`](crate::ServiceBuilder::renew_plain_token).
    #[must_use]
    pub fn renewing_itself(mut self) -> Self {
        self.self_renewing = true;
        self
    }
}

impl Operation for ApiToken {
    type Output = TokenResponse;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read(v0::API).with_limits(Limits::token())
    }

    /// Sends `Accept: application/json`: without it a failure is a redirect to the login page.
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(Method::GET, PATH)
    }

    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        if response.status() == StatusCode::OK {
            let found = errors::text(&response).and_then(page);
            let token = found.ok_or_else(|| no_token(&response))?;
            return Ok(token_response(&token)?.with_date(response.headers()));
        }
        Err(refused(&response))
    }
}

impl TokenDerivation for ApiToken {
    /// Accepts the bare token, `Bearer` and the token, or the whole text of the page,
    /// `{"api_token":"…"}`, or a config line with its name, `INAT_API_TOKEN=…`. Ignores white
    /// space, line breaks and quotes.
    fn read_plain_token(&self, text: &str) -> Result<TokenResponse, Error> {
        let mut compact = String::with_capacity(text.len());
        let one_line = SecretText::from(joined(text).into_owned());
        compact.extend(one_line.expose_secret().split_whitespace());
        let compact = SecretText::from(compact);
        let text = compact.expose_secret();
        if text.is_empty() {
            return Err(not_plain_token("the API token is empty"));
        }
        if text.starts_with('{') {
            let token = page(text).ok_or_else(|| no_token_in(text))?;
            return plain_token_response(&token);
        }
        let text = pasted(without_name(text)).trim_matches('"');
        let scheme = text.get(..6);
        let bare = match scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")) {
            true => &text[6..],
            false => text,
        };
        plain_token_response(bare)
    }

    fn can_self_renew(&self) -> bool {
        self.self_renewing
    }

    fn expired_help(&self) -> &'static str {
        "copy a new one from https://www.inaturalist.org/users/api_token and import it"
    }
}

/// Removes the name of a config line that was copied whole: `INAT_API_TOKEN=eyJ…`,
/// `api_token:eyJ…`.
fn without_name(text: &str) -> &str {
    match text.split_once(['=', ':']) {
        Some((name, value)) if value.contains('.') && !name.contains('.') => value,
        _ => text,
    }
}

/// The JSON of the page. Borrowed unless it has escapes, which a JWT has not, so that no copy of
/// the token is left in memory.
#[derive(Default)]
struct TokenPage<'a>(Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for TokenPage<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for TokenPage<'de> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `api_token`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Self, A::Error> {
        while let Some(name) = entries.next_key::<Text<'de>>()? {
            match &*name.0 {
                "api_token" => self.0 = Some(entries.next_value::<Text<'de>>()?.0),
                _ => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(self)
    }
}

/// A text, borrowed if possible.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text("".into()))
    }
}

impl<'de> Visitor<'de> for Text<'de> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self, E> {
        Ok(Self(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self, E> {
        Ok(Self(text.to_owned().into()))
    }
}

fn page(text: &str) -> Option<Cow<'_, str>> {
    let page: TokenPage<'_> = serde_json::from_str(text).ok()?;
    page.0.filter(|token| !token.trim().is_empty())
}

fn token_response(token: &str) -> Result<TokenResponse, Error> {
    let lifetime = unverified_expiry(token).map_or(Lifetime::For(DAY), Lifetime::Until);
    TokenResponse::new(token, lifetime)
}

fn no_token(response: &Response) -> Error {
    let what = match looks_like_html(response) {
        true => "iNaturalist responded with a web page instead of an API token",
        false => "iNaturalist's response has no API token",
    };
    Error::new(ErrorKind::Malformed, what)
        .with_response(response)
        .with_help("check the setting `www`, and that no proxy or captive portal responds in iNaturalist's place")
}

/// Maps the refusals of iNaturalist's Rails application (`users_controller.rb`, Doorkeeper 5.6,
/// Devise 4.8).
fn refused(response: &Response) -> Error {
    let status = response.status();
    let body = response.body().as_bytes();
    let error = match status {
        // The body is empty for an invalid access token (Doorkeeper), and JSON without any token
        // (Devise).
        StatusCode::UNAUTHORIZED => {
            let what = "iNaturalist rejected the access token of this login";
            Error::about(ErrorKind::NeedsLogin, what, response).with_help("log in again")
        }
        StatusCode::FORBIDDEN if body.iter().all(u8::is_ascii_whitespace) => Error::new(
            ErrorKind::Configuration,
            "the access token lacks the scope `write`, which iNaturalist requires for an API token",
        )
        .with_setting("scope")
        .with_help("log in again without naming scopes, or with `write login`; `login` alone is not enough"),
        _ if status.is_redirection() && leads_to_login(response) => {
            Error::login_needed("iNaturalist redirected the request for an API token to its login page").with_help(
                "log in as a user: a token of the application itself (client credentials) gets no API token",
            )
        }
        _ => return errors::refusal(response),
    };
    error.with_response(response)
}

fn leads_to_login(response: &Response) -> bool {
    let location = response.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    location.is_some_and(|to| {
        let path = to.split(['?', '#']).next().unwrap_or_default();
        path.trim_end_matches('/').ends_with("/login")
    })
}

fn plain_token_response(token: &str) -> Result<TokenResponse, Error> {
    // base64url without padding (RFC 7515 section 2).
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let parts: Vec<_> = token.split('.').collect();
    let is_jwt = parts.len() == 3
        && parts.iter().all(|part| part.chars().all(plain))
        && parts[..2].iter().all(|part| !part.is_empty());
    if is_jwt {
        return token_response(token);
    }
    // Doorkeeper 5.6 makes access tokens of 32 random bytes in base64url.
    if token.len() == 43 && token.chars().all(plain) {
        return Err(not_plain_token(
            "the text looks like an OAuth access token, not an API token",
        ));
    }
    Err(not_plain_token(
        "the text is not an API token (three parts joined with dots, some 190 characters)",
    ))
}

fn no_token_in(page: &str) -> Error {
    match serde_json::from_str::<serde::de::IgnoredAny>(page) {
        Ok(_) => not_plain_token("the page has no API token: it shows one only after a login"),
        Err(_) => not_plain_token("the text is only a part of the page"),
    }
}

fn not_plain_token(what: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, what)
        .with_setting("api_token")
        .with_help("log in at iNaturalist, open https://www.inaturalist.org/users/api_token and copy all of it")
}

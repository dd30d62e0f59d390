//! The token response: RFC 6749 section 5.1, and how servers deviate from it.

mod fields;

use std::time::Duration;

use self::fields::{Fields, Text};
use super::token::{GRACE, Lifetime, Token, TokenParts, bearer, is_token};
use crate::{
    error::{Error, ErrorKind, check::Check, oauth_error::OAuthError, text::presentable},
    leniency::{Quirk, Quirks},
    time::{Now, UnixTime},
    wire::{
        response_body::Response,
        secret::{SecretBytes, SecretText},
    },
};

/// A token as the server issued it, with a relative lifetime: parsing a response reads no clock.
///
/// [`into_token`](Self::into_token) converts it to a [`Token`].
///
/// ```
/// use std::time::Duration;
/// use auth_core::{
///     AuthorizationServer, Endpoint, Message, Now, OAuthClient, ResponseBody, TokenRequest,
///     UnixTime,
/// };
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
/// let client = OAuthClient::new(server, "my-client-id")?.with_secret("bbce628be722bfe2")?;
/// let message = TokenRequest::client_credentials(&client);
/// let request = message.request()?; // send it with any HTTP client
/// let sent = Now { wall: UnixTime::from_secs(1_700_000_000), monotonic: Duration::from_secs(5) };
/// # let body = br#"{"access_token":"2YotnFZFEj","token_type":"Bearer","expires_in":3600}"#;
/// # let response = http::Response::builder()
/// #     .header("content-type", "application/json")
/// #     .body(ResponseBody::secret(body.to_vec()))
/// #     .expect("a response");
/// let token = message.parse(response)?.into_token(sent, 1)?;
/// assert_eq!(token.lifetime(), Some(Duration::from_secs(3600)));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Debug)]
pub struct TokenResponse {
    bearer: SecretBytes,
    refresh: Option<SecretText>,
    lifetime: Lifetime,
    scope: Option<Box<str>>,
    date: Option<UnixTime>,
    quirks: Quirks,
}

impl TokenResponse {
    /// Makes a response from a token that no token request returned: one that
    /// [`TokenDerivation`](crate::TokenDerivation) reads, or a plain token.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] if the token is empty or has characters that a header cannot carry.
    pub fn new(access_token: &str, lifetime: Lifetime) -> Result<Self, Error> {
        check_text(access_token)?;
        Ok(Self {
            bearer: bearer(access_token),
            refresh: None,
            lifetime,
            scope: None,
            date: None,
            quirks: Quirks::default(),
        })
    }

    /// Sets the time of the response by the server's clock, from its `Date` header. An absolute
    /// expiry then becomes a lifetime without this machine's clock.
    #[must_use]
    pub fn with_date(mut self, headers: &http::HeaderMap) -> Self {
        if matches!(self.lifetime, Lifetime::Until(_)) {
            self.date = crate::time::server_time(headers);
        }
        self
    }

    /// Returns the quirks that the response showed.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Returns the lifetime that the server stated.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    /// Returns the scopes that the server named, separated by spaces. `None` if it named none,
    /// which says nothing about the token's scopes.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns whether the response has a refresh token.
    #[must_use]
    pub fn has_refresh_token(&self) -> bool {
        self.refresh.is_some()
    }

    /// Sets `old` as the refresh token if the response has none (RFC 6749 section 6).
    #[must_use]
    pub fn or_refresh_token(mut self, old: Option<&SecretText>) -> Self {
        if self.refresh.is_none() {
            self.refresh = old.cloned();
        }
        self
    }

    /// Converts to a token. `sent` is the time at which the request was **sent**, because the
    /// lifetime may count from then.
    ///
    /// An absolute expiry becomes a lifetime by the server's clock if the response had a `Date`.
    /// Otherwise it is compared to this machine's clock, which may be days off. Such a token counts
    /// as valid for at least 30 s, so that a wrong clock does not cause a renewal at every call.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] if a header cannot carry the token.
    pub fn into_token(self, sent: Now, generation: u64) -> Result<Token, Error> {
        let lifetime = match self.lifetime {
            Lifetime::Unstated => None,
            Lifetime::For(lifetime) => Some(lifetime),
            Lifetime::Until(end) => Some(match self.date {
                Some(date) => end.since(date),
                None => end.since(sent.wall).max(GRACE),
            }),
        };
        let parts = TokenParts {
            refresh: self.refresh,
            scope: self.scope,
            sent: sent.wall,
            monotonic: Some(sent.monotonic),
            lifetime: lifetime.map(|lifetime| lifetime.min(CENTURY)),
            generation,
        };
        Token::new(self.bearer, parts)
    }
}

// A bound on lifetimes: adding one to a time then cannot overflow.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The body of a response of the token endpoint: a token, or an error in whatever status.
pub(super) enum Reading {
    Token(TokenResponse),
    Error(OAuthError),
    /// A JSON object that is neither: the failed check and the reason.
    Neither(Check, &'static str),
    /// Not a JSON object.
    NotJson,
}

/// Parses the body of a token response, whatever its status and content type.
pub(super) fn read(response: &Response) -> Reading {
    let bytes = response.body().as_bytes();
    let Ok(fields) = Fields::read(bytes) else {
        return Reading::NotJson;
    };
    if let Some(code) = &fields.error {
        let short = |text: &Option<Text<'_>>| text.as_deref().map(|text| presentable(text, 400));
        return Reading::Error(OAuthError {
            // league before 7.3.3 calls it `message`.
            description: short(&fields.description).or_else(|| short(&fields.message)),
            uri: short(&fields.uri),
            hint: short(&fields.hint),
            suspended_until: fields.suspended_until.clone(),
            ..OAuthError::new(code)
        });
    }
    if let Some((check, why)) = fields.refused {
        return Reading::Neither(check, why);
    }
    let Some(bearer) = fields.bearer else {
        return Reading::Neither(Check::Fields, "it has no `access_token`");
    };
    let mut quirks = fields.quirks;
    if !fields.typed {
        quirks.add(Quirk::NoTokenType);
    }
    if response.status() != http::StatusCode::OK {
        quirks.add(Quirk::OtherStatus);
    }
    if !is_json(response.headers()) {
        quirks.add(Quirk::OtherContentType);
    }
    let token = TokenResponse {
        bearer,
        refresh: fields.refresh,
        lifetime: fields.lifetime,
        scope: fields.scope,
        date: None,
        quirks,
    };
    Reading::Token(token.with_date(response.headers()))
}

pub(super) fn is_json(headers: &http::HeaderMap) -> bool {
    let Some(value) = headers.get(http::header::CONTENT_TYPE) else {
        return false;
    };
    let mut parts = value.as_bytes().split(|byte| *byte == b';');
    let essence = parts.next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
}

fn check_text(access_token: &str) -> Result<(), Error> {
    let bad = |what| Err(Error::new(ErrorKind::Malformed, what).with_check(Check::TokenText));
    if access_token.is_empty() {
        return bad("the token is empty");
    }
    if !is_token(access_token) {
        return bad("the token has spaces or characters that cannot be in a header");
    }
    Ok(())
}

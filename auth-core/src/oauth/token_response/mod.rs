//! The token response: RFC 6749 section 5.1, and what servers make of it.

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

/// A token as the server gave it: its lifetime still relative, because reading a response has no clock.
///
/// [`into_token`](Self::into_token) makes the [`Token`] of it.
#[derive(Debug)]
pub struct TokenResponse {
    bearer: SecretBytes,
    refresh: Option<SecretText>,
    lifetime: Lifetime,
    scope: Option<Box<str>>,
    date: Option<UnixTime>,
    forgiven: Quirks,
}

impl TokenResponse {
    /// A token that came in another way than by a token request: for [`TokenDerivation`](crate::TokenDerivation), or pasted.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`]: it is empty, or has characters that cannot stand in a header.
    pub fn new(access_token: &str, lifetime: Lifetime) -> Result<Self, Error> {
        check_text(access_token)?;
        Ok(Self {
            bearer: bearer(access_token),
            refresh: None,
            lifetime,
            scope: None,
            date: None,
            forgiven: Quirks::default(),
        })
    }

    /// Sets the server's clock at the time of the response, from its `Date` header: an absolute end then becomes a lifetime
    /// without trusting this machine's clock.
    #[must_use]
    pub fn with_date(mut self, headers: &http::HeaderMap) -> Self {
        if matches!(self.lifetime, Lifetime::Until(_)) {
            self.date = crate::time::server_time(headers);
        }
        self
    }

    /// What was forgiven in reading it.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.forgiven
    }

    /// How long the server said it lives.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    /// The scopes the server named; `None` says nothing.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Whether a refresh token came with it.
    #[must_use]
    pub fn has_refresh_token(&self) -> bool {
        self.refresh.is_some()
    }

    /// Keeps `old` as the refresh token if the response brought none (RFC 6749 section 6).
    #[must_use]
    pub fn or_refresh_token(mut self, old: Option<&SecretText>) -> Self {
        if self.refresh.is_none() {
            self.refresh = old.cloned();
        }
        self
    }

    /// The token, as of the moment its request was **sent**.
    ///
    /// An absolute end becomes a lifetime by the server's own clock where the response had a `Date`. Without one it is
    /// compared to this machine's clock, which may be days off; such a token is then taken for good for at least 30 s, so
    /// that no clock makes a program renew at every call.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`]: the token cannot stand in a header.
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
            up: Some(sent.monotonic),
            lifetime: lifetime.map(|lifetime| lifetime.min(CENTURY)),
            generation,
        };
        Token::new(self.bearer, parts)
    }
}

const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

/// What a token endpoint said: a token, or an error in whatever status.
pub(super) enum Reading {
    Token(TokenResponse),
    Error(OAuthError),
    /// JSON, but neither: why.
    Neither(Check, &'static str),
    /// No JSON object at all.
    NotJson,
}

/// Reads the body of a token response, whatever its status and content type.
pub(super) fn read(response: &Response) -> Reading {
    let bytes = response.body().as_bytes();
    let Ok(fields) = Fields::read(bytes) else {
        return Reading::NotJson;
    };
    if let Some(code) = &fields.error {
        let short = |text: &Option<Text<'_>>| text.as_deref().map(|text| presentable(text, 400));
        return Reading::Error(OAuthError {
            // Servers before league 7.3.3 called it `message`.
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
    let mut forgiven = fields.forgiven;
    if !fields.typed {
        forgiven.add(Quirk::NoTokenType);
    }
    if response.status() != http::StatusCode::OK {
        forgiven.add(Quirk::OtherStatus);
    }
    if !is_json(response.headers()) {
        forgiven.add(Quirk::OtherContentType);
    }
    let answer = TokenResponse {
        bearer,
        refresh: fields.refresh,
        lifetime: fields.lifetime,
        scope: fields.scope,
        date: None,
        forgiven,
    };
    Reading::Token(answer.with_date(response.headers()))
}

pub(super) fn is_json(headers: &http::HeaderMap) -> bool {
    let essence = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn check_text(access_token: &str) -> Result<(), Error> {
    let bad = |what| Err(Error::new(ErrorKind::Malformed, what).with_check(Check::TokenText));
    if access_token.is_empty() {
        return bad("the token is empty");
    }
    if !is_token(access_token) {
        return bad("the token has spaces or characters that cannot stand in a header");
    }
    Ok(())
}

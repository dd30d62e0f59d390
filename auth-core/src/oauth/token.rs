//! A token in use: its header, its expiry by two clocks, its generation.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use http::HeaderValue;

use crate::{
    error::{Error, ErrorKind, check::Check},
    time::{Now, UnixTime},
    wire::{
        body::{Request, set_header},
        secret::{SecretBytes, SecretText},
        url::BaseUrl,
    },
};

/// Which of an account's two tokens.
///
/// ```
/// use auth_core::{TokenKind, TokenRecord};
///
/// let record = TokenRecord::default(); // of an account that has not logged in
/// assert!(TokenKind::ALL.iter().all(|&kind| record.token(kind).is_none()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A service may give a third token.
#[non_exhaustive]
pub enum TokenKind {
    /// The access token of the OAuth login.
    Login,
    /// The second token, which a service issues for the first, such as iNaturalist's API token.
    Derived,
}

impl TokenKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::Login, Self::Derived];
}

/// The lifetime of a token, as its server stated it.
///
/// ```
/// use std::time::Duration;
/// use auth_core::{Lifetime, TokenResponse};
///
/// let response = TokenResponse::new("token", Lifetime::For(Duration::from_secs(3600)))?;
/// assert_eq!(response.lifetime(), Lifetime::For(Duration::from_secs(3600)));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "expire")]
#[doc(alias = "expires_in")]
#[doc(alias = "ttl")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A server may say it in another way, such as "never".
#[non_exhaustive]
pub enum Lifetime {
    /// Not stated. iNaturalist's OAuth tokens do not expire; another service rejects an expired
    /// token with 401.
    Unstated,
    /// A duration from the time at which the request was sent (`expires_in`).
    For(Duration),
    /// A time by the server's clock (`exp` of a JWT).
    Until(UnixTime),
}

/// A token in use. Its header is built once; clones of the header are cheap, and the last one wipes
/// it.
///
/// `Debug` does not show the token.
///
/// ```
/// use std::time::Duration;
/// use auth_core::{BaseUrl, Freshness, Lifetime, Now, TokenResponse, UnixTime};
///
/// let sent = Now { wall: UnixTime::from_secs(1_700_000_000), monotonic: Duration::from_secs(5) };
/// let hour = Lifetime::For(Duration::from_secs(3600));
/// let response = TokenResponse::new("2YotnFZFEjr1zCsicMWpAA", hour)?;
/// let token = response.into_token(sent, 1)?;
///
/// let after = |secs| Now {
///     wall: sent.wall.plus(Duration::from_secs(secs)),
///     monotonic: sent.monotonic + Duration::from_secs(secs),
/// };
/// assert_eq!(token.freshness(after(60)), Freshness::Fresh);
/// assert_eq!(token.freshness(after(3500)), Freshness::Due);
/// assert_eq!(token.freshness(after(3599)), Freshness::Expired);
///
/// let base = BaseUrl::parse("https://api.example.org/v1")?;
/// let mut request = base.request(http::Method::GET, "/users/me")?;
/// token.authorize(&base, &mut request)?;
/// assert_eq!(request.headers()["authorization"], "Bearer 2YotnFZFEjr1zCsicMWpAA");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "access token")]
#[doc(alias = "bearer")]
// In this order: what is read for each use begins 64 bytes or more behind the start of an `Arc`. So
// it is never in the cache line, of 64 bytes, of the reference counts at that start, which all
// threads write to, wherever in a line the allocation begins.
#[repr(C)]
pub struct Token {
    header: HeaderValue,
    refresh: Option<SecretText>,
    scope: Option<Box<str>>,
    sent: UnixTime,
    monotonic: Option<Duration>,
    lifetime: Option<Duration>,
    /// The time before expiry at which the next token is requested.
    ahead: Duration,
    window: Window,
    generation: u64,
}

/// The times between which the wall clock alone decides. They are `SystemTime`s, so that a use of a
/// token converts nothing.
struct Window {
    opens: SystemTime,
    /// Until then the token is fresh.
    due: SystemTime,
    /// Until then it is valid.
    too_late: SystemTime,
}

/// The state of a token by both clocks.
///
/// ```
/// use std::time::Duration;
/// use auth_core::{Freshness, Lifetime, Now, TokenResponse, UnixTime};
///
/// let at = |seconds| Now {
///     wall: UnixTime::from_secs(1_700_000_000 + seconds),
///     monotonic: Duration::from_secs(seconds),
/// };
/// let response = TokenResponse::new("token", Lifetime::For(Duration::from_secs(3600)))?;
/// let token = response.into_token(at(0), 1)?;
/// assert_eq!(token.freshness(at(60)), Freshness::Fresh);
/// assert_eq!(token.freshness(at(3600)), Freshness::Expired);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "expire")]
#[doc(alias = "expired")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Closed: each caller must decide for each whether to send the token.
pub enum Freshness {
    /// Valid, and not due for renewal.
    Fresh,
    /// Valid, but due for renewal.
    Due,
    /// Expired, or about to: it must not be sent.
    Expired,
}

/// The part of an `Authorization` header before the token. Always in this case: league 8 rejects
/// `bearer`.
const SCHEME: &str = "Bearer ";

/// Minimum time a new token counts as fresh if clocks disagree.
pub(crate) const GRACE: Duration = Duration::from_secs(30);

impl Token {
    pub(crate) fn new(bearer: SecretBytes, parts: TokenParts) -> Result<Self, Error> {
        let mut header = HeaderValue::from_maybe_shared(bearer.into_shared()).map_err(|_| {
            Error::new(
                ErrorKind::Malformed,
                "the token has characters that cannot be in a header",
            )
            .with_check(Check::TokenText)
        })?;
        header.set_sensitive(true);
        let TokenParts {
            refresh,
            scope,
            sent,
            monotonic,
            lifetime,
            generation,
        } = parts;
        let ahead = lifetime.map_or(Duration::ZERO, |lifetime| ahead(lifetime, generation));
        let before_its_end = |margin| match lifetime {
            Some(lifetime) => sent.plus(lifetime.saturating_sub(margin)).to_system(),
            None => UnixTime::from_millis(u64::MAX).to_system(),
        };
        let window = Window {
            opens: sent.to_system(),
            due: before_its_end(ahead),
            too_late: before_its_end(lifetime.map_or(Duration::ZERO, too_late)),
        };
        Ok(Self {
            header,
            refresh,
            scope,
            sent,
            monotonic,
            lifetime,
            ahead,
            window,
            generation,
        })
    }

    /// Returns whether the token is fresh, by the wall clock alone. If `false`, call
    /// [`freshness`](Self::freshness), which uses both clocks. This is the hot path: two
    /// comparisons.
    #[inline]
    #[must_use]
    pub fn is_fresh_at(&self, wall: SystemTime) -> bool {
        self.window.opens <= wall && wall < self.window.due
    }

    /// Returns whether the token is valid, due for renewal or not, by the wall clock alone. For
    /// callers that know that a renewal is in flight.
    #[inline]
    #[must_use]
    pub fn is_usable_at(&self, wall: SystemTime) -> bool {
        self.window.opens <= wall && wall < self.window.too_late
    }

    /// Returns the state of the token by both clocks. It is expired as soon as one of them says so.
    ///
    /// A wall clock before the time of sending is ignored: the clock was set back, or another
    /// machine wrote the store. Then only the monotonic clock counts, if this process received the
    /// token. Otherwise its age is unknown, and the service's response decides.
    #[must_use]
    pub fn freshness(&self, now: Now) -> Freshness {
        let Some(lifetime) = self.lifetime else {
            return Freshness::Fresh;
        };
        let by_wall = (now.wall >= self.sent).then(|| now.wall.since(self.sent));
        let by_monotonic = self
            .monotonic
            .map(|received| now.monotonic.saturating_sub(received));
        let age = by_wall.max(by_monotonic).unwrap_or_default();
        if age >= lifetime.saturating_sub(too_late(lifetime)) {
            Freshness::Expired
        } else if age >= lifetime.saturating_sub(self.ahead) {
            Freshness::Due
        } else {
            Freshness::Fresh
        }
    }

    /// Returns the lifetime, from the time of sending; `None` if the server stated none.
    #[must_use]
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    /// Returns the time until expiry; `None` if the server stated no lifetime.
    #[must_use]
    pub fn remaining(&self, now: Now) -> Option<Duration> {
        let lifetime = self.lifetime?;
        let by_wall = (now.wall >= self.sent).then(|| now.wall.since(self.sent));
        let by_monotonic = self
            .monotonic
            .map(|received| now.monotonic.saturating_sub(received));
        Some(lifetime.saturating_sub(by_wall.max(by_monotonic).unwrap_or_default()))
    }

    /// Returns the expiry by the wall clock; `None` if the server stated no lifetime.
    #[doc(alias = "expire")]
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.lifetime.map(|lifetime| self.sent.plus(lifetime))
    }

    /// Returns when its request was sent, by the wall clock.
    #[must_use]
    pub fn sent_at(&self) -> UnixTime {
        self.sent
    }

    /// Returns the generation, a number that increases with each token of its kind and account,
    /// also across processes that share a store.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the refresh token that was issued with it (RFC 6749 section 1.5).
    #[doc(alias = "refresh")]
    #[must_use]
    pub fn refresh_token(&self) -> Option<&SecretText> {
        self.refresh.as_ref()
    }

    /// Returns the scopes that the server named, separated by spaces. `None` if it named none,
    /// which says nothing about the token's scopes.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns the token's text, for use outside this library. It is a secret.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.header
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix(SCHEME))
            .unwrap_or_default()
    }

    /// Sets the `Authorization` header of a request (RFC 6750 section 2.1). No other function does.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the request's URI is not below `base`, the API that the token is
    /// for.
    pub fn authorize(&self, base: &BaseUrl, request: &mut Request) -> Result<(), Error> {
        if !base.covers(request.uri()) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "refused to send the token of {} to {}",
                    base.as_str(),
                    request.uri().host().unwrap_or("no host")
                ),
            )
            .with_check(Check::BearerOrigin));
        }
        let header = self.header.clone();
        set_header(request.headers_mut(), http::header::AUTHORIZATION, header);
        Ok(())
    }

    /// Redacts this token from `error`: an API may repeat it in its message.
    #[must_use]
    pub fn redact(&self, error: Error) -> Error {
        error.redacted(&[self.expose_secret()])
    }

    pub(crate) fn parts(&self) -> (&str, UnixTime, Option<Duration>) {
        (self.expose_secret(), self.sent, self.lifetime)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("generation", &self.generation)
            .field("scope", &self.scope)
            .field("sent", &self.sent)
            .field("lifetime", &self.lifetime)
            .field("refreshable", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}

/// The parts of a token, except its text.
pub(crate) struct TokenParts {
    pub(crate) refresh: Option<SecretText>,
    pub(crate) scope: Option<Box<str>>,
    pub(crate) sent: UnixTime,
    pub(crate) monotonic: Option<Duration>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) generation: u64,
}

/// Returns whether a text is visible ASCII and not empty. A header would accept other bytes too,
/// but not return them as text.
pub(crate) fn is_token(text: &str) -> bool {
    // No early exit, so that the compiler can vectorize the loop.
    let odd = |odd: bool, byte: u8| odd | !byte.is_ascii_graphic();
    !text.is_empty() && !text.bytes().fold(false, odd)
}

/// Returns `Bearer ` and the token, the value of the header.
pub(crate) fn bearer(access_token: &str) -> SecretBytes {
    let mut bytes = Vec::with_capacity(SCHEME.len() + access_token.len());
    bytes.extend_from_slice(SCHEME.as_bytes());
    bytes.extend_from_slice(access_token.as_bytes());
    SecretBytes::new(bytes)
}

/// The time before expiry at which the next token is requested: 10 % of the lifetime, at most 10
/// minutes. Up to a quarter of that is subtracted, so that tokens obtained together are not renewed
/// together.
fn ahead(lifetime: Duration, generation: u64) -> Duration {
    let most = (lifetime / 10).min(Duration::from_secs(600));
    // Fibonacci hashing of the generation, which differs between accounts and is not secret: the
    // upper 16 bits of the product are spread evenly.
    let spread = (generation.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as u32;
    most - most / 4 * spread / (1 << 16)
}

/// Safety margin before expiry: 5 % of the lifetime, at most 60 s.
fn too_late(lifetime: Duration) -> Duration {
    (lifetime / 20).min(Duration::from_secs(60))
}

#[cfg(test)]
mod tests;

//! A token as it is used: its header, its life on two clocks, its generation.

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A service may give a third token.
#[non_exhaustive]
pub enum TokenKind {
    /// The access token of the OAuth login.
    Login,
    /// The second token that a service gives for the first, such as iNaturalist's API token.
    Derived,
}

impl TokenKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::Login, Self::Derived];
}

/// How long a token lives, as its server put it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// A server may say it in another way, such as "never".
#[non_exhaustive]
pub enum Lifetime {
    /// It did not say. iNaturalist's OAuth tokens never end; elsewhere the service's 401 tells.
    Unstated,
    /// So long from the moment the request was sent (`expires_in`).
    For(Duration),
    /// Until a time of the server's clock (`exp` of a JWT).
    Until(UnixTime),
}

/// A token as it is used. The header is made once; its clones are free, and it is wiped with the last.
pub struct Token {
    header: HeaderValue,
    refresh: Option<SecretText>,
    scope: Option<Box<str>>,
    sent: UnixTime,
    up: Option<Duration>,
    lifetime: Option<Duration>,
    /// How long before its end the next token is fetched.
    ahead: Duration,
    window: Window,
    generation: u64,
}

/// When a wall clock reading alone says something of a token. As the clock itself tells the time: on the way that every use of a
/// token goes, nothing is converted.
struct Window {
    opens: SystemTime,
    /// Until then the token is fresh.
    due: SystemTime,
    /// Until then it serves.
    too_late: SystemTime,
}

/// What the clocks say of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Closed: each caller must decide for each whether to send the token.
pub enum Freshness {
    /// Good for a while.
    Fresh,
    /// Still good, but it is time to get the next one.
    Due,
    /// Past its time: it must not be sent.
    Expired,
}

/// The part of an `Authorization` header before the token. Always spelled so: league 8 refuses `bearer`.
const SCHEME: &str = "Bearer ";

/// A token that is taken for fresh for this long after it was received, where its date cannot be trusted.
pub(crate) const GRACE: Duration = Duration::from_secs(30);

impl Token {
    pub(crate) fn new(bearer: SecretBytes, parts: TokenParts) -> Result<Self, Error> {
        let mut header = HeaderValue::from_maybe_shared(bearer.into_shared()).map_err(|_| {
            Error::new(
                ErrorKind::Malformed,
                "the token has characters that cannot stand in a header",
            )
            .with_check(Check::TokenText)
        })?;
        header.set_sensitive(true);
        let TokenParts {
            refresh,
            scope,
            sent,
            up,
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
            up,
            lifetime,
            ahead,
            window,
            generation,
        })
    }

    /// The hot path: one wall clock reading and a window. `false` means "look closer": [`freshness`](Self::freshness).
    #[inline]
    #[must_use]
    pub fn is_fresh_at(&self, wall: SystemTime) -> bool {
        self.window.opens <= wall && wall < self.window.due
    }

    /// As [`is_fresh_at`](Self::is_fresh_at), with the time when it is due but still good in it. For those who know that the
    /// next one is being fetched.
    #[inline]
    #[must_use]
    pub fn is_usable_at(&self, wall: SystemTime) -> bool {
        self.window.opens <= wall && wall < self.window.too_late
    }

    /// What both clocks say. The token is past its time as soon as one of them says so.
    ///
    /// A wall clock before the moment of sending says nothing: the clock was set back, or the token comes from a store that
    /// a machine with another clock wrote. Then only the monotonic clock counts, if the token was received in this process;
    /// otherwise its age is unknown, and the service's answer decides.
    #[must_use]
    pub fn freshness(&self, now: Now) -> Freshness {
        let Some(lifetime) = self.lifetime else {
            return Freshness::Fresh;
        };
        let by_wall = (now.wall >= self.sent).then(|| now.wall.since(self.sent));
        let by_up = self.up.map(|up| now.monotonic.saturating_sub(up));
        let age = by_wall.max(by_up).unwrap_or_default();
        if age >= lifetime.saturating_sub(too_late(lifetime)) {
            Freshness::Expired
        } else if age >= lifetime.saturating_sub(self.ahead) {
            Freshness::Due
        } else {
            Freshness::Fresh
        }
    }

    /// How long it was good for when it was sent for; `None` where the server gave it no end.
    #[must_use]
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    /// How long it is still good by its date; `None` where it has none.
    #[must_use]
    pub fn remaining(&self, now: Now) -> Option<Duration> {
        let lifetime = self.lifetime?;
        let by_wall = (now.wall >= self.sent).then(|| now.wall.since(self.sent));
        let by_up = self.up.map(|up| now.monotonic.saturating_sub(up));
        Some(lifetime.saturating_sub(by_wall.max(by_up).unwrap_or_default()))
    }

    /// When it ends by the wall clock; `None` where the server gave it no end.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.lifetime.map(|lifetime| self.sent.plus(lifetime))
    }

    /// Counts up with each token of its kind and account, also across processes that share a store.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The refresh token that came with it (RFC 6749 section 1.5).
    #[must_use]
    pub fn refresh_token(&self) -> Option<&SecretText> {
        self.refresh.as_ref()
    }

    /// The scopes the server named, separated by spaces; `None` where it named none, which says nothing.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The token's text, for a program that is not ours. It is a secret.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.header
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix(SCHEME))
            .unwrap_or_default()
    }

    /// Puts the token on a request: the one place where that happens (RFC 6750 section 2.1).
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: the request leaves the API that the token is for.
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

    /// The error without this token in it: an API may repeat in its words what it was sent.
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

/// All of a token but its text.
pub(crate) struct TokenParts {
    pub(crate) refresh: Option<SecretText>,
    pub(crate) scope: Option<Box<str>>,
    pub(crate) sent: UnixTime,
    pub(crate) up: Option<Duration>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) generation: u64,
}

/// Text that a header can carry: visible ASCII, and some of it. A header would take other bytes as well, and not give them back as
/// text.
pub(crate) fn is_token(text: &str) -> bool {
    // Without a way out in the middle, so that many bytes are looked at together.
    let odd = |odd: bool, byte: u8| odd | !byte.is_ascii_graphic();
    !text.is_empty() && !text.bytes().fold(false, odd)
}

/// `Bearer ` and the token, as a header wants it.
pub(crate) fn bearer(access_token: &str) -> SecretBytes {
    let mut bytes = Vec::with_capacity(SCHEME.len() + access_token.len());
    bytes.extend_from_slice(SCHEME.as_bytes());
    bytes.extend_from_slice(access_token.as_bytes());
    SecretBytes::new(bytes)
}

/// How long before its end the next token is fetched: a tenth of its life, at most ten minutes, and up to a quarter less of
/// that, so that tokens that were got together are not renewed together.
fn ahead(lifetime: Duration, generation: u64) -> Duration {
    let most = (lifetime / 10).min(Duration::from_secs(600));
    // Spread out by the generation, a number that no two accounts have in common for long; it is no secret.
    let spread = (generation.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as u32;
    most - most / 4 * spread / (1 << 16)
}

/// How long before its end it is no longer sent: a twentieth of its life, at most a minute.
fn too_late(lifetime: Duration) -> Duration {
    (lifetime / 20).min(Duration::from_secs(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const DAY: Duration = Duration::from_secs(86_400);

    fn token(up: Option<Duration>, lifetime: Option<Duration>) -> Token {
        Token::new(
            bearer("s3cret"),
            TokenParts {
                refresh: None,
                scope: None,
                sent: UnixTime::from_secs(1_000_000),
                up,
                lifetime,
                generation: 1,
            },
        )
        .expect("a header")
    }

    fn at(wall: i64, up: u64) -> Now {
        Now {
            wall: UnixTime::from_secs(u64::try_from(1_000_000 + wall).expect("after the epoch")),
            monotonic: Duration::from_secs(100 + up),
        }
    }

    #[test]
    fn two_clocks() {
        let received = Some(Duration::from_secs(100));
        let check = |what: &str, up, now: Now, expect| {
            assert_eq!(token(up, Some(HOUR)).freshness(now), expect, "{what}");
        };
        check("just received", received, at(0, 0), Freshness::Fresh);
        check("in mid-life", received, at(1800, 1800), Freshness::Fresh);
        check("ahead of its end", received, at(3300, 3300), Freshness::Due);
        check(
            "too late to send",
            received,
            at(3545, 3545),
            Freshness::Expired,
        );
        check(
            "woken from a long sleep that the monotonic clock missed",
            received,
            at(86_400, 5),
            Freshness::Expired,
        );
        check(
            "the clock was set back",
            received,
            at(-86_400, 1800),
            Freshness::Fresh,
        );
        check(
            "the clock was set back, and an hour passed",
            received,
            at(-86_400, 3600),
            Freshness::Expired,
        );
        check(
            "from a store that another clock wrote",
            None,
            at(-86_400, 0),
            Freshness::Fresh,
        );
        check(
            "from a store, long ago",
            None,
            at(86_400, 0),
            Freshness::Expired,
        );
        assert_eq!(
            token(None, None).freshness(at(1 << 30, 0)),
            Freshness::Fresh
        );
    }

    #[test]
    fn the_hot_path_agrees_with_the_clocks() {
        for lifetime in [None, Some(Duration::from_secs(2)), Some(HOUR), Some(DAY)] {
            let token = token(Some(Duration::from_secs(100)), lifetime);
            for second in (0..4000).chain(85_700..86_500) {
                let now = at(second, u64::try_from(second).expect("not negative"));
                let fresh = token.freshness(now) == Freshness::Fresh;
                let serves = token.freshness(now) != Freshness::Expired;
                let wall = now.wall.to_system();
                assert_eq!(
                    (token.is_fresh_at(wall), token.is_usable_at(wall)),
                    (fresh, serves),
                    "{lifetime:?} after {second} s"
                );
            }
            let before = at(-1, 0).wall.to_system();
            assert!(!token.is_fresh_at(before) && !token.is_usable_at(before));
        }
    }

    #[test]
    fn tokens_that_were_got_together_are_not_renewed_together() {
        let due = |generation: u64| {
            let ahead = ahead(HOUR, generation);
            assert!(ahead <= HOUR / 10 && ahead >= HOUR * 3 / 40, "{ahead:?}");
            assert!(ahead > too_late(HOUR));
            ahead
        };
        let now = 1_790_000_000_000;
        let moments: std::collections::BTreeSet<_> = (now..now + 1000).map(due).collect();
        assert!(moments.len() > 900, "{}", moments.len());
        let widest = moments.last().zip(moments.first()).map(|(a, b)| *a - *b);
        assert!(widest > Some(Duration::from_secs(80)), "{widest:?}");
    }

    #[test]
    fn nothing_shows_it() {
        let token = token(None, Some(HOUR));
        assert!(!format!("{token:?}").contains("s3cret"));
        assert!(!format!("{:?}", token.header).contains("s3cret"));
        assert_eq!(token.expose_secret(), "s3cret");
    }
}

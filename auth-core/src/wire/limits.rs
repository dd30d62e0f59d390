//! The limits of one exchange: bytes and time.

use std::time::Duration;

/// The limits of one exchange, a request and its response, and whether the response is secret.
///
/// ```
/// use std::time::Duration;
/// use auth_core::Limits;
///
/// // A large download: at most 500 MB in five minutes.
/// let limits = Limits::api().with_max_bytes(500_000_000).with_timeout(Duration::from_secs(300));
/// assert_eq!(limits.max_bytes(), 500_000_000);
/// assert!(!limits.is_secret());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    max_bytes: usize,
    timeout: Duration,
    secret: bool,
    media: bool,
}

impl Limits {
    /// Returns the limits for API calls: 64 MiB, 30 s, not secret.
    #[must_use]
    pub const fn api() -> Self {
        Self {
            max_bytes: 64 << 20,
            timeout: Duration::from_secs(30),
            secret: false,
            media: false,
        }
    }

    /// Returns the limits for token requests: 1 MiB, 30 s, and the response is wiped when dropped.
    #[must_use]
    pub const fn token() -> Self {
        Self {
            max_bytes: 1 << 20,
            timeout: Duration::from_secs(30),
            secret: true,
            media: false,
        }
    }

    /// Sets the maximum length of the response body, in bytes.
    #[must_use]
    pub const fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Marks the response as media, a photo or a sound. Its bytes count towards the media windows
    /// of a [`RateLimit`](crate::RateLimit).
    #[must_use]
    pub const fn media(mut self) -> Self {
        self.media = true;
        self
    }

    /// Returns whether the response is a photo or a sound.
    #[must_use]
    pub const fn is_media(&self) -> bool {
        self.media
    }

    /// Sets the maximum time of the exchange, connecting and reading included.
    #[must_use]
    pub const fn with_timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// Marks the response as secret: it is wiped when dropped.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Returns the maximum length of the response body, in bytes.
    #[must_use]
    pub const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Returns the maximum time of the exchange.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns whether the response is secret.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret
    }
}

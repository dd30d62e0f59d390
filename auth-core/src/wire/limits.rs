//! What one exchange may cost.

use std::time::Duration;

/// What one exchange may cost, and whether its response is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    response: usize,
    time: Duration,
    secret: bool,
    media: bool,
}

impl Limits {
    /// For API calls: 64 MiB, 30 s, no secret.
    #[must_use]
    pub const fn api() -> Self {
        Self {
            response: 64 << 20,
            time: Duration::from_secs(30),
            secret: false,
            media: false,
        }
    }

    /// For token requests: 1 MiB, 30 s, and the response is wiped.
    #[must_use]
    pub const fn token() -> Self {
        Self {
            response: 1 << 20,
            time: Duration::from_secs(30),
            secret: true,
            media: false,
        }
    }

    /// The longest answer, in bytes.
    #[must_use]
    pub const fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.response = bytes;
        self
    }

    /// The response is a photo or a sound: its bytes count towards the volume that a [`RateLimit`](crate::RateLimit) allows.
    #[must_use]
    pub const fn media(mut self) -> Self {
        self.media = true;
        self
    }

    /// Whether the response is a photo or a sound.
    #[must_use]
    pub const fn is_media(&self) -> bool {
        self.media
    }

    /// The time for the whole exchange, connecting and reading included.
    #[must_use]
    pub const fn with_timeout(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// The response is wiped when dropped.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The longest answer, in bytes.
    #[must_use]
    pub const fn max_bytes(&self) -> usize {
        self.response
    }

    /// The time for the whole exchange.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.time
    }

    /// Whether the response is secret.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret
    }
}

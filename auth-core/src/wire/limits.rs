//! What one exchange may cost.

use std::time::Duration;

/// What one exchange may cost, and whether its answer is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    answer: usize,
    time: Duration,
    secret: bool,
    media: bool,
}

impl Limits {
    /// For API calls: 64 MiB, 30 s, no secret.
    #[must_use]
    pub const fn api() -> Self {
        Self {
            answer: 64 << 20,
            time: Duration::from_secs(30),
            secret: false,
            media: false,
        }
    }

    /// For token requests: 1 MiB, 30 s, and the answer is wiped.
    #[must_use]
    pub const fn token() -> Self {
        Self {
            answer: 1 << 20,
            time: Duration::from_secs(30),
            secret: true,
            media: false,
        }
    }

    /// The longest answer, in bytes.
    #[must_use]
    pub const fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.answer = bytes;
        self
    }

    /// The answer is a photo or a sound: its bytes count towards the volume that a [`RateLimit`](crate::RateLimit) allows.
    #[must_use]
    pub const fn media(mut self) -> Self {
        self.media = true;
        self
    }

    /// Whether the answer is a photo or a sound.
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

    /// The answer is wiped when dropped.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The longest answer, in bytes.
    #[must_use]
    pub const fn max_bytes(&self) -> usize {
        self.answer
    }

    /// The time for the whole exchange.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.time
    }

    /// Whether the answer is secret.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret
    }
}

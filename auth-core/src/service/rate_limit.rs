//! How fast a service wants to be asked, as a value. Who keeps to it is the client.

use std::time::Duration;

/// How fast a client asks a service: all its sessions together, because services count by address.
///
/// A request waits for its turn; one that would wait longer than [`patience`](Self::patience) ends with an error that says when
/// it could go. Nothing is held back towards a loopback IP.
///
/// Requests to the APIs count. Logins, the renewal of tokens and the derivation of second ones take no turn and are not counted: a
/// caller waits for them with the turn that it already has, or will have, and they are few (one derivation a day for each account, by
/// iNaturalist's times, whatever the number of callers). After 429 they keep to waits of their own.
///
/// ```
/// use std::time::Duration;
/// use auth_core::RateLimit;
///
/// let pace = RateLimit::every(Duration::from_secs(1))
///     .with_burst(5)
///     .with_window(55, Duration::from_secs(60))
///     .with_window(10_000, Duration::from_secs(86_400))
///     .with_media_window(5_000_000_000, Duration::from_secs(3600));
/// assert_eq!(pace.windows().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    spacing: Duration,
    burst: u32,
    windows: Vec<(u64, Duration)>,
    volumes: Vec<(u64, Duration)>,
    pause: Duration,
    patience: Duration,
}

impl RateLimit {
    /// One request in this time, on average.
    #[must_use]
    pub fn every(spacing: Duration) -> Self {
        Self {
            spacing,
            burst: 1,
            windows: Vec::new(),
            volumes: Vec::new(),
            pause: Duration::from_secs(30),
            patience: Duration::from_secs(600),
        }
    }

    /// As fast as it goes.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::every(Duration::ZERO)
    }

    /// So many may go at once after a quiet time. One unless set.
    #[must_use]
    pub fn with_burst(mut self, requests: u32) -> Self {
        self.burst = requests.max(1);
        self
    }

    /// Never more than so many requests in any stretch of time of this length. Limits add up: a minute's and a day's.
    ///
    /// Up to 200 requests are counted one by one; more by twenty-fourths of the time, so that a little less than all may go.
    #[must_use]
    pub fn with_window(mut self, requests: u32, within: Duration) -> Self {
        self.windows.push((requests.max(1).into(), within));
        self
    }

    /// Never more than so many bytes of media in any stretch of time of this length: the answers to operations that say so
    /// ([`Limits::media`](crate::Limits::media)). Those of a response that broke off count, too.
    ///
    /// Bytes are counted once they have come. So what is under way at the moment when it is enough still comes: one response for each
    /// request that is sent at the same time.
    #[must_use]
    pub fn with_media_window(mut self, bytes: u64, within: Duration) -> Self {
        self.volumes.push((bytes.max(1), within));
        self
    }

    /// How long everybody waits after 429 (RFC 6585 section 4) where the service does not say: 30 s unless set.
    #[must_use]
    pub fn with_pause_after_429(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// How long a request waits for its turn at most: 10 minutes unless set.
    #[must_use]
    pub fn with_max_wait(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// One request in this time.
    #[must_use]
    pub fn spacing(&self) -> Duration {
        self.spacing
    }

    /// How many may go at once.
    #[must_use]
    pub fn burst(&self) -> u32 {
        self.burst
    }

    /// How many requests in how long.
    #[must_use]
    pub fn windows(&self) -> &[(u64, Duration)] {
        &self.windows
    }

    /// How many bytes of media in how long.
    #[must_use]
    pub fn media_windows(&self) -> &[(u64, Duration)] {
        &self.volumes
    }

    /// The wait after 429.
    #[must_use]
    pub fn pause_after_429(&self) -> Duration {
        self.pause
    }

    /// The longest wait for a turn.
    #[must_use]
    pub fn max_wait(&self) -> Duration {
        self.patience
    }

    /// Nothing is limited.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.spacing.is_zero() && self.windows.is_empty() && self.volumes.is_empty()
    }
}

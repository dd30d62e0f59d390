//! The limits of one exchange: bytes and time.

use std::time::Duration;

/// The limits of one exchange, a request and its response, and whether the response is secret.
///
/// # Time
/// The [`timeout`](Self::timeout) ends an exchange that gets stuck. It begins anew with each step:
/// once the request is sent, and once the head of the response has arrived. A body starts it anew
/// with every 16 KiB that move in either direction. So 5 MB over a slow line arrive, however long
/// they take; silence, or a server that sends byte by byte, ends the exchange.
///
/// The [`total_timeout`](Self::total_timeout), if there is one, ends an exchange however much
/// moves. [`Limits::token`] has one.
///
/// ```
/// use std::time::Duration;
/// use auth_core::Limits;
///
/// // A large download: at most 500 MB in an hour, and never a minute without progress.
/// let limits = Limits::api()
///     .with_max_bytes(500_000_000)
///     .with_timeout(Duration::from_secs(60))
///     .with_total_timeout(Duration::from_secs(3600));
/// assert_eq!(limits.max_bytes(), 500_000_000);
/// assert!(!limits.is_secret());
/// ```
#[doc(alias = "deadline")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    max_bytes: usize,
    timeout: Duration,
    total: Option<Duration>,
    secret: bool,
    media: bool,
    single_use: bool,
}

impl Limits {
    /// Returns the limits for API calls: 64 MiB, 30 s without progress, not secret.
    #[must_use]
    pub const fn api() -> Self {
        Self {
            max_bytes: 64 << 20,
            timeout: Duration::from_secs(30),
            total: None,
            secret: false,
            media: false,
            single_use: false,
        }
    }

    /// Returns the limits for token requests: 1 MiB, 30 s in total, and the response is wiped when
    /// dropped.
    #[must_use]
    pub const fn token() -> Self {
        Self {
            max_bytes: 1 << 20,
            timeout: Duration::from_secs(30),
            total: Some(Duration::from_secs(30)), // other processes may wait for this renewal
            secret: true,
            media: false,
            single_use: false,
        }
    }

    /// Sets the maximum length of the response body, in bytes. If the server compressed it, the
    /// decompressed bytes count.
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

    /// Sets the maximum time without progress, as described [above](Self#time). Raises a shorter
    /// total timeout to it.
    #[must_use]
    pub const fn with_timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        match self.total {
            Some(total) if total.as_nanos() < time.as_nanos() => self.total = Some(time),
            _ => {}
        }
        self
    }

    /// Sets the maximum time of the whole exchange, connecting and reading included, however much
    /// moves.
    ///
    /// ```
    /// use std::time::Duration;
    /// use auth_core::Limits;
    ///
    /// // A program that would rather give up than wait longer than 5 s.
    /// let limits = Limits::api().with_total_timeout(Duration::from_secs(5));
    /// assert_eq!(limits.total_timeout(), Some(Duration::from_secs(5)));
    /// ```
    #[must_use]
    pub const fn with_total_timeout(mut self, time: Duration) -> Self {
        self.total = Some(time);
        self
    }

    /// Marks the response as secret: it is wiped when dropped.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Marks the request as one that can be sent only once, such as a refresh token or a code. A
    /// transport sends it on a new connection, or on one that was in use within the last
    /// [`JUST_USED`](Self::JUST_USED). A server may be closing one that was idle for longer, and
    /// whether the request arrived is then unknown.
    ///
    /// ```
    /// use auth_core::Limits;
    ///
    /// assert!(Limits::token().single_use().is_single_use());
    /// ```
    #[must_use]
    pub const fn single_use(mut self) -> Self {
        self.single_use = true;
        self
    }

    /// Returns whether the request can be sent only once.
    #[must_use]
    pub const fn is_single_use(&self) -> bool {
        self.single_use
    }

    /// How long a connection may have been idle on which a [single use](Self::single_use) is sent.
    /// Servers keep idle connections for some seconds at least.
    pub const JUST_USED: Duration = Duration::from_secs(1);

    /// Returns the maximum length of the response body, in bytes.
    #[must_use]
    pub const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Returns the maximum time without progress.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns the maximum time of the whole exchange. `None` if progress alone counts.
    #[must_use]
    pub const fn total_timeout(&self) -> Option<Duration> {
        self.total
    }

    /// Returns whether the response is secret.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret
    }
}

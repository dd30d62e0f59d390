//! A client-side rate limit, as a value. The client applies it.

use std::time::Duration;

/// The rate limit of a service's client: all its sessions together, because services count by
/// address.
///
/// A request waits for a permit. It fails if the wait would exceed [`max_wait`](Self::max_wait);
/// the error says when to retry. Requests to a loopback IP are not limited.
///
/// Requests to APIs, renewals and token derivations count. A renewal or a derivation does not
/// queue, because the calls in the queue wait for its token. It delays only the requests after it.
/// For the end of a pause that a 429 asked for it waits up to 10 s. Logins do not count: a user is
/// waiting, and they are few.
///
/// ```
/// use std::time::Duration;
/// use auth_core::RateLimit;
///
/// let limit = RateLimit::every(Duration::from_secs(1))
///     .with_burst(5)
///     .with_window(55, Duration::from_secs(60))
///     .with_window(10_000, Duration::from_secs(86_400))
///     .with_media_window(5_000_000_000, Duration::from_secs(3600));
/// assert_eq!(limit.windows().len(), 2);
/// ```
#[doc(alias = "throttle")]
#[doc(alias = "rate limit")]
#[doc(alias = "quota")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RateLimit {
    spacing: Duration,
    burst: u32,
    windows: Vec<(u64, Duration)>,
    media_windows: Vec<(u64, Duration)>,
    pause_after_429: Duration,
    max_wait: Duration,
    address: String,
}

impl RateLimit {
    /// Limits to one request in this time, on average.
    #[must_use]
    pub fn every(spacing: Duration) -> Self {
        Self {
            spacing,
            burst: 1,
            windows: Vec::new(),
            media_windows: Vec::new(),
            pause_after_429: Duration::from_secs(30),
            max_wait: Duration::from_secs(600),
            address: String::new(),
        }
    }

    /// Makes a rate limit that limits nothing.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::every(Duration::ZERO)
    }

    /// Sets how many requests may be sent at once after an idle time. Default: 1.
    #[must_use]
    pub fn with_burst(mut self, requests: u32) -> Self {
        self.burst = requests.max(1);
        self
    }

    /// Allows at most this many requests in any period of this length. Call it repeatedly to add
    /// windows: one of a minute, one of a day.
    ///
    /// Up to 200 requests are counted one by one, in a period that is longer by a 40th, at most by
    /// 1 s. A busy machine sends some of them late. Larger numbers are counted in 24ths of the
    /// period, so slightly fewer requests than `requests` may be sent.
    #[must_use]
    pub fn with_window(mut self, requests: u32, within: Duration) -> Self {
        self.windows.push((requests.max(1).into(), within));
        self
    }

    /// Allows at most this many bytes of media in any period of this length: the responses to
    /// operations marked with [`Limits::media`](crate::Limits::media). The bytes of a response that
    /// broke off count too.
    ///
    /// Bytes count once they are received. Responses that are in flight when the limit is reached
    /// are still received: one for each concurrent request.
    #[must_use]
    pub fn with_media_window(mut self, bytes: u64, within: Duration) -> Self {
        self.media_windows.push((bytes.max(1), within));
        self
    }

    /// Sets how long all requests wait after a 429 (RFC 6585 section 4) without `Retry-After`.
    /// Default: 30 s.
    #[doc(alias = "retry")]
    #[doc(alias = "backoff")]
    #[must_use]
    pub fn with_pause_after_429(mut self, pause: Duration) -> Self {
        self.pause_after_429 = pause;
        self
    }

    /// Sets the maximum wait of a request for a permit. Default: 10 minutes.
    #[must_use]
    pub fn with_max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// Names the address that this program sends from, for hosts that share a store and do not all
    /// send from one address. Programs with the same name share the limit over the store, programs
    /// with another one have a limit of their own. Default: an empty name.
    ///
    /// Choose any name, such as that of the site or of the gateway. A name for each host where all
    /// hosts are behind one gateway exceeds the service's limit.
    ///
    /// ```
    /// use std::time::Duration;
    /// use auth_core::RateLimit;
    ///
    /// let limit = RateLimit::every(Duration::from_secs(1)).with_address("gateway-basel");
    /// assert_eq!(limit.address(), "gateway-basel");
    /// ```
    #[must_use]
    pub fn with_address(mut self, name: &str) -> Self {
        name.clone_into(&mut self.address);
        self
    }

    /// Returns the time in which one request may be sent, on average.
    #[must_use]
    pub fn spacing(&self) -> Duration {
        self.spacing
    }

    /// Returns how many requests may be sent at once after an idle time.
    #[must_use]
    pub fn burst(&self) -> u32 {
        self.burst
    }

    /// Returns the windows: how many requests in which period.
    #[must_use]
    pub fn windows(&self) -> &[(u64, Duration)] {
        &self.windows
    }

    /// Returns the media windows: how many bytes in which period.
    #[must_use]
    pub fn media_windows(&self) -> &[(u64, Duration)] {
        &self.media_windows
    }

    /// Returns how long all requests wait after a 429 without `Retry-After`.
    #[must_use]
    pub fn pause_after_429(&self) -> Duration {
        self.pause_after_429
    }

    /// Returns the maximum wait for a permit.
    #[must_use]
    pub fn max_wait(&self) -> Duration {
        self.max_wait
    }

    /// Returns the name of the address that the program sends from. Empty by default.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns whether nothing is limited.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.spacing.is_zero() && self.windows.is_empty() && self.media_windows.is_empty()
    }
}

//! Time as an argument: a wall clock reading and a monotonic one, read together by the driver.

use std::{fmt, time::Duration};

/// A time of day: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Displays as an HTTP date, or as `never` from the year 10,000 on.
///
/// ```
/// use std::time::Duration;
/// use auth_core::UnixTime;
///
/// let issued = UnixTime::from_secs(784_111_777);
/// assert_eq!(issued.to_string(), "Sun, 06 Nov 1994 08:49:37 GMT");
/// let expires = issued.plus(Duration::from_secs(3600));
/// assert_eq!(expires.since(issued), Duration::from_secs(3600));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u64);

impl UnixTime {
    /// Makes a time from milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Makes a time from seconds since the epoch.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Converts a reading of the standard clock. A time before the epoch becomes the epoch.
    #[must_use]
    pub fn from_system(time: std::time::SystemTime) -> Self {
        Self(millis(
            time.duration_since(std::time::UNIX_EPOCH)
                .unwrap_or_default(),
        ))
    }

    /// Converts to a reading of the standard clock. Returns the end of the year 9999 if that clock
    /// cannot represent the time.
    #[must_use]
    pub fn to_system(self) -> std::time::SystemTime {
        let since = |duration| std::time::UNIX_EPOCH.checked_add(duration);
        let time = since(Duration::from_millis(self.0));
        let time = time.or_else(|| since(Duration::from_secs(END_OF_9999)));
        time.unwrap_or(std::time::UNIX_EPOCH)
    }

    /// Returns milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Returns whole seconds since the epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// Returns this time plus a duration, or the largest time if the sum overflows.
    #[must_use]
    pub fn plus(self, while_: Duration) -> Self {
        Self(self.0.saturating_add(millis(while_)))
    }

    /// Returns the time from `earlier` to this, or zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// The first second of the year 10,000: HTTP dates have four digits for the year.
const END_OF_9999: u64 = 253_402_300_800;

impl serde::Serialize for UnixTime {
    /// As a number of whole seconds, as JWT and RFC 7662 write times.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.as_secs())
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = std::time::UNIX_EPOCH.checked_add(Duration::from_secs(self.as_secs()));
        match time.filter(|_| self.as_secs() < END_OF_9999) {
            Some(time) => write!(f, "{}", httpdate::fmt_http_date(time)),
            None => f.write_str("never"),
        }
    }
}

/// A reading of both clocks, taken together.
///
/// `wall` jumps when the user or NTP sets the clock. `monotonic` never jumps, but is valid in this
/// process only.
///
/// ```
/// use std::{sync::LazyLock, time::{Instant, SystemTime}};
/// use auth_core::{Now, UnixTime};
///
/// static START: LazyLock<Instant> = LazyLock::new(Instant::now);
///
/// fn now() -> Now {
///     let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
///     Now {
///         wall: UnixTime::from_secs(wall.map_or(0, |since| since.as_secs())),
///         monotonic: START.elapsed(),
///     }
/// }
///
/// assert!(now().monotonic <= now().monotonic);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Now {
    /// The time of day, by the wall clock.
    pub wall: UnixTime,
    /// Monotonic time since a fixed moment, valid in this process only.
    pub monotonic: Duration,
}

/// Converts to whole milliseconds, at most `u64::MAX`.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the time of a response by the server's clock, from its `Date` header (RFC 9110 section
/// 6.6.1). `None` if the header is missing or invalid.
///
/// Pass the headers to [`TokenResponse::with_date`](crate::TokenResponse::with_date) to compute a
/// lifetime without this machine's clock.
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// headers.insert("date", "Sun, 06 Nov 1994 08:49:37 GMT".parse().expect("a header value"));
/// let time = auth_core::server_time(&headers).expect("a date");
/// assert_eq!(time.as_secs(), 784_111_777);
/// ```
#[doc(alias = "clock skew")]
#[must_use]
pub fn server_time(headers: &http::HeaderMap) -> Option<UnixTime> {
    http_date(headers.get(http::header::DATE)?)
}

pub(crate) fn http_date(value: &http::HeaderValue) -> Option<UnixTime> {
    httpdate::parse_http_date(value.to_str().ok()?)
        .ok()
        .map(UnixTime::from_system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        let late = UnixTime::from_millis(u64::MAX);
        assert_eq!(late.plus(Duration::MAX), late);
        assert_eq!(
            UnixTime::from_secs(1).since(UnixTime::from_secs(2)),
            Duration::ZERO
        );
        assert_eq!(late.to_string(), "never");
        let written = serde_json::to_string(&UnixTime::from_millis(1_500)).expect("a number");
        assert_eq!(written, "1");
        let back = UnixTime::from_system(late.to_system());
        // The clock of Windows ends in the year 30828.
        let expect = if cfg!(windows) {
            UnixTime::from_secs(END_OF_9999)
        } else {
            late
        };
        assert_eq!(back, expect);
        assert_eq!(
            UnixTime::from_secs(0).to_string(),
            "Thu, 01 Jan 1970 00:00:00 GMT"
        );
    }

    #[test]
    fn dates_of_headers() {
        let check = |text: &'static str, expect: Option<u64>| {
            assert_eq!(
                http_date(&http::HeaderValue::from_static(text)).map(UnixTime::as_secs),
                expect
            );
        };
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777));
        check("yesterday", None);
    }
}

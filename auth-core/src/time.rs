//! Time as an argument: a wall clock reading and a monotonic one, always taken together by the driver.

use std::{fmt, time::Duration};

/// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u64);

impl UnixTime {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// From a standard clock reading; a time before the epoch becomes the epoch.
    #[must_use]
    pub fn from_system(time: std::time::SystemTime) -> Self {
        Self(millis(
            time.duration_since(std::time::UNIX_EPOCH)
                .unwrap_or_default(),
        ))
    }

    /// As a reading of the standard clock; the end of the year 9999 where that cannot count so far.
    #[must_use]
    pub fn to_system(self) -> std::time::SystemTime {
        let since = |duration| std::time::UNIX_EPOCH.checked_add(duration);
        let time = since(Duration::from_millis(self.0));
        let time = time.or_else(|| since(Duration::from_secs(END_OF_9999)));
        time.unwrap_or(std::time::UNIX_EPOCH)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// This time and a while; stops at the end of time instead of overflowing.
    #[must_use]
    pub fn plus(self, while_: Duration) -> Self {
        Self(self.0.saturating_add(millis(while_)))
    }

    /// How long it is from `earlier` to here; nothing if it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// The first second of the year 10,000.
const END_OF_9999: u64 = 253_402_300_800;

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = std::time::UNIX_EPOCH.checked_add(Duration::from_secs(self.as_secs()));
        match time.filter(|_| self.as_secs() < END_OF_9999) {
            Some(time) => write!(f, "{}", httpdate::fmt_http_date(time)),
            None => f.write_str("never"),
        }
    }
}

/// Both clocks, read together.
///
/// `wall` may jump when somebody sets the clock; `up` never does, but means nothing to another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time of day.
    pub wall: UnixTime,
    /// Time since some fixed moment of this process.
    pub monotonic: Duration,
}

/// Whole milliseconds, at most `u64::MAX`.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What time it was by the server's own clock when it answered, by its `Date` header (RFC 9110 section 6.6.1).
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
        assert_eq!(UnixTime::from_system(late.to_system()), late);
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

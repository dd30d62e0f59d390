//! The deadline of one exchange, which progress moves on. For transports.

use std::time::Duration;

use super::limits::Limits;

/// Number of bytes that count as progress. It is small enough for a line of 5 kbit/s with a timeout
/// of 30 s. It is large enough that a server cannot hold a client with single bytes.
const STEP: u64 = 16 << 10;

/// When an exchange must end, as its [`Limits`] say. For transports.
///
/// It reads no clock: all times are since the start of the exchange.
///
/// ```
/// use std::time::Duration;
/// use auth_core::{Deadline, Limits};
///
/// let seconds = Duration::from_secs;
/// let mut deadline = Deadline::new(&Limits::api().with_timeout(seconds(30)));
/// assert_eq!(deadline.left(seconds(10)), seconds(20));
/// deadline.moved(16 << 10, seconds(10));
/// assert_eq!(deadline.left(seconds(10)), seconds(30));
/// assert!(deadline.left(seconds(40)).is_zero());
/// ```
#[doc(alias = "timeout")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    timeout: Duration,
    at: Duration,
    total: Duration,
    /// Number of bytes that moved since the timeout last began.
    moved: u64,
}

impl Deadline {
    /// Makes the deadline of an exchange that starts now.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let timeout = limits.timeout();
        Self {
            timeout,
            at: timeout,
            total: limits.total_timeout().unwrap_or(Duration::MAX),
            moved: 0,
        }
    }

    /// Begins the timeout anew: the request is sent, or the head of the response has arrived.
    pub fn step(&mut self, now: Duration) {
        self.moved = 0;
        self.at = now.saturating_add(self.timeout);
    }

    /// Counts bytes of a body that were sent or received. Every 16 KiB begin the timeout anew.
    pub fn moved(&mut self, bytes: u64, now: Duration) {
        self.moved = self.moved.saturating_add(bytes);
        if self.moved >= STEP {
            self.step(now);
        }
    }

    /// Returns the time that is left. Zero if the exchange must end.
    #[must_use]
    pub fn left(&self, now: Duration) -> Duration {
        self.at.min(self.total).saturating_sub(now)
    }

    /// Returns the time after which an exchange that moves at most `bytes` has ended in any case.
    #[must_use]
    pub fn longest(limits: &Limits, bytes: u64) -> Duration {
        let steps = u32::try_from(bytes / STEP + 3).unwrap_or(u32::MAX);
        let longest = limits.timeout().saturating_mul(steps);
        longest.min(limits.total_timeout().unwrap_or(Duration::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Simulates a body that comes at this rate, and returns when the exchange ended and with how
    /// many bytes.
    fn receive(limits: &Limits, body: u64, bytes_per_second: u64) -> (u64, u64) {
        let mut deadline = Deadline::new(limits);
        let (mut now, mut received) = (0, 0);
        while received < body {
            now += 1;
            if deadline.left(s(now)).is_zero() {
                break;
            }
            received += bytes_per_second;
            deadline.moved(bytes_per_second, s(now));
        }
        (now, received.min(body))
    }

    #[test]
    fn what_moves_arrives_and_what_does_not_ends() {
        let check = |limits: Limits, body, rate, expect| {
            assert_eq!(receive(&limits, body, rate), expect, "{limits:?}");
        };
        let api = Limits::api();
        check(api, 5_000_000, 125_000, (40, 5_000_000)); // 1 Mbit/s
        check(api, 5_000_000, 1_000, (5_000, 5_000_000));
        check(api, 5_000_000, 50, (30, 1_450));
        check(api, 5_000_000, 0, (30, 0));
        check(Limits::token(), 1_000_000, 10_000, (30, 290_000));
        let api = api.with_total_timeout(s(10));
        check(api, 5_000_000, 125_000, (10, 1_125_000));
    }

    #[test]
    fn every_limit_is_what_it_says() {
        for seconds in [1, 29, 30, 31, 120, 300, 600, 86_400, u64::MAX] {
            let limits = Limits::api().with_timeout(s(seconds));
            let mut deadline = Deadline::new(&limits);
            assert_eq!(deadline.left(Duration::ZERO), s(seconds));
            deadline.step(s(7));
            assert_eq!(deadline.left(s(7)), s(seconds).min(Duration::MAX - s(7)));
            let whole = Limits::token().with_timeout(s(seconds));
            assert_eq!(whole.total_timeout(), Some(s(seconds.max(30))));
        }
        let longest = |limits: &Limits, bytes| Deadline::longest(limits, bytes);
        assert_eq!(longest(&Limits::api(), 0), s(90));
        assert_eq!(longest(&Limits::api(), 64 << 20), s(4_099 * 30));
        assert_eq!(longest(&Limits::token(), 64 << 20), s(30));
        let never = Limits::api().with_timeout(Duration::MAX);
        assert_eq!(longest(&never, u64::MAX), Duration::MAX);
    }
}

//! The retry policies of this crate, with doubling waits and jitter.

use std::time::Duration;

use auth_core::Now;

/// How often to try, and how long to wait in between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    /// The number of tries, including the first.
    pub(crate) tries: u32,
    /// The wait after the first failure; each further one doubles it.
    pub(crate) first: Duration,
    /// The longest of these waits.
    pub(crate) most: Duration,
    /// The caller gets the error at once if a server asks for a longer wait than this. Where no
    /// server asks, it gets it after this time in all.
    pub(crate) longest_wait: Duration,
}

/// An operation. With four tries a server may restart in between (0.25, 0.5 and 1 s). If the server
/// asks for more than 20 s, the program decides.
pub(crate) const CALL: RetryPolicy = RetryPolicy {
    tries: 4,
    first: Duration::from_millis(250),
    most: Duration::from_secs(4),
    longest_wait: Duration::from_secs(20),
};

/// A token request that is safe to repeat. Shorter than a call: all callers of the
/// account wait for it, and it holds the lease, for which other programs wait [`LEASE`].
pub(crate) const RENEWAL: RetryPolicy = RetryPolicy {
    tries: 3,
    first: Duration::from_millis(200),
    most: Duration::from_secs(1),
    longest_wait: Duration::from_secs(10),
};

/// A lease that another program holds. It holds it for one token request, so the first polls come
/// quickly. A holder that dies in the middle of a request leaves a lease that ends by time. It
/// lasts as long as that request might have taken, 30 s, and 5 s more; the wait outlasts it.
pub(crate) const LEASE: RetryPolicy = RetryPolicy {
    tries: u32::MAX,
    first: Duration::from_millis(20),
    most: Duration::from_millis(250),
    longest_wait: Duration::from_secs(40),
};

/// A renewal ahead of time, while the old token is still valid. Waiting costs nothing, and a
/// server that is down for long gets one request in five minutes.
pub(crate) const AHEAD_OF_TIME: RetryPolicy = RetryPolicy {
    tries: u32::MAX,
    first: Duration::from_secs(5),
    most: Duration::from_secs(300),
    longest_wait: Duration::MAX,
};

/// A save of a token that is in memory only, in the background. One look at the store tells whether
/// it is back, whatever the number of accounts, so it may come often. Another host that waits for
/// the lease of such a token waits [`LEASE`], which is several of these.
pub(crate) const SAVE: RetryPolicy = RetryPolicy {
    tries: u32::MAX,
    first: Duration::from_secs(1),
    most: Duration::from_secs(10),
    longest_wait: Duration::MAX,
};

/// More doublings than any policy reaches; keeps the sum finite.
const DOUBLINGS: u32 = 16;

impl RetryPolicy {
    /// Returns the wait after this number of failures. It is 75 to 100 % of the calculated one, so
    /// that callers that failed at the same time do not retry at the same time.
    pub(crate) fn wait(&self, failures: u32, now: Now) -> Duration {
        let wait = (self.first * (1 << failures.min(DOUBLINGS))).min(self.most);
        wait - wait.mul_f64(0.25 * jitter(now))
    }

    /// Returns the wait before the next try, at least what the server asks for. `None` if that is
    /// too long or this was the last try.
    pub(crate) fn next(
        &self,
        failures: u32,
        retry_after: Option<Duration>,
        now: Now,
    ) -> Option<Duration> {
        let wait = self
            .wait(failures, now)
            .max(retry_after.unwrap_or_default());
        (failures + 1 < self.tries && wait <= self.longest_wait).then_some(wait)
    }
}

/// Returns a number from 0 to 1, from the clock's nanoseconds: jitter, not a secret.
fn jitter(now: Now) -> f64 {
    let mixed = (now.monotonic.as_nanos() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    f64::from(mixed as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use auth_core::UnixTime;

    use super::*;

    fn at(nanos: u64) -> Now {
        Now {
            wall: UnixTime::default(),
            monotonic: Duration::from_nanos(nanos),
        }
    }

    #[test]
    fn waits_double_within_bounds() {
        let check = |policy: RetryPolicy, full: &[u64]| {
            for (failures, full) in (0..).zip(full) {
                let wait = policy.wait(failures, at(u64::from(failures) * 1_234_567));
                let full = Duration::from_millis(*full);
                assert!(
                    wait <= full && wait >= full.mul_f64(0.749),
                    "{wait:?} of {full:?}"
                );
            }
        };
        check(CALL, &[250, 500, 1000, 2000, 4000, 4000]);
        check(RENEWAL, &[200, 400, 800, 1000]);
        check(LEASE, &[20, 40, 80, 160, 250, 250]);
        check(
            AHEAD_OF_TIME,
            &[5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000],
        );
        check(SAVE, &[1000, 2000, 4000, 8000, 10_000, 10_000]);
        assert!(
            3 * SAVE.most < LEASE.longest_wait,
            "a host that waits outlasts some pauses"
        );
        let long_down = AHEAD_OF_TIME.wait(u32::MAX, at(1));
        assert!(long_down <= AHEAD_OF_TIME.most, "{long_down:?}");
    }

    #[test]
    fn tries_end_and_a_long_wait_is_not_waited() {
        let check = |policy: RetryPolicy, failures, server_wait: Option<u64>, expect: bool| {
            let next = policy.next(failures, server_wait.map(Duration::from_secs), at(0));
            assert_eq!(
                next.is_some(),
                expect,
                "{failures} {server_wait:?} {next:?}"
            );
        };
        check(CALL, 2, None, true);
        check(CALL, 3, None, false);
        check(CALL, 0, Some(20), true);
        check(CALL, 0, Some(21), false);
        check(RENEWAL, 1, Some(10), true);
        check(RENEWAL, 2, None, false);
        check(RENEWAL, 0, Some(11), false);
    }
}

//! How long to wait before the next try: doubling, with jitter, bounded.

use std::time::Duration;

use auth_core::Now;

/// Waits that double from `first` to `most`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    next: Duration,
    most: Duration,
}

impl Backoff {
    pub(crate) const fn new(first: Duration, most: Duration) -> Self {
        Self { next: first, most }
    }

    /// The next wait: between three quarters and all of it, so that those who failed together do not come back together.
    pub(crate) fn next(&mut self, now: Now) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(self.most);
        shortened(wait, now)
    }
}

/// Between three quarters and all of a wait.
pub(crate) fn shortened(wait: Duration, now: Now) -> Duration {
    wait - wait.mul_f64(0.25 * jitter(now))
}

/// A number from 0 to 1, from the clock's nanoseconds: spread out, not secret.
fn jitter(now: Now) -> f64 {
    let mixed = (now.monotonic.as_nanos() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    f64::from(mixed as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use auth_core::UnixTime;

    use super::*;

    #[test]
    fn waits_double_within_bounds() {
        let mut backoff = Backoff::new(Duration::from_millis(20), Duration::from_millis(250));
        for (count, full) in [20, 40, 80, 160, 250, 250].into_iter().enumerate() {
            let now = Now {
                wall: UnixTime::default(),
                monotonic: Duration::from_nanos(count as u64 * 1_234_567),
            };
            let wait = backoff.next(now);
            let full = Duration::from_millis(full);
            assert!(
                wait <= full && wait >= full.mul_f64(0.749),
                "{wait:?} of {full:?}"
            );
        }
    }
}

//! Waits for the lease of an account while another program holds it.

use std::time::Duration;

use auth_core::{Cause, Error, ErrorKind, Now};

use crate::retry::LEASE;

/// The state of one wait for a lease.
#[derive(Debug, Default)]
pub(crate) struct LeaseBackoff {
    polls: u32,
    began: Option<Duration>,
}

impl LeaseBackoff {
    /// Returns how long to sleep before the next try.
    ///
    /// # Errors
    /// If the waits add up to the limit of [`LEASE`]. A lease cannot be taken from a program that
    /// hangs.
    pub(crate) fn wait(&mut self, now: Now) -> Result<Duration, Error> {
        let began = *self.began.get_or_insert(now.monotonic);
        if now.monotonic.saturating_sub(began) < LEASE.longest_wait {
            self.polls += 1;
            return Ok(LEASE.wait(self.polls - 1, now));
        }
        let what = format!(
            "another program has held the lease of this account for {} s",
            LEASE.longest_wait.as_secs()
        );
        Err(Error::new(ErrorKind::TimedOut, what)
            .with_cause(Cause::LeaseHeld)
            .with_help("try again; if it happens again, look for a program that hangs"))
    }
}

#[cfg(test)]
mod tests {
    use auth_core::UnixTime;

    use super::*;

    #[test]
    fn the_wait_ends() {
        let mut backoff = LeaseBackoff::default();
        let mut now = Now {
            wall: UnixTime::default(),
            monotonic: Duration::from_secs(1000),
        };
        let mut polls = 0;
        let error = loop {
            match backoff.wait(now) {
                Ok(wait) => now.monotonic += wait,
                Err(error) => break error,
            }
            polls += 1;
        };
        assert!((160..270).contains(&polls), "{polls}");
        assert!(error.is_retryable());
        assert_eq!(error.cause(), Some(Cause::LeaseHeld));
    }
}

//! Waiting for the lease of an account while somebody else has it.

use std::time::Duration;

use auth_core::{Error, ErrorKind, Now};

use crate::retry::Backoff;

/// One wait for a lease: asks again every 20 to 250 ms, for 30 s.
#[derive(Debug)]
pub(crate) struct LeaseBackoff {
    polls: Backoff,
    began: Option<Duration>,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl LeaseBackoff {
    pub(crate) fn new() -> Self {
        Self {
            polls: Backoff::new(Duration::from_millis(20), Duration::from_millis(250)),
            began: None,
        }
    }

    /// How long to sleep before asking again.
    ///
    /// # Errors
    /// It has been long enough: a holder that hangs cannot be robbed.
    pub(crate) fn wait(&mut self, now: Now) -> Result<Duration, Error> {
        let began = *self.began.get_or_insert(now.monotonic);
        if now.monotonic.saturating_sub(began) < PATIENCE {
            return Ok(self.polls.next(now));
        }
        let what = format!(
            "another program has held the lease of this account for {} s",
            PATIENCE.as_secs()
        );
        Err(Error::new(ErrorKind::TimedOut, what)
            .with_help("try again; if it happens again, look for a program that hangs"))
    }
}

#[cfg(test)]
mod tests {
    use auth_core::UnixTime;

    use super::*;

    #[test]
    fn patience_ends() {
        let mut queue = LeaseBackoff::new();
        let mut now = Now {
            wall: UnixTime::default(),
            monotonic: Duration::from_secs(1000),
        };
        let mut polls = 0;
        let error = loop {
            match queue.wait(now) {
                Ok(wait) => now.monotonic += wait,
                Err(error) => break error,
            }
            polls += 1;
        };
        assert!((120..200).contains(&polls), "{polls}");
        assert!(error.is_retryable());
    }
}

//! Waiting, and giving up.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, Operation};

use super::check::{Checked, Miss, fails, holds};
use crate::rig::{Calling, PATIENCE, Seat};

/// Waits until it is so, not for ever.
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> Checked<bool>) -> Checked {
    let end = Instant::now() + PATIENCE;
    while !is_so()? {
        if Instant::now() >= end {
            return Err(Miss::new(what, format!("not within {PATIENCE:?}")));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// A caller that is gone, while its renewal goes on.
pub(super) struct GivenUp<T> {
    /// In words.
    pub(super) how: &'static str,
    leader: Option<Calling<T>>,
}

/// Gives a call up in the middle of the renewal that it waits for: async by dropping its future, blocking by a second
/// caller whose patience ends while the first goes on. `renewing` says that the renewal is under way.
pub(super) fn give_up<O>(
    seat: &Seat,
    operation: O,
    renewing: impl FnOnce() -> bool,
) -> Checked<GivenUp<O::Output>>
where
    O: Operation + Clone + Send + Sync + 'static,
    O::Output: Send + 'static,
{
    let first = seat.begin(operation.clone());
    holds("the renewal has reached the server", renewing())?;
    match seat {
        Seat::Blocking(session) => {
            let hasty = session
                .clone()
                .with_renewal_timeout(Duration::from_millis(200));
            let gave_up = hasty.send(operation);
            fails("out of patience", gave_up, |error| {
                error.kind() == ErrorKind::TimedOut
            })?;
            Ok(GivenUp {
                how: "a caller ran out of patience",
                leader: Some(first),
            })
        }
        Seat::Async(..) => {
            let cancelled = first.cancel();
            cancelled.map_err(|got| Miss::new("a call dropped in mid-renewal", got))?;
            Ok(GivenUp {
                how: "the caller's future was dropped",
                leader: None,
            })
        }
    }
}

impl<T> GivenUp<T> {
    /// Waits for the caller that leads the renewal, where there is one.
    pub(super) fn leader_ends(self) -> Checked {
        if let Some(leader) = self.leader {
            leader.join()?;
        }
        Ok(())
    }
}

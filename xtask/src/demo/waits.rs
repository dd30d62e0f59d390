//! Waiting for a condition, and giving up a call.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, Operation};

use super::check::{Checked, Miss, fails, holds};
use crate::rig::{Calling, MAX_WAIT, Seat};

/// Waits until `is_so` returns true, for a limited time.
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> Checked<bool>) -> Checked {
    let end = Instant::now() + MAX_WAIT;
    while !is_so()? {
        if Instant::now() >= end {
            return Err(Miss::new(what, format!("not within {MAX_WAIT:?}")));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// A caller that gave up while its renewal is still running.
pub(super) struct GivenUp<T> {
    /// How it gave up, in words.
    pub(super) how: &'static str,
    leader: Option<Calling<T>>,
}

/// Gives up a call in the middle of the renewal that it waits for. Async: drops its future.
/// Blocking: a second caller times out while the first still waits. `renewing` returns whether the
/// renewal is running.
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
            fails("renewal timeout", gave_up, |error| {
                error.kind() == ErrorKind::TimedOut
            })?;
            Ok(GivenUp {
                how: "a caller timed out",
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
    /// Waits for the caller that leads the renewal, if there is one.
    pub(super) fn leader_ends(self) -> Checked {
        if let Some(leader) = self.leader {
            leader.join()?;
        }
        Ok(())
    }
}

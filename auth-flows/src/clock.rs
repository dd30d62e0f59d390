//! Reads the clocks and the random number generator; no other file does.

use std::{
    sync::LazyLock,
    time::{Duration, Instant, SystemTime},
};

use auth_core::{BoxFuture, Entropy, Error, ErrorKind, Now, UnixTime};

use crate::sync::park::park_on;

/// Reads both clocks.
pub(crate) fn now() -> Now {
    #[cfg(test)]
    if let Some(now) = test::now() {
        return now;
    }
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Now {
        monotonic: START.elapsed(),
        wall: UnixTime::from_system(wall()),
    }
}

/// Reads the wall clock only, for the hot path: a token from memory costs one clock reading.
#[inline]
pub(crate) fn wall() -> SystemTime {
    #[cfg(test)]
    if let Some(now) = test::now() {
        return now.wall.to_system();
    }
    SystemTime::now()
}

/// Blocks this thread for a while.
pub(crate) fn sleep(duration: Duration) {
    #[cfg(test)]
    if test::now().is_some() {
        return test::advance(duration);
    }
    std::thread::sleep(duration);
}

/// Blocks this thread until the future is ready, at most for this long.
pub(crate) fn sleep_until(future: BoxFuture<'static, ()>, longest: Duration) {
    #[cfg(test)]
    if test::now().is_some() {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        if std::pin::pin!(future).poll(&mut context).is_pending() {
            test::advance(longest);
        }
        return;
    }
    park_on(future, longest);
}

/// Draws entropy for one login.
///
/// # Errors
/// [`ErrorKind::Configuration`] if the operating system returns none.
pub(crate) fn entropy() -> Result<Entropy, Error> {
    let mut bytes = [0; 64];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            "cannot read random numbers from the operating system",
        )
        .with_source(error)
    })?;
    Ok(Entropy::new(bytes))
}

/// A clock of the test's own, for the code that runs on its thread.
#[cfg(test)]
pub(crate) mod test {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static ELAPSED: Cell<Option<Duration>> = const { Cell::new(None) };
        static SKEW: Cell<i64> = const { Cell::new(0) };
    }

    /// Starts the clock of this thread, or ends it.
    pub(crate) fn set(elapsed: Option<Duration>) {
        ELAPSED.set(elapsed);
    }

    pub(crate) fn advance(by: Duration) {
        ELAPSED.set(ELAPSED.get().map(|elapsed| elapsed + by));
    }

    /// Sets by how many seconds the wall clock is wrong. Returns by how many it was before.
    pub(crate) fn set_wrong(seconds: i64) -> i64 {
        SKEW.replace(seconds)
    }

    pub(crate) fn now() -> Option<Now> {
        let elapsed = ELAPSED.get()?;
        let start = 1_790_000_000_000;
        let millis = u64::try_from(elapsed.as_millis()).expect("a test ends");
        let wrong = SKEW.get().saturating_mul(1000);
        Some(Now {
            monotonic: elapsed,
            wall: UnixTime::from_millis((start + millis).saturating_add_signed(wrong)),
        })
    }
}

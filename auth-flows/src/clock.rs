//! Reads the clocks and the random number generator; no other file does.

use std::{
    sync::LazyLock,
    time::{Instant, SystemTime},
};

use auth_core::{Entropy, Error, ErrorKind, Now, UnixTime};

/// Reads both clocks.
pub(crate) fn now() -> Now {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Now {
        monotonic: START.elapsed(),
        wall: UnixTime::from_system(wall()),
    }
}

/// Reads the wall clock only, for the hot path: a token from memory costs one clock reading.
#[inline]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
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

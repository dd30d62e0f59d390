//! The one place that reads the clocks and the random number generator.

use std::{
    sync::LazyLock,
    time::{Instant, SystemTime},
};

use auth_core::{Entropy, Error, ErrorKind, Now, UnixTime};

/// Both clocks.
pub(crate) fn now() -> Now {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Now {
        monotonic: START.elapsed(),
        wall: UnixTime::from_system(wall()),
    }
}

/// The wall clock alone, for the hot path.
#[inline]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

/// Fresh entropy for one login.
pub(crate) fn entropy() -> Result<Entropy, Error> {
    let mut bytes = [0; 64];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            "the operating system gives no random numbers",
        )
        .with_source(error)
    })?;
    Ok(Entropy::new(bytes))
}

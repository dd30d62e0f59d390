//! The primitives with which callers wait for a renewal. No other folder synchronises threads.

pub(crate) mod in_flight;
mod lock;
pub(crate) mod oneshot;
pub(crate) mod park;
mod primitives;
pub(crate) mod semaphore;
pub(crate) mod single_flight;

//! The only synchronisation: what callers and a renewal wait for each other with.

mod lock;
pub(crate) mod oneshot;
pub(crate) mod park;
mod primitives;
pub(crate) mod single_flight;

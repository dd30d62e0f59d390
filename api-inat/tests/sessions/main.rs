//! iNaturalist through whole sessions, in both worlds, against a server on loopback: which token goes where, private places, long
//! jobs that break off, and everything that is refused.

mod doors;
mod logins;
mod private_places;
mod refusals;
mod resuming;
mod scene;

//! iNaturalist through whole sessions, in both worlds, against a server on loopback: which token
//! goes where, private locations, interrupted long jobs, and refusals.

mod logins;
mod lost_writes;
mod private_places;
mod refusals;
mod resuming;
mod scene;
mod token_of_each_api;

//! Everything together, over a server on loopback: sessions, answers, logins, secrets, in both worlds.

mod callbacks;
mod common;
mod device;
mod failures;
mod rate_limit;
mod responses;
mod secrets;
mod sessions;
mod shared_rate_limit;
mod upkeep;
mod worlds;

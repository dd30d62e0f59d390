//! Everything together, over a server on loopback: sessions, answers, logins, secrets, in both worlds.

mod answers;
mod callbacks;
mod common;
mod device;
mod failures;
mod pace;
mod pace_of_processes;
mod secrets;
mod sessions;
mod upkeep;
mod worlds;

//! An authorization and resource server on loopback for tests, in the dialects of real server software.
#![doc = include_str!("../README.md")]

mod authorize;
mod builder;
mod client;
mod clock;
mod connection;
mod derived;
mod dialect;
mod faults;
mod gate;
mod held;
mod pages;
mod params;
pub mod person;
mod random;
pub mod raw;
mod redirect;
mod resource;
mod seen;
mod serve;
mod server;
mod state;
mod target;
mod token;
pub mod transport_suite;
mod watch;
mod wire;

pub use builder::{Rotation, TestServerBuilder};
pub use client::TestClient;
pub use dialect::Dialect;
pub use faults::{Fault, Faults};
pub use gate::Hold;
pub use seen::{Mark, Seen, SeenRequest};
pub use server::TestServer;
pub use target::{Kind, On};
pub use watch::Passage;

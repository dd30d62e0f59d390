//! Info Flora as typed operations: its service, and what its API is known to answer.
#![doc = include_str!("../README.md")]

mod envelope;
mod errors;
mod joined;
#[macro_use]
mod record;
pub mod observations;
mod service;
#[cfg(feature = "testkit")]
pub mod testkit;
mod version;

pub use envelope::Envelope;
pub use joined::Joined;
pub use service::{ServiceBuilder, service};
pub use version::Version;

/// The name of the API within the service: everything under `/rest`.
pub const API: &str = "rest";

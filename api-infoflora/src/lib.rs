//! Info Flora as typed operations: its service, and what its API is known to answer.
#![doc = include_str!("../README.md")]

#[macro_use]
mod call;
mod envelope;
mod errors;
pub mod guide;
mod joined;
mod names;
#[macro_use]
mod record;
pub mod atlas;
pub mod observations;
pub mod releves;
mod rest;
mod scope;
mod service;
pub mod taxonomy;
#[cfg(feature = "testkit")]
pub mod testkit;
mod version;

pub use envelope::Envelope;
pub use joined::Joined;
pub use names::CREDENTIALS;
pub use rest::{Rest, RestList};
pub use scope::Scope;
pub use service::{NO_CLIENT, ServiceBuilder, service, service_without_client};
pub use version::Version;

/// The name of the API within the service: everything under `/rest`.
pub const API: &str = "rest";

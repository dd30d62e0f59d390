//! Info Flora as typed operations: its service, and the known part of its API.
//!
#![doc = include_str!("links.md")]
#![doc = include_str!("../README.md")]
#![doc = include_str!("items.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[macro_use]
mod operation;
#[macro_use]
mod record;
pub mod atlas;
mod credential_names;
mod envelope;
mod errors;
pub mod guide;
pub mod observations;
mod path;
pub mod releves;
mod rest;
mod scope;
mod service;
mod string_list;
pub mod taxonomy;
#[cfg(feature = "testkit")]
pub mod testkit;
mod version;

pub use credential_names::CREDENTIALS;
pub use envelope::Envelope;
pub use path::API;
pub use rest::{Rest, RestList};
pub use scope::Scope;
pub use service::{
    NO_CLIENT, ServiceBuilder, rate_limit, service, service_from, service_without_client,
};
pub use string_list::StringList;
pub use version::Version;

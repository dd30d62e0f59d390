//! iNaturalist as typed operations: its service, its second token, and what its API can be asked.
#![doc = include_str!("../README.md")]

mod api_token;
mod errors;
mod list;
#[macro_use]
pub mod model;
mod service;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod v1;

pub use api_token::ApiToken;
pub use list::{Ids, Words};
pub use service::{NO_APPLICATION, ServiceBuilder, service, service_without_application};
/// The default version of the API is v1: `api_inat::users::Me` is `api_inat::v1::users::Me`.
pub use v1::*;

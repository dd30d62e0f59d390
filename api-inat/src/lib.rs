//! iNaturalist as typed operations: its service, its second token, and what its API can be asked.
#![doc = include_str!("../README.md")]

mod answer;
mod api_token;
mod body;
mod call;
mod cursor;
mod errors;
mod fields;
pub mod guide;
mod list;
mod media;
#[macro_use]
mod operation;
mod page;
mod paging;
mod plausible;
mod upload;
mod value;
mod when;
#[macro_use]
pub mod model;
mod names;
mod service;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod v0;
pub mod v1;
pub mod v2;

pub use answer::{Done, OneRecord, Raw};
pub use api_token::ApiToken;
pub use fields::Fields;
/// The crate for dates and times that parameters and records are made of.
pub use jiff;
pub use list::{Ids, Words};
pub use names::CREDENTIALS;
pub use page::Page;
pub use paging::Progress;
pub use service::{NO_APPLICATION, ServiceBuilder, pace, service, service_without_application};
pub use upload::{LARGEST_UPLOAD, Upload};
/// The default version of the API is v1: `api_inat::users::Me` is `api_inat::v1::users::Me`.
pub use v1::*;
pub use when::When;

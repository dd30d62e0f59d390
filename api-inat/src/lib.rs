//! iNaturalist's API as typed operations, with its service and its two tokens.
//!
#![doc = include_str!("links.md")]
#![doc = include_str!("../README.md")]
#![doc = include_str!("items.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod credential_names;
pub mod guide;
mod media;
pub mod model;
mod operation;
mod parameter;
mod rest;
mod service;
#[cfg(feature = "testkit")]
pub mod testkit;
mod upload;
pub mod v0;
pub mod v1;
pub mod v2;

pub use credential_names::CREDENTIALS;
/// The crate for dates and times, used by parameters and records.
pub use jiff;
pub use operation::{
    page::Page,
    paging::Progress,
    response::{Empty, OneRecord, Raw},
};
pub use parameter::{
    date_or_time::DateOrTime,
    fields::Fields,
    lists::{IdList, StringList},
};
pub use rest::{Rest, RestList};
pub use service::{
    NO_APPLICATION, ServiceBuilder, rate_limit, service, service_from, service_without_application,
};
pub use upload::{LARGEST_UPLOAD, Upload};
pub use v0::api_token::ApiToken;
/// The default version of the API is v1: `api_inat::users::Me` is `api_inat::v1::users::Me`.
pub use v1::*;

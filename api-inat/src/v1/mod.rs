//! The API v1: one module for each kind of resource.
//!
//! Reads understand the API token alone; [`API`] is the name of the API in the [`Service`](auth_core::Service), which gives
//! it that token.

pub mod observations;
mod of;
mod page;
pub mod users;

pub use of::{Of, Single};
pub use page::Page;

/// The name of this API within the service.
pub const API: &str = "v1";

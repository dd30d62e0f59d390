//! Observations: by id, and searched.

mod get;
mod order;
mod paging;
mod search;

pub use get::Get;
pub use order::{Order, OrderBy};
pub use search::Search;

use std::time::Duration;

use auth_core::{Limits, Manner};

/// The most observations that one request may ask for (the Node API's observations controller).
pub(crate) const MOST: u64 = 200;

/// How many come where a request does not say (the same).
pub(crate) const USUAL: u64 = 30;

/// A token adds the caller's private fields, but is not needed. Full observations are long: 200 of them can be 20 MB.
const READ: Manner = Manner::read(super::API)
    .token_optional()
    .limits(Limits::api().within(Duration::from_secs(120)));

//! Projects: collections of observations.

mod members;
mod search;
mod write;

pub use members::{Join, Leave, Members, Membership, Role, Subscriptions};
pub use search::{Autocomplete, Get, OrderBy, Search};
pub use write::{Add, Remove, Update};

pub use crate::v1::users::ProjectType;

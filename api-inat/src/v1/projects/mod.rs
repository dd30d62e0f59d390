//! Projects: collections of observations.

mod members;
mod search;
mod write;

pub use members::{
    Followers, Join, Leave, Members, Membership, Posts, Role, Subscriptions, UpdateMembership,
};
pub use search::{Autocomplete, Get, OrderBy, Search};
pub use write::{Add, Create, Delete, Remove, Update};

pub use crate::v1::users::ProjectType;

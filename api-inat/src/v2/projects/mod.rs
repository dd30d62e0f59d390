//! Projects: search, read by id, their journal and their members.

mod members;
mod search;

pub use members::{Feature, Join, Leave, Members, MembersBy, Membership, Unfeature};
pub use search::{Get, Posts, Search};

//! Observations: search, read by UUID, create, change and delete them.

mod search;
mod write;

pub use search::{Get, Search};
pub use write::{Create, Delete, Update};

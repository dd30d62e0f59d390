//! Observations: searched, by UUID, made, changed, deleted.

mod search;
mod write;

pub use search::{Get, Search};
pub use write::{Create, Delete, Update};

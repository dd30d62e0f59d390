//! Observations.

mod list;
mod observation;

pub use list::List;
pub use observation::{Document, Observation};

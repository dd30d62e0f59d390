//! What the workspace's own tasks share: results, output, cargo, generated documents, tables and pip.

pub mod generated_doc;
pub mod output;
pub mod pip;
pub mod table;
mod task;

pub use task::{Outcome, Stop, Verdict, cargo, exit, metadata, no_arguments, output, root};

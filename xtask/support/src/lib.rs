//! What the workspace's own tasks share: results, output, cargo, generated documents, tables, pip and
//! database servers.

pub mod generated_doc;
pub mod output;
pub mod pip;
#[cfg(unix)]
pub mod servers;
pub mod table;
mod task;

pub use task::{Outcome, Stop, Verdict, cargo, exit, metadata, no_arguments, output, root};

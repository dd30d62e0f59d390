//! The works by the peers: the same client, the same server, the same responses as ours.

pub mod crowd;
pub mod exchange;
pub mod memory;
pub mod oauth2_values;
pub mod tokens;
pub mod wall;

pub use oauth2_values::WORKS;

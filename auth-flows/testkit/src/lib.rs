//! An authorization and resource server for tests, in the dialects of real server software.
#![doc = include_str!("../README.md")]
#![doc = include_str!("items.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod control;
mod dialect;
mod endpoint;
mod http;
#[cfg(feature = "person")]
pub mod person;
pub mod raw;
mod server;
mod state;
pub mod store_suite;
mod sync;
pub mod transport_suite;

pub use control::exchange::Exchange;
pub use control::faults::{Fault, Faults};
pub use control::hold::Hold;
pub use control::request_kind::{Matching, RequestKind};
pub use control::request_log::{LoggedRequest, Mark, RequestLog};
pub use dialect::Dialect;
pub use http::http1;
pub use server::TestServer;
pub use server::builder::TestServerBuilder;
pub use state::client::TestClient;
pub use state::settings::Rotation;

//! What others plug into: a transport, a runtime, a store, and the flows that drivers run over them.

mod flow;
mod runtime;
mod store;
mod transport;

pub use flow::{Event, Flow, Need, Step};
pub use runtime::{BoxFuture, Runtime};
pub use store::{Lease, Store};
pub use transport::{AsyncTransport, Limits, Sent, Transport, TransportError};

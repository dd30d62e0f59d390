//! The traits that other crates implement: transport, runtime, store; and the flows that drivers
//! run.

pub(crate) mod flow;
pub(crate) mod head;
pub(crate) mod runtime;
pub(crate) mod store;
pub(crate) mod transport;
pub(crate) mod transport_error;
pub(crate) mod transport_fn;

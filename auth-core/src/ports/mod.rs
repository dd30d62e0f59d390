//! What others plug into: a transport, a runtime, a store, and the flows that drivers run over them.

pub(crate) mod flow;
pub(crate) mod runtime;
pub(crate) mod store;
pub(crate) mod transport;

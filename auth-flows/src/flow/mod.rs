//! The conversations of several steps. Each is a state machine that does no I/O, drawn at the top
//! of its file.

pub(crate) mod call;
pub(crate) mod complete_login;
pub(crate) mod device_login;
pub(crate) mod erased;
mod lease_backoff;
pub(crate) mod logout;
pub(crate) mod renewal;

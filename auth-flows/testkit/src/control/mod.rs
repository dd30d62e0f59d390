//! What a test controls and reads while the server runs: faults, holds, the request log.

pub(crate) mod exchange;
pub(crate) mod faults;
pub(crate) mod hold;
pub(crate) mod request_kind;
pub(crate) mod request_log;

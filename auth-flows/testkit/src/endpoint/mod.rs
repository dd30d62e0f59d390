//! The endpoints that all dialects share, and the trait for their differences.

pub(crate) mod authorize;
pub(crate) mod derived;
pub(crate) mod issue;
pub(crate) mod resource;
pub(crate) mod session;
pub(crate) mod software;

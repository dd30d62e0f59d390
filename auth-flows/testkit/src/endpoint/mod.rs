//! The endpoints, as far as all server software has them alike.

pub(crate) mod authorize;
pub(crate) mod derived;
pub(crate) mod issue;
pub(crate) mod resource;
pub(crate) mod session;

//! Cases for more than one server, written once. Each server lists those that apply, with its own
//! applications.

pub(super) mod absent;
pub(super) mod introspection;
pub(super) mod login;
pub(super) mod logout;
pub(super) mod refusals;
pub(super) mod rotation;
pub(super) mod stored;
pub(super) mod tokens;

//! The parts of an API binding: a service, its operations, and its token records.

pub(crate) mod account_key;
pub(crate) mod api_response;
pub(crate) mod bound_operation;
pub(crate) mod credential_names;
pub(crate) mod description;
pub(crate) mod operation;
pub(crate) mod paged;
pub(crate) mod query;
pub(crate) mod rate_limit;
pub(crate) mod token_derivation;
pub(crate) mod token_record;

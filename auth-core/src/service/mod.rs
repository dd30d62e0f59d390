//! What an API binding is made of: a service, its operations, its tokens, and what is kept of them.

pub(crate) mod account_key;
pub(crate) mod api_response;
pub(crate) mod credential_names;
pub(crate) mod description;
pub(crate) mod operation;
pub(crate) mod paged;
pub(crate) mod query;
pub(crate) mod rate_limit;
pub(crate) mod token_record;

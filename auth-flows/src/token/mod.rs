//! An account's tokens in memory, and how they are renewed.

pub(crate) mod account;
pub(crate) mod cached_token;
pub(crate) mod cell;

pub(crate) mod lineage;
pub(crate) mod login_source;
pub(crate) mod negative_cache;
pub(crate) mod plain_token;
pub(crate) mod unsaved;

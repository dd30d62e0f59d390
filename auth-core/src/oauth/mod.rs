//! The messages of OAuth 2.0: one file for each. Each file names its RFC.

pub(crate) mod authorization_request;
pub(crate) mod authorization_response;
pub(crate) mod authorization_url;
pub(crate) mod challenge;
pub(crate) mod client;
pub(crate) mod device;
pub(crate) mod error_response;
pub(crate) mod introspection;
pub(crate) mod json_object;
pub(crate) mod jwt;
pub(crate) mod metadata;
pub(crate) mod pkce;
pub(crate) mod pushed_request;
pub(crate) mod revocation;
pub(crate) mod server;
pub(crate) mod token;
mod token_error;
pub(crate) mod token_request;
pub(crate) mod token_response;

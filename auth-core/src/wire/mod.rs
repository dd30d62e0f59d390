//! Requests, responses and URLs, and the secrets in them that are never shown.

pub(crate) mod body;
pub(crate) mod body_reader;
pub(crate) mod coding;
pub(crate) mod deadline;
pub(crate) mod form;
mod from_text;
pub(crate) mod limits;
pub(crate) mod message;
pub(crate) mod pasted;
pub(crate) mod proxy;
pub(crate) mod redirect;
pub(crate) mod response_body;
pub(crate) mod response_buffer;
pub(crate) mod response_error;
pub(crate) mod retry_after;
pub(crate) mod secret;
pub(crate) mod secret_json;
pub(crate) mod server_message;
pub(crate) mod url;

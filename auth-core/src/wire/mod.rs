//! What travels, and what may never be shown.

pub(crate) mod body;
pub(crate) mod form;
pub(crate) mod limits;
pub(crate) mod message;
pub(crate) mod redirect;
pub(crate) mod response_body;
pub(crate) mod secret;
pub(crate) mod url;

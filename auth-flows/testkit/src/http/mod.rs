//! HTTP/1.1 on a socket, and the parameters, pages and redirects that all dialects share.

pub(crate) mod codec;
pub mod http1;
pub(crate) mod pages;
pub(crate) mod params;
pub(crate) mod redirect;
pub(crate) mod reply;
pub(crate) mod response;
pub(crate) mod unread;

//! HTTP/1.1 on a socket: requests in, responses out.

pub(crate) mod codec;
pub(crate) mod pages;
pub(crate) mod params;
pub(crate) mod redirect;
pub(crate) mod reply;
pub(crate) mod unread;

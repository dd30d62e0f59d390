//! A request and how to read its response.

use super::{body::Request, limits::Limits, response_body::Response};
use crate::error::Error;

/// A complete request, and how to read its response. Examples are a token request, a revocation,
/// and an operation bound to its API and token.
///
/// Send it with any HTTP client: convert [`request`](Self::request), and pass the response to
/// [`parse`](Self::parse). The sender
///
/// - follows no redirect, and returns every status as a response,
/// - keeps the [`limits`](Self::limits), of bytes and of time,
/// - sends a [`Body::Stream`](crate::Body::Stream) by
///   [`Body::into_reader`](crate::Body::into_reader), since [`Body::bytes`](crate::Body::bytes)
///   gives `None` for one.
///
/// A [`Transport`](crate::Transport) does all of it. The README of http-ureq has it for an agent of
/// your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a complete message",
    label = "does not implement `auth_core::Message`",
    note = "`Service::bind` makes a message of an operation and a token"
)]
pub trait Message {
    /// What the response is read into.
    type Output;

    /// Returns the complete request, headers and body included.
    ///
    /// # Errors
    /// Fails if the message's values do not make a request, e.g. with
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the server lacks the
    /// endpoint.
    fn request(&self) -> Result<Request, Error>;

    /// Reads the response, whatever its status.
    ///
    /// # Errors
    /// Fails if the server refused the request, or if the response is malformed.
    fn parse(&self, response: Response) -> Result<Self::Output, Error>;

    /// Returns the limits of the exchange.
    fn limits(&self) -> Limits;
}

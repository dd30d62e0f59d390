//! A request and the reading of its response, complete in itself.

use super::{body::Request, limits::Limits, response_body::Response};
use crate::error::Error;

/// An exchange that is complete in itself: a token request, a revocation, or an operation bound to its API and token.
pub trait Message {
    /// What the response is read into.
    type Output;

    /// The request with everything on it.
    ///
    /// # Errors
    /// It cannot be made from what was given.
    fn request(&self) -> Result<Request, Error>;

    /// Reads the response, whatever its status.
    ///
    /// # Errors
    /// The server refused, or the response cannot be read.
    fn parse(&self, response: Response) -> Result<Self::Output, Error>;

    /// What the exchange may cost.
    fn limits(&self) -> Limits;
}

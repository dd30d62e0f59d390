//! Whether a failed request reached the server.

use super::Error;

/// Whether a request that failed may have reached the server.
///
/// A program may repeat a [`NotSent`](Self::NotSent) request. It may repeat an
/// [`Unknown`](Self::Unknown) one only if the request is safe to repeat.
///
/// ```
/// use auth_core::{Delivery, TransportError};
///
/// let refused = TransportError::not_sent("connection refused");
/// assert_eq!(refused.delivery(), Delivery::NotSent); // even a write may be sent again
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Closed: a retry must handle each.
pub enum Delivery {
    /// The request certainly did not reach the server and can be sent again.
    NotSent,
    /// The request may have reached the server and had its effect.
    Unknown,
}

impl Error {
    pub(crate) fn with_delivery(mut self, sent: Delivery) -> Self {
        self.inner().sent = Some(sent);
        self
    }
}

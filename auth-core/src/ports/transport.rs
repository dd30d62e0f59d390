//! What sends a request and brings its response.

use std::{error::Error as StdError, fmt, sync::Arc};

use crate::{
    error::{Error, ErrorKind, delivery::Delivery, text::holds},
    wire::{body::Request, limits::Limits, response_body::Response},
};

/// Sends requests, blocking.
///
/// Whoever implements it promises: every status is a response and not an error; redirects are never followed; the response is
/// read in full within [`Limits`]; a body is opened once for each sending; an error tells whether the request may have
/// arrived, and how many bytes of a response had come. The transport suite of `auth-testkit` checks these promises.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request.
    ///
    /// # Errors
    /// No response came: the connection failed, time ran out, or the response was larger than allowed.
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError>;
}

/// Sends requests, async. The promises are those of [`Transport`]; dropping the future ends the exchange.
pub trait AsyncTransport: Send + Sync + 'static {
    /// Sends one request.
    ///
    /// # Errors
    /// As for [`Transport::send`].
    fn send(
        &self,
        request: Request,
        limits: &Limits,
    ) -> impl Future<Output = Result<Response, TransportError>> + Send;
}

impl<T: Transport> Transport for Arc<T> {
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        (**self).send(request, limits)
    }
}

impl<T: AsyncTransport> AsyncTransport for Arc<T> {
    fn send(
        &self,
        request: Request,
        limits: &Limits,
    ) -> impl Future<Output = Result<Response, TransportError>> + Send {
        (**self).send(request, limits)
    }
}

/// No response came.
pub struct TransportError {
    sent: Delivery,
    timed_out: bool,
    misconfigured: bool,
    received: u64,
    source: Arc<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// The request certainly did not reach the server. `source` must not show secrets when displayed.
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Delivery::NotSent, source.into())
    }

    /// The request may have reached the server. `source` must not show secrets when displayed.
    pub fn delivery_unknown(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Delivery::Unknown, source.into())
    }

    /// The transport itself is set up in a way that cannot work, such as without TLS: trying again changes nothing.
    #[must_use]
    pub fn misconfigured(mut self) -> Self {
        self.misconfigured = true;
        self
    }

    /// Time ran out.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.timed_out = true;
        self
    }

    /// So many bytes of the response's body had come before it broke off.
    #[must_use]
    pub fn with_received(mut self, bytes: u64) -> Self {
        self.received = bytes;
        self
    }

    /// How many bytes of the response's body had come: they count towards a [`RateLimit`](crate::RateLimit)'s volume like those of a whole
    /// one.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Whether the request may have reached the server.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.sent
    }

    /// Whether time ran out.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        self.timed_out
    }

    fn new(sent: Delivery, source: Box<dyn StdError + Send + Sync>) -> Self {
        Self {
            sent,
            timed_out: false,
            misconfigured: false,
            received: 0,
            source: Arc::from(source),
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.timed_out, self.sent) {
            (true, Delivery::NotSent) => "connecting timed out",
            (true, Delivery::Unknown) => "no response in time",
            (false, Delivery::NotSent) => "the request could not be sent",
            (false, Delivery::Unknown) => "connection lost",
        })?;
        // Clients wrap the cause that a person needs ("connection refused") in errors that say nothing.
        let mut cause: Option<&(dyn StdError + 'static)> = Some(&*self.source);
        let mut said = String::new();
        while let Some(error) = cause {
            let words = error.to_string();
            if !holds(&said, &words) {
                write!(f, ": {words}")?;
                said.push_str(&words);
            }
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportError({self})")
    }
}

impl StdError for TransportError {}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let (kind, advice) = match (error.misconfigured, error.timed_out) {
            (true, _) => (
                ErrorKind::Configuration,
                "change how the transport is built or set up",
            ),
            (false, true) => (ErrorKind::TimedOut, "check the network and try again"),
            (false, false) => (ErrorKind::Transport, "check the network and try again"),
        };
        Self::new(kind, error.to_string())
            .with_delivery(error.sent)
            .with_help(advice)
    }
}

//! The error of a transport: no response came.

use std::{error::Error as StdError, fmt, io};

use crate::{
    error::{
        Error,
        cause::{Cause, Origin},
        delivery::Delivery,
        host::Host,
        verdict::fault,
    },
    wire::response_error::ResponseError,
};

/// The error of a transport: no response arrived, and why.
///
/// The error that caused it is kept as text, and an [`io::Error`] of the system among its sources
/// as the [`source`](StdError::source). `{}` does not repeat the source; `{:#}` and `Debug` add it.
///
/// ```
/// use auth_core::{Delivery, Error, ErrorKind, TransportError};
///
/// let error = TransportError::delivery_unknown("deadline of 30 s").timed_out();
/// assert_eq!(error.delivery(), Delivery::Unknown);
/// assert_eq!(Error::from(error).kind(), ErrorKind::TimedOut);
/// ```
#[derive(Clone)]
pub struct TransportError {
    delivery: Delivery,
    timed_out: bool,
    misconfigured: bool,
    help: Option<&'static str>,
    /// Whom the request was for.
    host: Option<Host>,
    received: u64,
    origin: Origin,
}

impl TransportError {
    /// Makes an error of a request that certainly did not reach the server. `source` must not show
    /// secrets when displayed, such as a URL with its query.
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Delivery::NotSent, source.into())
    }

    /// Makes an error of a request that may have reached the server. `source` must not show secrets
    /// when displayed.
    pub fn delivery_unknown(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Delivery::Unknown, source.into())
    }

    /// Marks the fault as permanent: how the transport is built or set up, e.g. without TLS, or
    /// with certificates that it does not trust. Trying again changes nothing, so flows do not, and
    /// the [`Error`] is of kind [`Configuration`](crate::ErrorKind::Configuration). Without this
    /// mark a fault counts as one that goes away by itself.
    ///
    /// ```
    /// use auth_core::{Error, TransportError};
    ///
    /// let error = TransportError::not_sent("invalid peer certificate: UnknownIssuer")
    ///     .misconfigured()
    ///     .with_help("add the certificate of the company's proxy to the system's");
    /// assert!(error.is_misconfigured());
    /// let error = Error::from(error);
    /// assert!(error.is_configuration() && !error.is_retryable());
    /// ```
    #[must_use]
    pub fn misconfigured(mut self) -> Self {
        self.misconfigured = true;
        self
    }

    /// Sets what to do about it, in place of the general help.
    #[must_use]
    pub fn with_help(mut self, what_to_do: &'static str) -> Self {
        self.help = Some(what_to_do);
        self
    }

    /// Sets the cause, where no error of the system tells it: see [`Error::cause`].
    #[must_use]
    pub fn with_cause(mut self, cause: Cause) -> Self {
        self.origin.set_cause(cause);
        self
    }

    /// Names the server that the request was for. The message then says scheme, host and port of
    /// this URL, and nothing else of it. The drivers of auth-flows call it.
    ///
    /// ```
    /// use auth_core::TransportError;
    ///
    /// let uri = http::Uri::from_static("https://auth.example.org/token?key=value");
    /// let error = TransportError::not_sent("connection refused");
    /// let error = error.with_host(&uri);
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the request to https://auth.example.org could not be sent: connection refused"
    /// );
    /// ```
    #[must_use]
    pub fn with_host(mut self, url: &http::Uri) -> Self {
        self.host = Host::of(url).or(self.host);
        self
    }

    /// Returns whether the fault is permanent: see [`misconfigured`](Self::misconfigured).
    #[must_use]
    pub fn is_misconfigured(&self) -> bool {
        self.misconfigured
    }

    /// Marks the error as a timeout.
    #[doc(alias = "timeout")]
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.timed_out = true;
        self
    }

    /// Sets how many bytes of the response's body were received before the failure.
    #[must_use]
    pub fn with_received(mut self, bytes: u64) -> Self {
        self.received = bytes;
        self
    }

    /// Returns how many bytes of the response's body were received. They count towards the media
    /// windows of a [`RateLimit`](crate::RateLimit) as those of a complete response do.
    ///
    /// After a timeout in the middle of a body, the same request with the same limits would most
    /// likely end there again.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Returns whether the request may have reached the server.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.delivery
    }

    /// Returns whether the time ran out.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        self.timed_out
    }

    /// Returns what made the request fail, as [`Error::cause`] does.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.origin.cause()
    }

    /// Returns the kind of the system's error, as [`Error::io_kind`] does.
    #[must_use]
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        self.origin.io_kind()
    }

    fn new(delivery: Delivery, source: Box<dyn StdError + Send + Sync>) -> Self {
        Self {
            delivery,
            timed_out: false,
            misconfigured: false,
            help: None,
            host: None,
            received: 0,
            origin: Origin::new(&*source),
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = match (self.timed_out, self.delivery) {
            (true, Delivery::NotSent) => ("connecting", "timed out"),
            (true, Delivery::Unknown) if self.received > 0 => ("no complete response", "in time"),
            (true, Delivery::Unknown) => ("no response", "in time"),
            (false, Delivery::NotSent) => ("the request", "could not be sent"),
            (false, Delivery::Unknown) => ("connection", "lost"),
        };
        match &self.host {
            None => write!(f, "{before} {after}")?,
            Some(host) => {
                let link = match (self.timed_out, self.delivery) {
                    (true, Delivery::Unknown) => "from",
                    _ => "to",
                };
                write!(f, "{before} {link} {host} {after}")?;
            }
        }
        self.origin.fmt(f)
    }
}

impl fmt::Debug for TransportError {
    /// As `{:#}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl StdError for TransportError {
    /// Returns the system's error, an [`io::Error`], if one caused this one.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.origin.source()
    }
}

impl From<ResponseError> for TransportError {
    /// The request was delivered, but its response cannot be taken.
    fn from(error: ResponseError) -> Self {
        match error.is_permanent() {
            true => Self::delivery_unknown(error).misconfigured().with_help(
                "the server, or a proxy before it, must respect `Accept-Encoding`; to read such a \
                 response yourself, set the header on the request",
            ),
            false => Self::delivery_unknown(error),
        }
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let (kind, help) = fault(error.misconfigured, error.timed_out);
        let help = (error.help)
            .or_else(|| error.cause()?.help())
            .unwrap_or(help);
        Self::new(kind, error.to_string())
            .with_delivery(error.delivery)
            .with_help(help)
            .with_origin(error.origin.said())
    }
}

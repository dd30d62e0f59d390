//! The transport interface: sends a request, returns its response.

use std::{error::Error as StdError, fmt, io, sync::Arc};

use super::transport_fn::BoxTransport;
use crate::{
    error::{
        Error,
        cause::{Cause, Origin},
        delivery::Delivery,
        host::Host,
        verdict::fault,
    },
    wire::{body::Request, limits::Limits, response_body::Response, response_error::ResponseError},
};

/// Sends requests, blocking.
///
/// # Promises
/// An implementation makes these promises. The transport suite of `auth-testkit` checks them, and
/// names them by their numbers.
///
/// The response:
///
/// 1. Every status is a response, not an error. An interim one (100, 103) is never taken for it:
///    the final one after it is the response, or there is an error with the delivery unknown.
/// 2. It never follows a redirect.
/// 3. Headers and body arrive complete, whether the body has a `Content-Length`, comes in chunks or
///    ends with its connection. Chunks win over a `Content-Length` beside them, or the response is
///    an error.
/// 4. A response to HEAD, and one with status 204 or 304, has no body, whatever its head says.
///
/// The request:
///
/// 5. Method, path, query and headers are sent as they are. The transport adds `Host`, and may add
///    `Connection` and what its content codings need.
/// 6. A body is sent with its length, never in chunks, and an empty POST, PUT or PATCH with a
///    length of 0: [`Body::frame`](crate::Body::frame) sets the headers.
/// 7. A stream is opened once for each sending.
/// 8. If a stream does not open, the request is [not sent](TransportError::not_sent), and the error
///    says why.
/// 9. A stream that fails, or that is shorter or longer than announced, is an error at once, and
///    never arrives complete: [`Body::into_reader`](crate::Body::into_reader) fails before the last
///    byte. A body that fails midway is [delivery unknown](TransportError::delivery_unknown), since
///    its head has been sent; close the connection.
/// 10. A request arrives once at most, even if the server closes an idle connection just then. An
///     error is better than a second sending, on another connection as well.
/// 11. A request that [`check_head`](crate::check_head) rejects is not sent.
///
/// The limits, which are those of [`Limits`]:
///
/// 12. A response of exactly [`max_bytes`](Limits::max_bytes) arrives. A longer one is an error
///     that names the limit; decompressed bytes count. A
///     [`ResponseBuffer`](crate::ResponseBuffer) does that.
/// 13. A response that announces a longer body is an error before its body is read. So is one whose
///     head has no end: a transport reads no head of 4 MB.
/// 14. What does not move [times out](TransportError::timed_out), with the delivery unknown: a
///     silent server, a head or body that comes byte by byte, an upload that the server does not
///     read. A [`Deadline`](crate::Deadline) measures it.
/// 15. What moves goes on, however long it takes, a response and an upload alike.
/// 16. An error counts the bytes of the body that were
///     [received](TransportError::with_received) before it, as far as the HTTP client returned them.
/// 17. The [total timeout](Limits::total_timeout) ends what moves, too.
///
/// Content codings, of which [`AcceptedCoding`](crate::AcceptedCoding) and the buffer take care:
///
/// 18. A response in a coding that was asked for is decompressed, and has no headers that describe
///     the compressed body.
/// 19. Secrets, media and byte ranges are asked for uncompressed.
/// 20. An incomplete compressed body is an error.
/// 21. A coding that was not asked for is an error that names it.
/// 22. A request with an `Accept-Encoding` of its own gets its response as it comes.
///
/// Failures:
///
/// 23. If the name does not resolve or the connection is refused, the request is *not sent*. A
///     refused connection is named as the cause, and is neither a timeout nor
///     [permanent](TransportError::misconfigured).
/// 24. Plain http goes to loopback addresses only ([`is_loopback`](crate::is_loopback)), 127.0.0.1
///     and `[::1]` alike. For other
///     hosts the request is *not sent*, and the error is permanent and says to use https.
/// 25. https never falls back to plain http.
/// 26. After the request was sent, a failure without a response is
///     [delivery unknown](TransportError::delivery_unknown): a connection that is closed or reset,
///     an incomplete head, something that is not HTTP.
/// 27. An incomplete body is an error, never a response.
/// 28. No error shows a secret: nothing of the request's path, query, headers or body, and nothing
///     that the server sent, in any text of the error or of its sources.
/// 29. A [single use](Limits::single_use) is sent on no connection that has been idle for long, as
///     far as the HTTP client can tell.
///
/// [`transport_fn`] makes a transport of a function, such as a fake for tests. The package
/// `auth-flows/transports` of the repository has two transports to copy: over attohttpc, and over
/// reqwest-middleware.
///
/// [`transport_fn`]: crate::transport_fn
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a blocking transport",
    label = "does not implement `auth_core::Transport`",
    note = "an async transport, such as `http_reqwest::Reqwest`, goes with `auth_flows::AsyncClient`",
    note = "`auth_core::transport_fn` makes a blocking transport of a function"
)]
#[doc(alias = "http client")]
pub trait Transport: Send + Sync + 'static {
    /// Sends one request.
    ///
    /// # Errors
    /// Fails if no response came: the connection failed, the time ran out, or the response is
    /// larger than allowed.
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError>;
}

/// Sends requests, async. The promises are those of [`Transport`]. Dropping the future cancels the
/// exchange. [`boxed`](Self::boxed) forgets the type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an async transport",
    label = "does not implement `auth_core::AsyncTransport`",
    note = "a blocking transport, such as `http_ureq::Ureq`, goes with `auth_flows::Client`",
    note = "`auth_core::async_transport_fn` makes an async transport of a function"
)]
#[doc(alias = "http client")]
#[doc(alias = "cancel")]
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

    /// Returns this transport without its type.
    #[doc(alias = "dyn")]
    fn boxed(self) -> BoxTransport
    where
        Self: Sized,
    {
        BoxTransport::new(self)
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        (**self).send(request, limits)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
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
///
/// The error that caused it is kept as text, and an [`io::Error`] of the system among its sources as
/// the [`source`](StdError::source). `{}` does not repeat the source; `{:#}` and `Debug` add it.
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
    /// the [`Error`] is of kind [`Configuration`](crate::ErrorKind::Configuration). Without this mark a fault counts as
    /// one that goes away by itself.
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

    /// Sets what to do about it, in place of a general advice.
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

    /// Names whom the request was for: the message then says scheme, host and port of this URL, and
    /// nothing else of it. The drivers of auth-flows call it.
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
        let help = error.help.unwrap_or(help);
        Self::new(kind, error.to_string())
            .with_delivery(error.delivery)
            .with_help(help)
            .with_origin(error.origin.said())
    }
}

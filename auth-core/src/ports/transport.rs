//! The transport interface: sends a request, returns its response.

use std::{fmt, sync::Arc};

use super::{runtime::BoxFuture, transport_error::TransportError};
use crate::wire::{body::Request, limits::Limits, response_body::Response};

/// Sends requests, blocking.
///
/// # Promises
/// An implementation makes these promises. The transport suite of `auth-testkit` checks them, and
/// names them by their numbers.
///
/// The response:
///
/// 1. Every status is a response, not an error. An interim one (100, 103) is not the response. The
///    final one after it is, or there is an error with the delivery unknown.
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
///    length of 0. [`Body::frame`](crate::Body::frame) sets the headers.
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
/// 14. What does not move [times out](TransportError::timed_out), with the delivery unknown. It may
///     be a silent server, a head or body that comes byte by byte, or an upload that the server
///     does not read. A [`Deadline`](crate::Deadline) measures it.
/// 15. What moves continues, however long it takes: a response and an upload alike.
/// 16. An error counts the bytes of the body that were [received](TransportError::with_received)
///     before it, as far as the HTTP client returned them.
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
///     and `[::1]` alike. For other hosts the request is *not sent*, and the error is permanent and
///     says to use https.
/// 25. https never falls back to plain http.
/// 26. After the request was sent, a failure without a response is [delivery
///     unknown](TransportError::delivery_unknown). The connection may be closed or reset, the head
///     incomplete or not HTTP.
/// 27. An incomplete body is an error, never a response.
/// 28. No error shows a secret: nothing of the request's path, query, headers or body, and nothing
///     that the server sent. This includes the texts of its sources.
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
///
/// ```
/// use auth_core::{AsyncTransport, Limits, Request, Response, TransportError};
///
/// /// A transport that counts what it sends.
/// struct Counting<T>(T, std::sync::atomic::AtomicU64);
///
/// impl<T: AsyncTransport> AsyncTransport for Counting<T> {
///     async fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.send(request, limits).await
///     }
/// }
/// ```
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

impl<T: AsyncTransport> AsyncTransport for Box<T> {
    fn send(
        &self,
        request: Request,
        limits: &Limits,
    ) -> impl Future<Output = Result<Response, TransportError>> + Send {
        (**self).send(request, limits)
    }
}

/// An async transport of any type: one of two that a program chooses between, or one in a field
/// without a type parameter. Cheap to clone.
///
/// A blocking transport needs no such type: `Box<dyn Transport>` and `Arc<dyn Transport>` are
/// transports.
///
/// ```
/// use auth_core::{AsyncTransport, BoxTransport, TransportError, async_transport_fn};
///
/// fn choose(offline: bool, network: impl AsyncTransport) -> BoxTransport {
///     match offline {
///         true => async_transport_fn(async |_, _| Err(TransportError::not_sent("offline"))).boxed(),
///         false => network.boxed(),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct BoxTransport(Arc<dyn DynTransport>);

impl BoxTransport {
    /// Forgets the type of this transport.
    pub fn new(transport: impl AsyncTransport) -> Self {
        Self(Arc::new(transport))
    }

    /// Sends one request, as [`AsyncTransport::send`] does, with a future that has a name.
    pub fn send<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        self.0.send_boxed(request, limits)
    }
}

impl AsyncTransport for BoxTransport {
    async fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        self.0.send_boxed(request, limits).await
    }

    fn boxed(self) -> BoxTransport {
        self
    }
}

impl fmt::Debug for BoxTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxTransport")
    }
}

/// [`AsyncTransport`] as a trait that can be a trait object.
trait DynTransport: Send + Sync {
    fn send_boxed<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>>;
}

impl<T: AsyncTransport> DynTransport for T {
    fn send_boxed<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(AsyncTransport::send(self, request, limits))
    }
}

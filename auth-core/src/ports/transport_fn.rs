//! Transports made of a function.

use std::fmt;

use super::{
    transport::{AsyncTransport, Transport},
    transport_error::TransportError,
};
use crate::wire::{body::Request, limits::Limits, response_body::Response};

/// A transport that calls a function: see [`transport_fn`] and [`async_transport_fn`].
///
/// ```
/// use auth_core::{Transport, TransportError, transport_fn};
///
/// let offline = transport_fn(|_, _| Err(TransportError::not_sent("no network")));
/// assert_eq!(format!("{offline:?}"), "TransportFn");
/// # let request = http::Request::new(auth_core::Body::Empty);
/// assert!(offline.send(request, &auth_core::Limits::api()).is_err());
/// ```
#[derive(Clone, Copy)]
pub struct TransportFn<F>(F);

/// Makes a blocking transport of a function, for tests or around another HTTP client. The function
/// must keep the promises of [`Transport`].
///
/// ```
/// use auth_core::{Body, Limits, ResponseBody, Transport, TransportError, transport_fn};
///
/// let transport = transport_fn(|request, _limits| {
///     let body = format!("{} {}", request.method(), request.uri().path());
///     Ok(http::Response::new(ResponseBody::new(body.into_bytes())))
/// });
/// let request = http::Request::get("https://api.example.org/ping").body(Body::Empty);
/// let response = transport.send(request.expect("a request"), &Limits::api())?;
/// assert_eq!(response.body().as_bytes(), b"GET /ping");
/// # Ok::<(), TransportError>(())
/// ```
#[doc(alias = "mock")]
pub fn transport_fn<F>(send: F) -> TransportFn<F>
where
    F: Fn(Request, Limits) -> Result<Response, TransportError> + Send + Sync + 'static,
{
    TransportFn(send)
}

/// Makes an async transport of a function that returns a future, as [`transport_fn`] does.
///
/// ```
/// use auth_core::{AsyncTransport, ResponseBody, async_transport_fn};
///
/// let transport = async_transport_fn(|request, _limits| async move {
///     let body = request.uri().path().to_owned();
///     Ok(http::Response::new(ResponseBody::new(body.into_bytes())))
/// });
/// # fn takes(_: impl AsyncTransport) {}
/// # takes(transport);
/// ```
#[doc(alias = "mock")]
pub fn async_transport_fn<F, R>(send: F) -> TransportFn<F>
where
    F: Fn(Request, Limits) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response, TransportError>> + Send,
{
    TransportFn(send)
}

impl<F> Transport for TransportFn<F>
where
    F: Fn(Request, Limits) -> Result<Response, TransportError> + Send + Sync + 'static,
{
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        (self.0)(request, *limits)
    }
}

impl<F, R> AsyncTransport for TransportFn<F>
where
    F: Fn(Request, Limits) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response, TransportError>> + Send,
{
    fn send(
        &self,
        request: Request,
        limits: &Limits,
    ) -> impl Future<Output = Result<Response, TransportError>> + Send {
        (self.0)(request, *limits)
    }
}

impl<F> fmt::Debug for TransportFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportFn")
    }
}

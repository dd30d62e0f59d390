//! An async transport over reqwest, and tokio as the runtime.
#![doc = include_str!("../README.md")]

mod client;
mod error;
mod tokio;
mod upload;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use auth_core::{
    AsyncTransport, Body, Limits, Request, Response, ResponseBuffer, TransportError, is_loopback,
};
use http::{Method, Uri, uri::Scheme};
use reqwest::{Client, ClientBuilder};

use crate::{client::Lazy, error::Origin, upload::Upload};

pub use crate::tokio::Tokio;

/// Sends requests with a [`reqwest::Client`] that is built for the first of them. Cheap to clone; clones share the
/// connections.
///
/// It works inside a tokio runtime, and its connections belong to the runtime that they were opened in: a second runtime
/// takes a second transport.
///
/// ```
/// use http_reqwest::Reqwest;
///
/// let default = Reqwest::default();
/// let own = Reqwest::with_builder(reqwest::Client::builder().local_address("127.0.0.1".parse::<std::net::IpAddr>()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone)]
pub struct Reqwest {
    clients: Arc<Clients>,
}

enum Clients {
    /// Built here: never follows a redirect, never repeats.
    Ours {
        https: Lazy,
        /// For plain http, which goes to loopback addresses only and through no proxy.
        loopback: Lazy,
    },
    Trusted(Client),
}

impl Reqwest {
    /// Sends with a client of this builder, with redirects and retries turned off.
    ///
    /// The builder is for https: its certificates, proxies, timeouts and resolver. Plain http to a loopback address is sent
    /// by a client of our own that knows no proxy.
    #[must_use]
    pub fn with_builder(builder: ClientBuilder) -> Self {
        let loopback = client::connecting(ClientBuilder::new().no_proxy());
        Self::of(Clients::Ours {
            https: Lazy::new(client::harden(builder)),
            loopback: Lazy::new(client::harden(loopback)),
        })
    }

    /// Sends with a finished client, which cannot be asked whether it follows redirects, repeats requests or uses a proxy
    /// for loopback.
    ///
    /// A response from another URL than the one asked is an error, but a client that follows redirects has by then shown the
    /// request to another server. And since such a client may have sent a request before it failed, all its errors say
    /// *maybe sent*. Where you can, use [`Reqwest::with_builder`].
    #[must_use]
    pub fn with_unchecked_client(client: Client) -> Self {
        Self::of(Clients::Trusted(client))
    }

    fn of(clients: Clients) -> Self {
        let clients = Arc::new(clients);
        Self { clients }
    }

    fn choose(&self, uri: &Uri) -> Result<(&Client, Origin), TransportError> {
        let plain = uri.scheme() == Some(&Scheme::HTTP);
        if plain && !is_loopback(uri) {
            return Err(TransportError::not_sent(error::PLAIN_HTTP));
        }
        match &*self.clients {
            Clients::Ours { loopback, .. } if plain => Ok((loopback.get()?, Origin::Ours)),
            Clients::Ours { https, .. } => Ok((https.get()?, Origin::Ours)),
            Clients::Trusted(client) => Ok((client, Origin::Trusted)),
        }
    }
}

impl Default for Reqwest {
    /// Clients of our own, which may take 10 s to connect. Nothing is built and no certificate is loaded before the first
    /// request.
    fn default() -> Self {
        let builder = client::connecting(ClientBuilder::new());
        // reqwest would change over to the system's TLS as soon as any package of a program asks for it.
        #[cfg(feature = "rustls")]
        let builder = builder.tls_backend_rustls();
        Self::with_builder(builder)
    }
}

impl From<ClientBuilder> for Reqwest {
    fn from(builder: ClientBuilder) -> Self {
        Self::with_builder(builder)
    }
}

impl fmt::Debug for Reqwest {
    // A client's own Debug shows its proxies and default headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reqwest").finish_non_exhaustive()
    }
}

impl AsyncTransport for Reqwest {
    async fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let start = Instant::now();
        let runtime = ::tokio::runtime::Handle::try_current().map_err(TransportError::not_sent)?;
        let (client, origin) = self.choose(request.uri())?;
        let method = request.method().clone();
        let (mut head, body) = request.into_parts();
        head.extensions.clear();
        body.frame(&method, &mut head.headers);
        let body = match body {
            Body::Empty => reqwest::Body::default(),
            Body::Bytes(bytes) => bytes.into_shared().into(),
            Body::Stream(stream) => {
                let opening = Upload::open(stream, runtime);
                let opened = ::tokio::time::timeout(limits.timeout(), opening).await;
                opened
                    .map_err(|late| TransportError::not_sent(late).timed_out())?
                    .map_err(TransportError::not_sent)?
                    .into_body()
            }
        };
        let mut request = reqwest::Request::try_from(http::Request::from_parts(head, body))
            .map_err(|error| error::of(error, Origin::Ours))?;
        *request.timeout_mut() = Some(limits.timeout().saturating_sub(start.elapsed()));
        let asked = request.url().clone();
        let answer = client
            .execute(request)
            .await
            .map_err(|error| error::of(error, origin))?;
        if *answer.url() != asked {
            return Err(TransportError::delivery_unknown(error::ELSEWHERE));
        }
        collect(answer, &method, limits).await
    }
}

async fn collect(
    mut answer: reqwest::Response,
    method: &Method,
    limits: &Limits,
) -> Result<Response, TransportError> {
    let buffer = ResponseBuffer::new(limits, method, answer.status(), answer.headers());
    let mut buffer = buffer.map_err(TransportError::delivery_unknown)?;
    let mut came = 0;
    while let Some(piece) =
        (answer.chunk().await).map_err(|error| error::while_reading(error).with_received(came))?
    {
        came += piece.len() as u64;
        let pushed = buffer.push(&piece);
        pushed.map_err(|error| TransportError::delivery_unknown(error).with_received(came))?;
    }
    let mut response = Response::new(buffer.finish());
    *response.status_mut() = answer.status();
    *response.version_mut() = answer.version();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(response)
}

/// How long our own clients may take to connect.
///
/// What runs out here is known as not sent. reqwest has this limit per client only, not per request.
const CONNECTING: Duration = Duration::from_secs(10);

//! An async transport over reqwest, and tokio as the runtime.
#![doc = include_str!("../README.md")]
#![doc = include_str!("items.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod background;
mod client;
mod clock;
mod error;
mod exchange;
mod hosts;
mod proxy;
mod sleep;
mod tokio;
mod upload;

use std::{fmt, sync::Arc, time::Duration};

use ::tokio::runtime::Handle;
use auth_core::{
    AcceptedCoding, AsyncTransport, Body, Limits, ProxyRules, Request, Response, TransportError,
    check_head, is_loopback,
};
use http::{Uri, uri::Scheme};
use reqwest::{Client, ClientBuilder};

use crate::{
    clock::Clock,
    error::Origin,
    exchange::Prepared,
    hosts::Hosts,
    upload::{FRAME, Upload},
};

pub use crate::tokio::Tokio;
pub use reqwest; // with the same version, a program can set up a builder

/// Sends requests with a [`reqwest::Client`], which it builds for the first request. Cheap to
/// clone; clones share the connections.
///
/// It requires a tokio runtime. Its connections belong to the runtime that opened them, so create a
/// second transport for a second runtime.
///
/// ```
/// use std::time::Duration;
/// use auth_core::{AsyncTransport, Body, Limits};
/// use http_reqwest::Reqwest;
///
/// # let server = auth_testkit::TestServer::builder(auth_testkit::Dialect::league_9()).start()?;
/// # let url = format!("{}/nowhere", server.url());
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let transport = Reqwest::default();
/// let limits = Limits::api().with_timeout(Duration::from_secs(10));
/// let response = transport.send(http::Request::get(url).body(Body::Empty)?, &limits).await?;
/// assert_eq!(response.status(), 404);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "timeout")]
#[doc(alias = "tls")]
#[doc(alias = "redirect")]
#[derive(Clone)]
pub struct Reqwest {
    clients: Arc<Clients>,
    hosts: Arc<Hosts>,
}

enum Clients {
    /// Built by this crate: they follow no redirect and repeat no request.
    Ours {
        https: client::Clients,
        /// The environment's proxy. Empty if the program set up the builder.
        rules: ProxyRules,
        /// For plain http, which is sent to loopback addresses only, without a proxy.
        loopback: client::Clients,
        /// The same for requests that can be sent only once: these keep none that is idle for long.
        single_use: Option<Box<SingleUse>>,
    },
    Unchecked(Client),
}

/// Clients for requests that can be sent only once. reqwest has the time for which a connection may
/// be idle per client, not per request.
struct SingleUse {
    https: client::Clients,
    loopback: client::Clients,
}

impl Reqwest {
    /// Sends with a client of this builder, with redirects and retries turned off.
    ///
    /// The builder is for https: its certificates, proxies, timeouts and resolver. Plain http to a
    /// loopback address uses a separate client without a proxy.
    ///
    /// ```
    /// use std::time::Duration;
    /// use http_reqwest::Reqwest;
    ///
    /// # fn main() -> Result<(), reqwest::Error> {
    /// let builder = reqwest::Client::builder()
    ///     .proxy(reqwest::Proxy::https("http://proxy.example.org:3128")?)
    ///     .connect_timeout(Duration::from_secs(3));
    /// let transport = Reqwest::with_builder(builder);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "proxy")]
    #[doc(alias = "timeout")]
    #[doc(alias = "tls")]
    #[must_use]
    pub fn with_builder(builder: ClientBuilder) -> Self {
        let rules = ProxyRules::default();
        let builder = client::harden(proxy::set(builder, &rules));
        Self::of(Clients::Ours {
            https: client::Clients::one(builder),
            rules,
            loopback: client::Clients::each(loopback),
            single_use: None,
        })
    }

    /// Sends with a finished client, whose settings for redirects, retries and loopback proxies are
    /// unknown. Prefer [`Reqwest::with_builder`].
    ///
    /// A response from another URL than the requested one is an error. But a client that follows
    /// redirects has sent the request to another server by then. Such a client may also have sent a
    /// request before it failed, so all its errors say *delivery unknown*.
    ///
    /// ```
    /// use http_reqwest::Reqwest;
    ///
    /// # fn main() -> Result<(), reqwest::Error> {
    /// let client = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none()) // what `with_builder` ensures
    ///     .retry(reqwest::retry::never())
    ///     .build()?;
    /// let transport = Reqwest::with_unchecked_client(client);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "redirect")]
    #[must_use]
    pub fn with_unchecked_client(client: Client) -> Self {
        Self::of(Clients::Unchecked(client))
    }

    /// The default transport in an environment with these variables.
    fn with_environment(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        let rules = ProxyRules::read(variable);
        let of_environment = rules.clone();
        let make = move || {
            let builder = client::connecting(ClientBuilder::new());
            // Otherwise reqwest switches to the system's TLS if any package of a program enables
            // it.
            #[cfg(feature = "rustls")]
            let builder = builder.tls_backend_rustls();
            client::harden(proxy::set(builder, &of_environment))
        };
        let again = make.clone();
        let single_use = SingleUse {
            https: client::Clients::each(move || client::just_used(again())),
            loopback: client::Clients::each(|| client::just_used(loopback())),
        };
        Self::of(Clients::Ours {
            https: client::Clients::each(make),
            rules,
            loopback: client::Clients::each(loopback),
            single_use: Some(Box::new(single_use)),
        })
    }

    fn of(clients: Clients) -> Self {
        Self {
            clients: Arc::new(clients),
            hosts: Arc::default(),
        }
    }

    /// Chooses the client for a request. What a host is checked for is not checked once it is
    /// known.
    fn choose(
        &self,
        uri: &Uri,
        is_known: bool,
        limits: &Limits,
        runtime: &Handle,
    ) -> Result<(Client, Origin), TransportError> {
        let plain = uri.scheme() == Some(&Scheme::HTTP);
        if plain && !is_known && !is_loopback(uri) {
            return Err(error::plain_http(uri));
        }
        match &*self.clients {
            Clients::Ours {
                https,
                rules,
                loopback,
                single_use,
            } => {
                let single_use = single_use.as_ref().filter(|_| limits.is_single_use());
                let (https, loopback) =
                    single_use.map_or((https, loopback), |own| (&own.https, &own.loopback));
                if plain {
                    return Ok((loopback.get(runtime)?, Origin::Ours));
                }
                if !is_known {
                    proxy::check(rules, uri.host().unwrap_or_default())?;
                }
                Ok((https.get(runtime)?, Origin::Ours))
            }
            Clients::Unchecked(client) => Ok((client.clone(), Origin::Unchecked)),
        }
    }
}

/// Returns the builder of a client for plain http on this machine.
fn loopback() -> ClientBuilder {
    client::harden(client::connecting(ClientBuilder::new().no_proxy()))
}

impl Default for Reqwest {
    /// Sends with clients of its own, whose timeout for connecting is 10 s. Reads the environment's
    /// proxy now. The first request builds the clients and loads certificates.
    ///
    /// ```
    /// let transport = http_reqwest::Reqwest::default();
    /// ```
    fn default() -> Self {
        Self::with_environment(|name| std::env::var(name).ok())
    }
}

impl From<ClientBuilder> for Reqwest {
    /// Sends with a client of this builder, as [`Reqwest::with_builder`] does.
    ///
    /// ```
    /// let transport = http_reqwest::Reqwest::from(reqwest::Client::builder().https_only(true));
    /// ```
    fn from(builder: ClientBuilder) -> Self {
        Self::with_builder(builder)
    }
}

impl fmt::Debug for Reqwest {
    // The client's Debug shows its proxies and default headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reqwest").finish_non_exhaustive()
    }
}

impl AsyncTransport for Reqwest {
    #[expect(
        clippy::manual_async_fn,
        reason = "the future of an `async fn` has a parameter that it changes twice"
    )]
    fn send(
        &self,
        mut request: Request,
        limits: &Limits,
    ) -> impl Future<Output = Result<Response, TransportError>> + Send {
        async move {
            let shared = self.shares_connections(request.uri());
            match background::elsewhere().filter(|_| shared) {
                Some(background) => {
                    let (transport, limits) = (self.clone(), *limits);
                    let mut request = std::mem::take(&mut request);
                    let send = async move { transport.send_here(&mut request, &limits).await };
                    Box::pin(background::run(background, send)).await
                }
                None => self.send_here(&mut request, limits).await,
            }
        }
    }
}

impl Reqwest {
    /// Whether all runtimes share the connections to this host. The runtime that opened a
    /// connection drives it, so a request must not wait for one that may be idle.
    fn shares_connections(&self, uri: &Uri) -> bool {
        let https = uri.scheme() == Some(&Scheme::HTTPS);
        match &*self.clients {
            Clients::Ours { https: clients, .. } => {
                https && matches!(clients, client::Clients::One(_))
            }
            Clients::Unchecked(_) => true,
        }
    }

    /// Sends on the runtime that polls this. It takes the request from its place: a parameter of
    /// its own would be one more copy in the future of each send.
    async fn send_here(
        &self,
        request: &mut Request,
        limits: &Limits,
    ) -> Result<Response, TransportError> {
        let clock = Clock::start(limits);
        let runtime = Handle::try_current()
            .map_err(|error| TransportError::not_sent(error).misconfigured())?;
        let (prepared, body) = self.prepare(request, limits, &runtime)?;
        let body = match body {
            Body::Empty => reqwest::Body::default(),
            Body::Bytes(bytes) if bytes.len() <= FRAME => bytes.into_shared().into(),
            Body::Bytes(bytes) => {
                Upload::whole(bytes.into_shared(), runtime, clock.clone()).into_body()
            }
            Body::Stream(stream) => {
                let opening = Upload::open(stream, runtime, clock.clone());
                let opened = Box::pin(clock.wait(opening)).await;
                let late = || TransportError::not_sent("the body does not open").timed_out();
                opened
                    .ok_or_else(late)?
                    .map_err(TransportError::not_sent)?
                    .into_body()
            }
        };
        let (response, sent) = prepared.send(&self.hosts, request, body)?;
        sent.receive(response, limits, &clock).await
    }

    /// Chooses the client, and completes the headers. Takes the body.
    fn prepare(
        &self,
        request: &mut Request,
        limits: &Limits,
        runtime: &Handle,
    ) -> Result<(Prepared, Body), TransportError> {
        let url = self.hosts.url(request.uri());
        let (client, origin) = self.choose(request.uri(), url.is_some(), limits, runtime)?;
        check_head(request)?;
        request.extensions_mut().clear();
        let (method, body) = (request.method().clone(), std::mem::take(request.body_mut()));
        body.frame(&method, request.headers_mut());
        let coding = AcceptedCoding::request(limits, request.headers_mut());
        let prepared = Prepared {
            client,
            origin,
            url,
            coding,
        };
        Ok((prepared, body))
    }
}

/// The timeout for connecting, of the clients that this crate builds.
///
/// If it runs out, the error says *not sent*. reqwest has this timeout per client, not per request.
const CONNECTING: Duration = Duration::from_secs(10);

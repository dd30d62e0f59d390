//! A blocking transport over ureq 3.
#![doc = include_str!("../README.md")]
#![doc = include_str!("items.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod budget;
mod connect;
mod error;
mod proxy;

use std::{fmt, io::Read, time::Instant};

use auth_core::{
    AcceptedCoding, Body, Deadline, Limits, Request, Response, ResponseBuffer, SecretBytes,
    Transport, TransportError, check_head, is_loopback,
};
use http::{Method, uri::Scheme};
use ureq::SendBody;

use crate::{
    budget::Budget,
    proxy::{ProxyChoice, ProxySource},
};

pub use ureq; // with the same version, a program can set up an agent or a configuration

/// Sends requests with a [`ureq::Agent`]. Cheap to clone; clones share the connections.
///
/// It overrides the agent's settings on every request, as far as a safe exchange requires. A status
/// is never an error, redirects are not followed, and the time and the response are limited.
///
/// ```
/// use std::time::Duration;
/// use auth_core::{Body, Limits, Transport};
/// use http_ureq::Ureq;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = auth_testkit::TestServer::builder(auth_testkit::Dialect::league_9()).start()?;
/// # let url = format!("{}/nowhere", server.url());
/// let transport = Ureq::default();
/// let limits = Limits::api().with_timeout(Duration::from_secs(10));
/// let response = transport.send(http::Request::get(url).body(Body::Empty)?, &limits)?;
/// assert_eq!(response.status(), 404);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "timeout")]
#[doc(alias = "tls")]
#[doc(alias = "redirect")]
#[derive(Clone)]
pub struct Ureq {
    agent: ureq::Agent,
    /// Whether the user set up the agent. Only then its timeouts mean something.
    users: bool,
    proxy: ProxySource,
}

impl Ureq {
    /// Sends with an agent of this configuration: its TLS, proxies, pool and middleware.
    ///
    /// Its timeouts apply where they are shorter than those of a request. Names are looked up and
    /// connections opened as with [`Ureq::default`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use http_ureq::Ureq;
    ///
    /// # fn main() -> Result<(), ureq::Error> {
    /// let proxy = ureq::Proxy::new("http://proxy.example.org:3128")?;
    /// let config = ureq::Agent::config_builder()
    ///     .proxy(Some(proxy))
    ///     .timeout_connect(Some(Duration::from_secs(3)))
    ///     .build();
    /// let transport = Ureq::with_config(config);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "proxy")]
    #[doc(alias = "timeout")]
    #[doc(alias = "tls")]
    #[must_use]
    pub fn with_config(config: ureq::config::Config) -> Self {
        Self::with_agent(connect::agent(config))
    }

    /// Sends with a finished `agent`: also with its resolver and its connector, whatever they do.
    /// Prefer [`Ureq::with_config`].
    ///
    /// Its timeouts apply where they are shorter than those of a request. Its TLS sessions are
    /// resumed only once the program itself has sent an https request with it. The reason is that
    /// ureq shares them with no request that has its own timeouts.
    ///
    /// ```
    /// use http_ureq::Ureq;
    ///
    /// let transport = Ureq::with_agent(ureq::Agent::new_with_defaults());
    /// ```
    ///
    /// # Panics
    /// ureq panics on https if the agent's TLS provider is not compiled in.
    #[must_use]
    pub fn with_agent(agent: ureq::Agent) -> Self {
        let proxy = ProxySource::of(agent.config());
        Self {
            agent,
            users: true,
            proxy,
        }
    }

    /// The default transport in an environment with these variables.
    fn with_environment(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        let config = ureq::Agent::config_builder().proxy(proxy::system());
        #[cfg(all(feature = "native-tls", not(feature = "rustls")))]
        let config = config.tls_config(
            ureq::tls::TlsConfig::builder()
                .provider(ureq::tls::TlsProvider::NativeTls)
                .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                .build(),
        );
        let config = config
            // As many as a program may have threads that send.
            .max_idle_connections(128)
            .max_idle_connections_per_host(64);
        Self {
            agent: connect::agent(config.build()),
            users: false,
            proxy: ProxySource::environment(variable),
        }
    }

    /// The timeouts of a request with these limits.
    fn budget(&self, limits: &Limits, upload: u64) -> Budget {
        let budget = Budget::of(limits, upload);
        match self.users {
            true => budget.no_longer_than(self.agent.config()),
            false => budget,
        }
    }

    fn run(
        &self,
        request: http::Request<SendBody<'_>>,
        budget: &Budget,
        proxy: ProxyChoice,
        single_use: bool,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let mut request = budget.set(
            self.agent
                .configure_request(request)
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false),
        );
        if let ProxyChoice::Use(proxy) = proxy {
            request = request.proxy(proxy);
        }
        if single_use {
            let most = self.agent.config().max_idle_age();
            request = request.max_idle_age(most.min(Limits::JUST_USED));
        }
        self.agent.run(request.build())
    }
}

impl Default for Ureq {
    /// Sends with an agent of its own, which loads certificates for the first https request, and
    /// reads the environment's proxy now.
    ///
    /// ```
    /// let transport = http_ureq::Ureq::default();
    /// ```
    fn default() -> Self {
        Self::with_environment(|name| std::env::var(name).ok())
    }
}

impl From<ureq::Agent> for Ureq {
    /// Sends with `agent`, as [`Ureq::with_agent`] does.
    ///
    /// ```
    /// let transport = http_ureq::Ureq::from(ureq::Agent::new_with_defaults());
    /// ```
    fn from(agent: ureq::Agent) -> Self {
        Self::with_agent(agent)
    }
}

impl fmt::Debug for Ureq {
    // The agent's Debug shows its proxy and its pool.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ureq").finish_non_exhaustive()
    }
}

impl Transport for Ureq {
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let loopback = is_loopback(request.uri());
        if request.uri().scheme() == Some(&Scheme::HTTP) && !loopback {
            return Err(error::plain_http(request.uri()));
        }
        check_head(&request)?;
        let (mut head, body) = request.into_parts();
        let method = head.method.clone();
        body.frame(&method, &mut head.headers);
        let coding = AcceptedCoding::request(limits, &mut head.headers);
        let budget = self.budget(limits, body.len());
        let proxy = self.proxy.choose(&head.uri, loopback)?;
        let start = Instant::now();
        // `frame` has set the `Content-Length`, so ureq need not know the length of the reader.
        let run = |body: SendBody<'_>| {
            let request = http::Request::from_parts(head, body);
            self.run(request, &budget, proxy, limits.is_single_use())
        };
        let response = match body {
            Body::Stream(_) => {
                let len = body.len();
                // ureq waits forever for a body that is shorter than its `Content-Length`.
                let mut reader = body.into_reader().map_err(TransportError::not_sent)?;
                match len {
                    0 => run(SendBody::none()),
                    _ => run(SendBody::from_reader(&mut reader)),
                }
            }
            Body::Bytes(bytes) if !bytes.is_empty() => run(SendBody::from_reader(&mut &bytes[..])),
            Body::Bytes(_) | Body::Empty => run(SendBody::none()),
        };
        let response = response.map_err(|error| error::before_response(error, limits))?;
        collect(response, &method, limits, coding, start)
    }
}

fn collect(
    response: http::Response<ureq::Body>,
    method: &Method,
    limits: &Limits,
    coding: AcceptedCoding,
    start: Instant,
) -> Result<Response, TransportError> {
    let mut deadline = Deadline::new(limits);
    deadline.step(start.elapsed());
    let (mut head, body) = response.into_parts();
    head.extensions.clear(); // ureq stores the URL there
    let buffer = ResponseBuffer::new(limits, coding, method, head.status, &mut head.headers);
    let mut buffer = buffer?;
    let mut scratch = Scratch::new(limits, body.content_length());
    let (mut reader, mut received) = (body.into_reader(), 0);
    loop {
        match reader.read(&mut scratch.bytes) {
            Ok(0) => break,
            Ok(n) => {
                received += n as u64;
                let pushed = buffer.push(scratch.first(n));
                pushed.map_err(|error| TransportError::from(error).with_received(received))?;
                // ureq ends silence; a server that sends byte by byte is never silent.
                deadline.moved(n as u64, start.elapsed());
                if deadline.left(start.elapsed()).is_zero() {
                    return Err(error::too_slow().with_received(received));
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error::while_reading(error.into()).with_received(received)),
        }
    }
    let body = buffer.finish();
    let body = body.map_err(|error| TransportError::from(error).with_received(received))?;
    Ok(Response::from_parts(head, body))
}

/// The read buffer for a response. Wiped if the response is secret.
struct Scratch {
    bytes: Vec<u8>,
    /// Number of bytes that have been written to.
    used: usize,
    secret: bool,
}

impl Scratch {
    /// As large as the response if its length is known, from 256 bytes to 16 KiB: a token response
    /// has a few hundred bytes.
    fn new(limits: &Limits, length: Option<u64>) -> Self {
        const MOST: usize = 16 << 10;
        let length = length.and_then(|length| usize::try_from(length).ok());
        Self {
            bytes: vec![0; length.unwrap_or(MOST).clamp(256, MOST)],
            used: 0,
            secret: limits.is_secret(),
        }
    }

    fn first(&mut self, count: usize) -> &[u8] {
        self.used = self.used.max(count);
        &self.bytes[..count]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.secret {
            self.bytes.truncate(self.used);
            drop(SecretBytes::new(std::mem::take(&mut self.bytes)));
        }
    }
}

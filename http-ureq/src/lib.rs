//! A blocking transport over ureq 3.
#![doc = include_str!("../README.md")]

mod error;
mod upload;

use std::{fmt, io::Read, time::Duration};

use auth_core::{
    Body, Limits, Request, Response, ResponseBuffer, SecretBytes, Transport, TransportError,
    is_loopback,
};
use http::{Method, uri::Scheme};
use ureq::SendBody;

/// Sends requests with a [`ureq::Agent`]. Cheap to clone; clones share the connections.
///
/// What a safe exchange needs is set on every request, whatever the agent says: a status is never an error, redirects
/// are not followed, and time and answer are limited.
///
/// ```
/// use http_ureq::Ureq;
///
/// let default = Ureq::default();
/// let own = Ureq::with_agent(ureq::Agent::new_with_defaults());
/// ```
#[derive(Clone)]
pub struct Ureq {
    agent: ureq::Agent,
}

impl Ureq {
    /// Sends with `agent`: its TLS, proxies, resolver, connection pool and middleware.
    ///
    /// Its own timeouts count where they are shorter than those of a request. An agent whose TLS provider is not
    /// compiled in panics on https: that is how ureq reports it.
    #[must_use]
    pub fn with_agent(agent: ureq::Agent) -> Self {
        Self { agent }
    }

    fn run(
        &self,
        request: http::Request<SendBody<'_>>,
        limits: &Limits,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let config = self.agent.config();
        let direct = is_loopback(request.uri()) && config.proxy().is_some();
        let ours = Budget::of(limits);
        let theirs = Budget::set_on(config);
        let budget = ours.no_longer_than(&theirs);
        // ureq keeps a TLS configuration, and with it the sessions to resume, only for requests without settings of
        // their own.
        let settled = !config.http_status_as_error() && config.max_redirects() == 0;
        if settled && !direct && budget == theirs {
            return self.agent.run(request);
        }
        let mut request = self
            .agent
            .configure_request(request)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(budget.resolve)
            .timeout_connect(budget.connect)
            .timeout_global(budget.whole);
        if direct {
            request = request.proxy(None);
        }
        self.agent.run(request.build())
    }
}

impl Default for Ureq {
    /// An agent of our own. It loads no certificates before the first https request.
    fn default() -> Self {
        let budget = Budget::of(&Limits::api());
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(budget.resolve)
            .timeout_connect(budget.connect)
            .timeout_global(budget.whole);
        #[cfg(all(feature = "native-tls", not(feature = "rustls")))]
        let config = config.tls_config(
            ureq::tls::TlsConfig::builder()
                .provider(ureq::tls::TlsProvider::NativeTls)
                .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                .build(),
        );
        Self::with_agent(config.build().new_agent())
    }
}

impl From<ureq::Agent> for Ureq {
    fn from(agent: ureq::Agent) -> Self {
        Self::with_agent(agent)
    }
}

impl fmt::Debug for Ureq {
    // An agent's own Debug shows its proxy and pool.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ureq").finish_non_exhaustive()
    }
}

impl Transport for Ureq {
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        if request.uri().scheme() == Some(&Scheme::HTTP) && !is_loopback(request.uri()) {
            return Err(TransportError::not_sent(error::PLAIN_HTTP));
        }
        let (mut head, body) = request.into_parts();
        let method = head.method.clone();
        body.frame(&method, &mut head.headers);
        // How long the body is stands in the head by now, whatever ureq knows of it.
        let run = |body: SendBody<'_>| self.run(http::Request::from_parts(head, body), limits);
        let response = match body {
            Body::Stream(stream) => {
                let mut reader = upload::open(&stream).map_err(TransportError::not_sent)?;
                match stream.len() {
                    0 => run(SendBody::none()),
                    _ => run(SendBody::from_reader(&mut reader)),
                }
            }
            Body::Bytes(bytes) if !bytes.is_empty() => run(SendBody::from_reader(&mut &bytes[..])),
            Body::Bytes(_) | Body::Empty => run(SendBody::none()),
        };
        let response = response.map_err(|error| error::of(error, limits))?;
        collect(response, &method, limits)
    }
}

/// The time for each part of an exchange.
///
/// The parts before sending end early enough that what runs out there is never mistaken for the whole: such a request
/// was certainly not sent.
#[derive(PartialEq, Eq)]
struct Budget {
    resolve: Option<Duration>,
    connect: Option<Duration>,
    whole: Option<Duration>,
}

impl Budget {
    fn of(limits: &Limits) -> Self {
        // ureq adds it to a clock reading, which must not overflow.
        let whole = limits.timeout().min(Duration::from_secs(366 * 86_400));
        Self {
            resolve: Some(whole / 2),
            connect: Some(whole * 2 / 5),
            whole: Some(whole),
        }
    }

    fn set_on(config: &ureq::config::Config) -> Self {
        let set = config.timeouts();
        Self {
            resolve: set.resolve,
            connect: set.connect,
            whole: set.global,
        }
    }

    fn no_longer_than(&self, other: &Self) -> Self {
        let shorter = |a: Option<Duration>, b: Option<Duration>| a.into_iter().chain(b).min();
        Self {
            resolve: shorter(self.resolve, other.resolve),
            connect: shorter(self.connect, other.connect),
            whole: shorter(self.whole, other.whole),
        }
    }
}

fn collect(
    response: http::Response<ureq::Body>,
    method: &Method,
    limits: &Limits,
) -> Result<Response, TransportError> {
    let (mut head, body) = response.into_parts();
    head.extensions.clear(); // ureq notes the URL there
    let buffer = ResponseBuffer::new(limits, method, head.status, &head.headers);
    let mut buffer = buffer.map_err(TransportError::delivery_unknown)?;
    let mut scratch = Scratch::new(limits, body.content_length());
    let (mut reader, mut came) = (body.into_reader(), 0);
    loop {
        match reader.read(&mut scratch.bytes) {
            Ok(0) => break,
            Ok(n) => {
                came += n as u64;
                let pushed = buffer.push(scratch.first(n));
                pushed
                    .map_err(|error| TransportError::delivery_unknown(error).with_received(came))?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error::while_reading(error.into()).with_received(came)),
        }
    }
    Ok(Response::from_parts(head, buffer.finish()))
}

/// Pieces of a response on their way into its buffer, wiped if the response is secret.
struct Scratch {
    bytes: Vec<u8>,
    /// How many of them have held something.
    used: usize,
    secret: bool,
}

impl Scratch {
    /// As large as the response, if that is known and small: a token response has a few hundred bytes.
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

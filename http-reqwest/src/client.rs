//! Clients: the settings that each must have, and building them at the first request.

use std::sync::{Mutex, OnceLock, PoisonError};

use ::tokio::runtime::{Handle, Id};
use auth_core::{Limits, TransportError};
use reqwest::{Client, ClientBuilder, redirect, retry};

use crate::{CONNECTING, error};

/// Turns off everything that sends a request twice, or to another server.
///
/// By default reqwest 0.13 repeats requests that an HTTP/2 or HTTP/3 server refused unprocessed.
/// hyper still repeats a request of which it had written nothing to an idle connection that closed.
///
/// Also turns off reqwest's own decompression, which other packages may have enabled: it would hide
/// how many bytes came.
pub(crate) fn harden(builder: ClientBuilder) -> ClientBuilder {
    builder
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
}

/// Sets the timeout for connecting.
pub(crate) fn connecting(builder: ClientBuilder) -> ClientBuilder {
    builder.connect_timeout(CONNECTING)
}

/// Keeps no connection that has been idle for longer than a moment.
pub(crate) fn just_used(builder: ClientBuilder) -> ClientBuilder {
    builder.pool_idle_timeout(Limits::JUST_USED)
}

/// A client that is built at the first request, since with rustls the build loads the system's
/// certificates.
pub(crate) struct Lazy {
    builder: Mutex<Option<Box<ClientBuilder>>>,
    built: OnceLock<Result<Client, String>>,
}

impl Lazy {
    pub(crate) fn new(builder: ClientBuilder) -> Self {
        Self {
            builder: Mutex::new(Some(Box::new(builder))),
            built: OnceLock::new(),
        }
    }

    /// Returns the client, and builds it at the first call. A failure is returned at every call.
    pub(crate) fn get(&self) -> Result<&Client, TransportError> {
        let built = self.built.get_or_init(|| {
            let mut builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner);
            let builder = builder.take().ok_or("an earlier build panicked")?;
            builder.build().map_err(|error| error::chain(&error))
        });
        built.as_ref().map_err(|why| cannot_build(why))
    }
}

/// The clients of one kind of request.
pub(crate) enum Clients {
    /// The user's own, for all runtimes.
    One(Lazy),
    /// One for each runtime, since the runtime that opened a connection drives it: an idle one
    /// would leave the others waiting for its connections.
    Each {
        make: Box<dyn Fn() -> ClientBuilder + Send + Sync>,
        built: Mutex<Vec<(Id, Client)>>,
    },
}

/// The most runtimes that keep their client. A program has one or two; a client that is dropped is
/// built again.
const MOST: usize = 8;

impl Clients {
    pub(crate) fn one(builder: ClientBuilder) -> Self {
        Self::One(Lazy::new(builder))
    }

    pub(crate) fn each(make: impl Fn() -> ClientBuilder + Send + Sync + 'static) -> Self {
        Self::Each {
            make: Box::new(make),
            built: Mutex::default(),
        }
    }

    /// Returns the client for this runtime.
    pub(crate) fn get(&self, runtime: &Handle) -> Result<Client, TransportError> {
        let (make, built) = match self {
            Self::One(client) => return client.get().cloned(),
            Self::Each { make, built } => (make, built),
        };
        let mut built = built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = built.iter().find(|(id, _)| *id == runtime.id()) {
            return Ok(client.clone());
        }
        let client = make().build();
        let client = client.map_err(|error| cannot_build(&error::chain(&error)))?;
        if built.len() >= MOST {
            built.remove(0);
        }
        built.push((runtime.id(), client.clone()));
        Ok(client)
    }
}

fn cannot_build(why: &str) -> TransportError {
    TransportError::not_sent(format!("cannot build the HTTP client: {why}")).misconfigured()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reqwest;
    use auth_core::{AsyncTransport, Body};
    use auth_testkit::raw::{RawServer, ScriptStep};

    #[test]
    fn nothing_is_built_before_it_is_needed() {
        let lazy = Lazy::new(ClientBuilder::new().user_agent("not\na header"));
        assert!(lazy.built.get().is_none());
        for _ in 0..2 {
            let error = lazy.get().map(|_| ()).unwrap_err();
            assert!(
                error.to_string().contains("cannot build the HTTP client"),
                "{error}"
            );
            assert_eq!(error.delivery(), auth_core::Delivery::NotSent);
            assert!(error.is_misconfigured(), "{error}");
        }
    }

    // Observing an https client on loopback would require certificates, so this tests the settings
    // of the builder.
    #[::tokio::test]
    async fn a_builder_that_follows_redirects_does_not_any_more() {
        let target = RawServer::start(|_| vec![ScriptStep::Hold]);
        let server = redirecting_to(&target);
        let following = ClientBuilder::new().redirect(redirect::Policy::limited(5));
        let client = harden(following).build().unwrap();
        let status = client.post(server.url("/").to_string()).send().await;
        assert_eq!(
            (status.unwrap().status().as_u16(), target.connections()),
            (307, 0)
        );
    }

    #[::tokio::test]
    async fn a_response_from_another_url_is_an_error() {
        let target = RawServer::start(|_| {
            vec![ScriptStep::respond(
                b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            )]
        });
        let server = redirecting_to(&target);
        let unchecked = Reqwest::with_unchecked_client(Client::new());
        let request = http::Request::get(server.url("/"))
            .body(Body::Empty)
            .unwrap();
        let error = unchecked.send(request, &Limits::api()).await.unwrap_err();
        assert!(error.is_misconfigured(), "{error}");
        assert_eq!(
            error.to_string(),
            format!("connection lost: {}", error::ELSEWHERE)
        );
    }

    fn redirecting_to(target: &RawServer) -> RawServer {
        let location = target.url("/elsewhere");
        let head = format!("HTTP/1.1 307 .\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        RawServer::start(move |_| vec![ScriptStep::respond(head.as_bytes())])
    }
}

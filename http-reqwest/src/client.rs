//! Clients: what each must hold to, and building them late.

use std::sync::{Mutex, OnceLock, PoisonError};

use auth_core::TransportError;
use reqwest::{Client, ClientBuilder, redirect, retry};

use crate::{CONNECTING, error};

/// Turns off what would show a request to a server twice, or to another one.
///
/// reqwest 0.13 repeats what HTTP/2 and HTTP/3 servers refuse unseen, unless told not to. hyper alone still sends a
/// request again that it took back, untouched, from a kept connection that had closed.
pub(crate) fn harden(builder: ClientBuilder) -> ClientBuilder {
    builder
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
}

/// Bounds the time to connect.
pub(crate) fn connecting(builder: ClientBuilder) -> ClientBuilder {
    builder.connect_timeout(CONNECTING)
}

/// A client that is built when it is first needed: with rustls that loads the certificates of the system.
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

    /// The client; the error is the same each time.
    pub(crate) fn get(&self) -> Result<&Client, TransportError> {
        let built = self.built.get_or_init(|| {
            let mut builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner);
            let builder = builder.take().ok_or("building it panicked before")?;
            builder.build().map_err(|error| error::chain(&error))
        });
        built.as_ref().map_err(|why| {
            TransportError::not_sent(format!("the HTTP client could not be built: {why}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reqwest;
    use auth_core::{AsyncTransport, Body, Limits};
    use auth_testkit::raw::{RawServer, ScriptStep};

    #[test]
    fn nothing_is_built_before_it_is_needed() {
        let lazy = Lazy::new(ClientBuilder::new().user_agent("not\na header"));
        assert!(lazy.built.get().is_none());
        for _ in 0..2 {
            let error = lazy.get().map(|_| ()).unwrap_err();
            assert!(error.to_string().contains("could not be built"), "{error}");
            assert_eq!(error.delivery(), auth_core::Delivery::NotSent);
        }
    }

    // A client for https cannot be watched on loopback without certificates, so its settings are tested on the builder.
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
        let trusting = Reqwest::with_unchecked_client(Client::new());
        let request = http::Request::get(server.url("/"))
            .body(Body::Empty)
            .unwrap();
        let error = trusting.send(request, &Limits::api()).await.unwrap_err();
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

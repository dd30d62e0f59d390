//! What the transport over reqwest-middleware says of clients and middleware that send more than
//! once.

use auth_core::{AsyncTransport, Body, BoxFuture, Delivery, Limits, TransportError};
use auth_testkit::raw::{RawServer, ScriptStep, refusing_address};
use foreign_transports::over_reqwest_middleware::WithMiddleware;
use http::Extensions;
use reqwest::{Request, Response, redirect::Policy};
use reqwest_middleware::{ClientBuilder, Error, Next, Result};

/// Sends a request again if it fails, as reqwest-retry does, and the second one to a port where
/// nothing listens.
fn again_elsewhere<'a>(
    request: Request,
    extensions: &'a mut Extensions,
    next: Next<'a>,
) -> BoxFuture<'a, Result<Response>> {
    Box::pin(async move {
        let mut second = request.try_clone().expect("a request without a stream");
        match next.clone().run(request, extensions).await {
            Err(_) => {
                let port = refusing_address().port();
                second.url_mut().set_port(Some(port)).expect("a port");
                next.run(second, extensions).await
            }
            response => response,
        }
    })
}

/// Fails before anything is sent, as a breaker of circuits does.
fn refuse<'a>(_: Request, _: &'a mut Extensions, _: Next<'a>) -> BoxFuture<'a, Result<Response>> {
    Box::pin(async { Err(Error::middleware(std::io::Error::other("circuit is open"))) })
}

fn send(client: ClientBuilder, uri: &str) -> TransportError {
    let transport = WithMiddleware::new(client.build());
    let request = http::Request::get(uri).body(Body::Empty).expect("a URL");
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(transport.send(request, &Limits::api()))
        .expect_err("no response should come")
}

fn client(redirects: Policy) -> ClientBuilder {
    let client = reqwest::Client::builder().redirect(redirects).no_proxy();
    ClientBuilder::new(client.build().expect("a client"))
}

#[test]
fn a_refused_connection_after_a_lost_response_may_have_been_delivered() {
    let server = RawServer::start(|_| vec![ScriptStep::Read]);
    let twice = client(Policy::none()).with(again_elsewhere);
    let error = send(twice, &server.url("/").to_string());
    assert_eq!(server.requests().len(), 1);
    assert_eq!(error.delivery(), Delivery::Unknown, "{error:#}");

    let twice = client(Policy::none()).with(again_elsewhere);
    let error = send(twice, &format!("http://{}/", refusing_address()));
    assert_eq!(error.delivery(), Delivery::NotSent, "{error:#}");
}

#[test]
fn what_a_middleware_refuses_is_not_sent() {
    let server = RawServer::start(|_| vec![ScriptStep::Hold]);
    let error = send(
        client(Policy::none()).with(refuse),
        &server.url("/").to_string(),
    );
    assert_eq!(error.delivery(), Delivery::NotSent, "{error:#}");
    assert!(error.to_string().contains("circuit is open"), "{error}");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_client_that_follows_redirects_is_found_out() {
    let target = RawServer::start(|_| vec![ScriptStep::respond(EMPTY)]);
    let location = target.url("/");
    let head = format!("HTTP/1.1 302 .\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
    let server = RawServer::start(move |_| vec![ScriptStep::Respond(head.clone().into())]);
    let error = send(client(Policy::limited(3)), &server.url("/").to_string());
    assert_eq!(error.delivery(), Delivery::Unknown, "{error:#}");
    assert!(error.is_misconfigured(), "{error:#}");
}

#[test]
fn debug_shows_no_password() {
    let proxy = reqwest::Proxy::https("http://me:sesame@127.0.0.1:9").unwrap();
    let client = reqwest::Client::builder().proxy(proxy).build().unwrap();
    let shown = format!("{:?}", WithMiddleware::new(client.into()));
    assert!(
        shown.starts_with("WithMiddleware") && !shown.contains("127.0.0.1"),
        "{shown}"
    );
}

const EMPTY: &[u8] = b"HTTP/1.1 200 .\r\ncontent-length: 0\r\n\r\n";

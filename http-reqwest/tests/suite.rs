//! The transport suite over reqwest, and its behaviour as a future.

use std::time::Duration;

use auth_core::{AsyncTransport, Body, Delivery, Limits, async_transport_fn, transport_fn};
use auth_testkit::{
    raw::{RawServer, ScriptStep},
    transport_suite,
};
use http_reqwest::Reqwest;
use tokio::runtime::{Builder, Runtime};

#[test]
fn the_default_keeps_the_promises() {
    keeps_the_promises(current_thread(), Reqwest::default());
}

#[test]
fn it_keeps_them_on_many_threads_and_without_its_type() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let transport = Reqwest::default().boxed();
    let transport = async_transport_fn(move |request, limits| {
        let transport = transport.clone();
        async move { transport.send(request, &limits).await }
    });
    keeps_the_promises(runtime.unwrap(), transport.boxed());
}

/// And follows all advice.
fn keeps_the_promises(runtime: Runtime, transport: impl AsyncTransport) {
    let send = move |request, limits| runtime.block_on(transport.send(request, &limits));
    let missed = transport_suite::blocking(&transport_fn(send));
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_future_is_send_and_ends_when_dropped() {
    fn spawnable<F: Future + Send>(future: F) -> F {
        future
    }
    let server = RawServer::start(|_| vec![ScriptStep::Read, ScriptStep::Hold]);
    let request = http::Request::get(server.url("/"))
        .body(Body::Empty)
        .unwrap();
    let (transport, limits) = (Reqwest::default(), Limits::api());
    current_thread().block_on(async {
        let sending = spawnable(transport.send(request, &limits));
        let given_up = tokio::time::timeout(Duration::from_millis(100), sending).await;
        assert!(given_up.is_err());
    });
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn without_tls_the_error_names_the_feature() {
    let server = RawServer::start(|_| vec![ScriptStep::Hold]);
    let uri = format!("https://{}/", server.address());
    let request = http::Request::get(uri).body(Body::Empty);
    let sent =
        current_thread().block_on(Reqwest::default().send(request.unwrap(), &Limits::token()));
    let error = auth_core::Error::from(sent.unwrap_err());
    assert!(error.is_configuration() && !error.is_retryable(), "{error}");
    assert!(error.to_string().contains("`rustls`"), "{error}");
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn a_name_without_an_address_is_a_cause() {
    // Longer than a label of a name may be, so the system does not ask the network for it.
    let uri = format!("https://{}.invalid/", "a".repeat(64));
    let request = http::Request::get(uri).body(Body::Empty).unwrap();
    let error = current_thread()
        .block_on(Reqwest::default().send(request, &Limits::token()))
        .unwrap_err();
    assert_eq!(error.cause(), Some(auth_core::Cause::NameLookup), "{error}");
    assert!(
        !error.is_timed_out() && !error.is_misconfigured(),
        "{error}"
    );
}

#[test]
fn without_a_runtime_it_is_an_error() {
    let server = RawServer::start(|_| vec![ScriptStep::Hold]);
    let request = http::Request::get(server.url("/"))
        .body(Body::Empty)
        .unwrap();
    let (transport, limits) = (Reqwest::default(), Limits::api());
    let mut sending = Box::pin(transport.send(request, &limits));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = sending.as_mut().poll(&mut cx) else {
        panic!("it should fail at once");
    };
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(server.connections(), 0);
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn a_silent_handshake_is_a_timeout_before_sending() {
    let server = RawServer::start(|_| vec![ScriptStep::Hold]);
    let uri = server.url("/").to_string().replace("http://", "https://");
    let request = http::Request::get(uri).body(Body::Empty).unwrap();
    let builder = reqwest::Client::builder().connect_timeout(Duration::from_millis(500));
    let transport = Reqwest::with_builder(builder.no_proxy());
    let limits = Limits::api();
    let outcome = current_thread().block_on(transport.send(request, &limits));
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.is_timed_out(), error.delivery()),
        (true, Delivery::NotSent),
        "{error}"
    );
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn a_silent_ipv6_address_costs_a_moment_and_not_the_timeout() {
    let silent = auth_testkit::raw::SilentAddress::v6();
    let good = RawServer::start(|_| vec![ScriptStep::Reset]);
    let addresses: Vec<_> = silent.iter().map(|silent| silent.address()).collect();
    let addresses = [&addresses[..], &[good.address()]].concat();
    let builder = reqwest::Client::builder().no_proxy();
    let transport = Reqwest::with_builder(builder.resolve_to_addrs("api.invalid", &addresses));
    let request = http::Request::get("https://api.invalid/").body(Body::Empty);
    let (request, limits) = (request.unwrap(), Limits::api());
    let start = std::time::Instant::now();
    let outcome = current_thread().block_on(transport.send(request, &limits));
    assert!(outcome.is_err(), "a response without TLS");
    let took = start.elapsed();
    assert_eq!(good.connections(), 1);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

fn current_thread() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

#[test]
fn one_transport_serves_two_runtimes_of_which_one_is_idle() {
    let server = auth_testkit::TestServer::builder(auth_testkit::Dialect::league_9())
        .start()
        .expect("a server on loopback");
    let unchecked = reqwest::Client::builder().no_proxy().build();
    for transport in [
        Reqwest::default(),
        Reqwest::with_unchecked_client(unchecked.expect("a client")),
    ] {
        let runtimes: Vec<_> = (0..20).map(|_| current_thread()).collect();
        for _ in 0..2 {
            for runtime in &runtimes {
                let request = http::Request::get(server.url()).body(Body::Empty);
                let limits = Limits::api().with_timeout(Duration::from_secs(5));
                let response = runtime.block_on(transport.send(request.unwrap(), &limits));
                // Its connection stays open, and nothing drives it from here on.
                response.expect("a response");
            }
        }
    }
}

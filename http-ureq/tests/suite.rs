//! The transport suite over ureq, with the default agent and with others.

use std::time::Duration;

use auth_core::{Body, Limits, Transport, TransportError, transport_fn};
use auth_testkit::{
    raw::{RawServer, ScriptStep},
    transport_suite,
};
use http_ureq::Ureq;

#[test]
fn the_default_keeps_the_promises() {
    keeps_the_promises(&Ureq::default());
}

#[test]
fn a_foreign_agent_keeps_the_promises_in_a_function() {
    // The defaults of ureq: errors for statuses, ten redirects, no timeout.
    let config = ureq::Agent::config_builder();
    #[cfg(all(feature = "native-tls", not(feature = "rustls")))] // without it, ureq panics on https
    let config = config.tls_config(
        ureq::tls::TlsConfig::builder()
            .provider(ureq::tls::TlsProvider::NativeTls)
            .build(),
    );
    let agent = Ureq::with_agent(config.build().new_agent());
    let transport = transport_fn(move |request, limits| agent.send(request, &limits));
    let transport: Box<dyn Transport> = Box::new(transport);
    keeps_the_promises(&transport);
}

/// And follows all advice.
fn keeps_the_promises(transport: &impl Transport) {
    let missed = transport_suite::blocking(transport);
    assert!(missed.is_empty(), "{missed:?}");
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn without_tls_the_error_names_the_feature() {
    let server = RawServer::start(|_| vec![ScriptStep::Hold]);
    let uri = format!("https://{}/", server.address());
    let request = http::Request::get(uri).body(Body::Empty);
    let sent = Ureq::default().send(request.unwrap(), &Limits::token());
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
    let error = Ureq::default().send(request, &Limits::token()).unwrap_err();
    assert_eq!(error.cause(), Some(auth_core::Cause::NameLookup), "{error}");
    assert!(
        !error.is_timed_out() && !error.is_misconfigured(),
        "{error}"
    );
}

#[test]
fn a_proxy_is_not_used_for_loopback() {
    let proxy = RawServer::start(|_| vec![ScriptStep::Hold]);
    let server = RawServer::start(|_| {
        vec![ScriptStep::respond(
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        )]
    });
    let config = ureq::Agent::config_builder()
        .proxy(Some(ureq::Proxy::new(&proxy.url("").to_string()).unwrap()))
        .build();
    let response = get(&Ureq::from(config.new_agent()), &server, &Limits::api()).unwrap();
    assert_eq!((response.status().as_u16(), proxy.connections()), (200, 0));
}

#[test]
fn an_agent_may_be_stricter_about_time() {
    let server = RawServer::start(|_| vec![ScriptStep::Read, ScriptStep::Hold]);
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_millis(500)))
        .build();
    let limits = Limits::api().with_timeout(Duration::from_secs(600));
    let error = get(&Ureq::from(config.new_agent()), &server, &limits).unwrap_err();
    assert!(error.is_timed_out(), "{error}");
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn a_silent_handshake_is_a_timeout_before_sending() {
    let server = RawServer::start(|_| vec![ScriptStep::Hold]);
    let uri = server.url("/").to_string().replace("http://", "https://");
    let request = http::Request::get(uri).body(Body::Empty).unwrap();
    let limits = Limits::api().with_timeout(Duration::from_secs(2));
    let error = Ureq::default().send(request, &limits).unwrap_err();
    assert_eq!(
        (error.is_timed_out(), error.delivery()),
        (true, auth_core::Delivery::NotSent),
        "{error}"
    );
}

#[test]
fn as_many_threads_need_no_more_connections() {
    const THREADS: usize = 32;
    let server = RawServer::start(|_| {
        let exchange = [
            ScriptStep::Read,
            ScriptStep::Pause(Duration::from_millis(30)),
            ScriptStep::send(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ];
        std::iter::repeat_n(exchange, 10).flatten().collect()
    });
    let (transport, together) = (Ureq::default(), std::sync::Barrier::new(THREADS));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..4 {
                    together.wait();
                    get(&transport, &server, &Limits::api()).unwrap();
                }
            });
        }
    });
    let connections = server.connections();
    assert!(connections <= THREADS, "{connections} connections");
}

fn get(
    transport: &Ureq,
    server: &RawServer,
    limits: &Limits,
) -> Result<auth_core::Response, TransportError> {
    let request = http::Request::get(server.url("/"))
        .body(Body::Empty)
        .expect("a valid URL");
    transport.send(request, limits)
}

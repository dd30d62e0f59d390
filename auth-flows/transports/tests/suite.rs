//! The transport suite over both transports.

use auth_core::{AsyncTransport, Limits, transport_fn};
use auth_testkit::transport_suite;
use foreign_transports::{over_attohttpc::Attohttpc, over_reqwest_middleware::WithMiddleware};

#[test]
fn attohttpc_keeps_the_promises() {
    let missed = transport_suite::blocking(&Attohttpc::default());
    let missed: Vec<_> = missed.iter().map(|advice| advice.case()).collect();
    assert_eq!(
        missed,
        [
            "the response after an interim one arrives", // it reads one head
            "many requests share few connections",       // it has no pool
            "a response of an unknown version of HTTP is an error", // it does not read the version
            "the bytes of an incomplete chunk are counted", // it returns whole pieces of a chunk
        ]
    );
}

#[test]
fn reqwest_middleware_keeps_the_promises() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .pool_idle_timeout(Limits::JUST_USED)
        .build()
        .unwrap();
    let transport = WithMiddleware::new(client.into());
    let send = move |request, limits| runtime.block_on(transport.send(request, &limits));
    let missed = transport_suite::blocking(&transport_fn(send));
    assert!(missed.is_empty(), "{missed:?}");
}

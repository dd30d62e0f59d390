//! What concerns only one of the two clients: spawn, drop, time out, block inside a runtime.

use std::time::Duration;

use crate::common::{Me, PASSWORD, PATIENCE, browser, doorkeeper, service};
use auth_core::ErrorKind;
use auth_flows::{AsyncClient, Client};
use auth_testkit::Matching;
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_can_be_spawned() {
    let server = doorkeeper();
    let client = AsyncClient::new(
        service(&server),
        Reqwest::default(),
        Tokio::current().expect("a runtime"),
        Memory::new(),
    );
    let session = client.account("me");
    session
        .log_in_with_password("alice", PASSWORD)
        .await
        .expect("a login");
    let by_value = tokio::spawn(session.send(Me));
    assert!(by_value.await.expect("no panic").is_ok());
    let by_reference = tokio::spawn(async move { session.send(&Me).await });
    assert!(by_reference.await.expect("no panic").is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_caller_loses_nothing() {
    let server = doorkeeper();
    let client = AsyncClient::new(
        service(&server),
        Reqwest::default(),
        Tokio::current().expect("a runtime"),
        Memory::new(),
    );
    let session = client.account("me");
    session
        .log_in_with_password("alice", PASSWORD)
        .await
        .expect("a login");
    server.expire_derived_tokens();
    let mark = server.requests().mark();
    let hold = server.hold(Matching::Derived);
    let caller = tokio::spawn(session.send(Me));
    let reached = tokio::task::spawn_blocking(move || (hold.wait_for(1, PATIENCE), hold))
        .await
        .expect("no panic");
    assert!(reached.0, "the renewal has started");
    caller.abort();
    assert!(caller.await.expect_err("aborted").is_cancelled());
    drop(reached.1);
    // The renewal that the caller started continues and serves the next call.
    session.send(Me).await.expect("a call");
    assert_eq!(server.requests().since(mark).derived(), 1);
}

#[test]
fn a_caller_that_times_out_does_not_end_the_renewal() {
    let server = doorkeeper();
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    let session = client.account("me");
    session
        .log_in_with_password("alice", PASSWORD)
        .expect("a login");
    server.expire_derived_tokens();
    let mark = server.requests().mark();
    let hold = server.hold(Matching::Derived);
    std::thread::scope(|scope| {
        let leader = scope.spawn(|| session.send(Me));
        assert!(hold.wait_for(1, PATIENCE), "the renewal has started");
        let impatient = session
            .clone()
            .with_renewal_timeout(Duration::from_millis(50));
        let error = impatient.send(Me).expect_err("timed out");
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        assert!(error.is_retryable());
        hold.release();
        leader.join().expect("no panic").expect("a call");
    });
    assert_eq!(server.requests().since(mark).derived(), 1);
}

#[test]
fn a_blocking_client_works_inside_a_runtime() {
    let server = doorkeeper();
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    for runtime in [
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build(),
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build(),
    ] {
        runtime.expect("a runtime").block_on(async {
            let session = client.account("me");
            session.log_in(browser()).expect("a login");
            session.send(Me).expect("a call");
            let session = session.clone();
            let moved = tokio::task::spawn_blocking(move || session.send(Me)).await;
            moved.expect("no panic").expect("a call");
        });
    }
}

#[test]
fn a_runtime_that_has_ended_is_an_error() {
    let server = doorkeeper();
    let gone = tokio::runtime::Runtime::new().expect("a runtime");
    let tokio = Tokio::new(gone.handle().clone());
    let client = AsyncClient::new(service(&server), Reqwest::default(), tokio, Memory::new());
    gone.shutdown_background();
    let here = tokio::runtime::Runtime::new().expect("a runtime");
    let error = here
        .block_on(client.account("me").send(Me))
        .expect_err("no runtime");
    assert!(error.to_string().contains("runtime"), "{error}");
}

#[test]
fn handles_are_shared_and_nameable() {
    fn shared<T: Clone + Send + Sync + std::fmt::Debug + 'static>() {}
    shared::<Client>();
    shared::<auth_flows::Session>();
    shared::<AsyncClient>();
    shared::<auth_flows::AsyncSession>();
}

#[test]
fn a_dropped_login_ends_its_listener() {
    let server = doorkeeper();
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    let prepared = client
        .account("me")
        .begin_login(browser().no_browser())
        .expect("prepared");
    let address = prepared
        .redirect_uri()
        .trim_start_matches("http://")
        .to_owned();
    let pending = prepared.start().expect("started");
    assert!(std::net::TcpStream::connect(&address).is_ok());
    drop(pending);
    let ended = (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        std::net::TcpStream::connect(&address).is_err()
    });
    assert!(ended);
}

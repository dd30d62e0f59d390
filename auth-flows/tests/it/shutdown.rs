//! The end of a program and of a runtime: what is in flight can be waited for, no lease rests in a
//! task that nothing drives, and no wait outlasts its bound.

use std::{
    future::Future,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use auth_core::{ErrorKind, RedirectUri, Store, TokenKind};
use auth_flows::{AsyncClient, Client};
use auth_testkit::{Dialect, Matching, Rotation, TestServer};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use tokio::runtime::{Builder, Runtime};

use crate::common::{MAX_WAIT, Me, PASSWORD, Ping, browser, doorkeeper, league, service};

/// Where a web service would receive the response of a login.
fn callback() -> RedirectUri {
    RedirectUri::parse("https://my-app.example/callback").expect("a URI")
}

fn current_thread() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

fn multi_thread() -> Runtime {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.expect("a runtime")
}

fn client(server: &TestServer, runtime: &Runtime, store: &Memory) -> AsyncClient {
    let tokio = Tokio::new(runtime.handle().clone());
    AsyncClient::new(service(server), Reqwest::default(), tokio, store.clone())
}

/// Polls a future for a moment, on this runtime, and drops it.
fn poll_briefly(runtime: &Runtime, future: impl Future) {
    runtime.block_on(async {
        let brief = tokio::time::timeout(Duration::from_millis(100), future);
        assert!(brief.await.is_err(), "it has to wait");
    });
}

#[test]
fn settle_waits_for_a_renewal_whose_caller_has_gone() {
    for runtime in [current_thread(), multi_thread()] {
        let server = league(Dialect::league_9(), Rotation::KillFamily);
        let store = Memory::new();
        let client = client(&server, &runtime, &store);
        let session = client.account("me");
        runtime
            .block_on(session.log_in(browser()))
            .expect("a login");
        server.revoke_access_tokens();
        let hold = server.hold(Matching::Token);
        poll_briefly(&runtime, session.send(Ping));
        assert!(hold.wait_for(1, MAX_WAIT), "the renewal has started");
        poll_briefly(&runtime, client.settle());
        hold.release();
        runtime.block_on(client.settle()).expect("settled");
        // As at the end of a program: what was renewed is saved.
        drop((session, client));
        drop(runtime);
        let again = Client::new(service(&server), Ureq::default(), store);
        again.account("me").send(Ping).expect("the login is alive");
        assert_eq!(server.requests().grant("refresh_token"), 1);
    }
}

#[test]
fn a_renewal_goes_on_and_ends_its_lease_while_its_runtime_is_idle() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let store = Memory::new();
    let runtime = current_thread();
    let client = client(&server, &runtime, &store);
    let session = client.account("me");
    runtime
        .block_on(session.log_in(browser()))
        .expect("a login");
    // A connection of the calls, which the renewal may reuse.
    runtime.block_on(session.send(Ping)).expect("a call");
    server.revoke_access_tokens();
    let hold = server.hold(Matching::Token);
    poll_briefly(&runtime, session.send(Ping));
    assert!(hold.wait_for(1, MAX_WAIT), "the renewal has started");
    hold.release();
    // Nothing drives the runtime now.
    let key = session.key().expect("an account");
    let end = Instant::now() + MAX_WAIT;
    while store.try_lease(key).expect("a store").is_none() {
        assert!(Instant::now() < end, "the lease is held by an idle task");
        thread::sleep(Duration::from_millis(5));
    }
    runtime
        .block_on(session.send(Ping))
        .expect("with the new token");
    assert_eq!(server.requests().grant("refresh_token"), 1);
}

/// Runs it on a thread of its own, and fails if it does not end.
fn in_time<T: Send + 'static>(what: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = mpsc::channel();
    thread::spawn(move || done.send(run()));
    wait.recv_timeout(MAX_WAIT)
        .unwrap_or_else(|error| panic!("{what}: {error}"))
}

#[test]
fn a_client_of_an_idle_runtime_works_on_another() {
    for dropped in [false, true] {
        let server = Arc::new(doorkeeper());
        let idle = current_thread();
        let client = client(&server, &idle, &Memory::new());
        let _idle = (!dropped).then_some(idle);
        let session = client.account("me");
        let on = move |runtime: Runtime, what: &'static str| {
            let (session, server, client) = (session.clone(), Arc::clone(&server), client.clone());
            in_time(what, move || {
                runtime.block_on(async {
                    let login = session.log_in_with_password("alice", PASSWORD);
                    login.await.expect("a login");
                    session.send(Me).await.expect("a call");
                    server.expire_derived_tokens();
                    session.send(Me).await.expect("a renewal");
                    session.token(TokenKind::Derived).await.expect("a token");
                    let hold = server.hold(Matching::Derived);
                    server.expire_derived_tokens();
                    let patient = session
                        .clone()
                        .with_renewal_timeout(Duration::from_millis(50));
                    let error = patient.send(Me).await.expect_err("too late");
                    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
                    hold.release();
                    client.settle().await.expect("settled");
                    session.log_out().await.expect("a logout");
                });
            });
        };
        on(current_thread(), "current_thread");
        on(multi_thread(), "multi_thread");
    }
}

#[test]
fn a_closed_client_begins_nothing_and_has_ended_all() {
    let server = doorkeeper();
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    let session = client.account("me");
    let login = session.log_in_with_password("alice", PASSWORD);
    login.expect("a login");
    let hold = server.hold(Matching::Api);
    thread::scope(|scope| {
        let call = scope.spawn(|| session.send(Me));
        assert!(hold.wait_for(1, MAX_WAIT), "the call has started");
        let (done, wait) = mpsc::channel();
        let closing = scope.spawn({
            let client = client.clone();
            move || {
                let closed = client.close();
                done.send(()).expect("a receiver");
                closed
            }
        });
        assert!(wait.recv_timeout(Duration::from_millis(100)).is_err());
        hold.release();
        closing.join().expect("no panic").expect("closed");
        call.join().expect("no panic").expect("the call ended well");
    });
    let mark = server.requests().mark();
    for error in [
        session.send(Me).expect_err("closed"),
        session.token(TokenKind::Derived).expect_err("closed"),
        session.log_in(browser()).expect_err("closed"),
        session.log_out().expect_err("closed"),
        session.begin_at(callback()).expect_err("closed"),
        session.check().expect_err("closed"),
        client.anonymous().send(Me).expect_err("closed"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(error.to_string().contains("closed"), "{error}");
    }
    assert_eq!(server.requests().since(mark).total(), 0);
    assert!(session.status().expect("a status").is_logged_in());
}

#[test]
fn an_async_client_closes_on_every_runtime_and_after_it() {
    let server = doorkeeper();
    for runtime in [current_thread(), multi_thread()] {
        let client = client(&server, &runtime, &Memory::new());
        let session = client.account("me");
        let login = session.log_in_with_password("alice", PASSWORD);
        runtime.block_on(login).expect("a login");
        server.expire_derived_tokens();
        let hold = server.hold(Matching::Derived);
        poll_briefly(&runtime, session.send(Me));
        assert!(hold.wait_for(1, MAX_WAIT), "the renewal has started");
        runtime.shutdown_background();
        hold.release();
        in_time("after the runtime", move || {
            let here = multi_thread();
            here.block_on(client.settle()).expect("settled");
            here.block_on(client.close()).expect("closed");
            let error = here.block_on(client.account("me").send(Me));
            assert_eq!(error.expect_err("closed").kind(), ErrorKind::Usage);
            let session = client.account("me");
            let error = here.block_on(session.begin_at(callback()));
            assert_eq!(error.expect_err("closed").kind(), ErrorKind::Usage);
        });
    }
}

#[test]
fn accounts_that_are_due_at_once_are_renewed_in_line() {
    const ACCOUNTS: usize = 300;
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let runtime = multi_thread();
    let store = Memory::new();
    let client = client(&server, &runtime, &store);
    // One login for each account, put into the store with tokens that the server does not take.
    let key = runtime.block_on(client.account("first").log_in(browser()));
    let text = store.load(&key.expect("a login").account).expect("a store");
    let text = text.expect("a record");
    for index in 0..ACCOUNTS {
        let refresh = server
            .issue_refresh_token("app", "alice", "read")
            .expect("a token");
        let mut record: serde_json::Value =
            serde_json::from_slice(text.as_ref()).expect("our own text");
        record["login"]["refresh_token"] = refresh.into();
        record["login"]["access_token"] = format!("expired-{index}").into();
        record["login"]["sent_ms"] = 1_000.into();
        let session = client.account(&index.to_string());
        let lease = store.try_lease(session.key().expect("a key"));
        let lease = lease.expect("a store").expect("free");
        let text = auth_core::SecretBytes::new(record.to_string().into_bytes());
        store.save(&lease, &text).expect("saved");
    }
    let hold = server.hold(Matching::Token);
    let calls: Vec<_> = (0..ACCOUNTS)
        .map(|index| runtime.spawn(client.account(&index.to_string()).send(Ping)))
        .collect();
    assert!(hold.wait_for(64, MAX_WAIT), "renewals have started");
    thread::sleep(Duration::from_millis(200));
    assert_eq!(hold.waiting(), 64, "no more at once");
    hold.release();
    for call in calls {
        runtime.block_on(call).expect("no panic").expect("renewed");
    }
    assert_eq!(server.requests().grant("refresh_token"), ACCOUNTS);
}

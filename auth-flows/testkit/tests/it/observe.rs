//! Broken connections, faults that a closure chooses, and observers.

use std::io::{ErrorKind, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auth_core::testkit::{Auth, Route, Site, json};
use auth_testkit::{
    Dialect, Fault, Matching, RequestKind, Rotation, TestClient, TestServer, TestServerBuilder,
};
use serde_json::json;

use crate::client::{Pairs, Response, bearer, connect, get, token, try_send};

const LOGIN: Pairs<'_> = &[
    ("grant_type", "password"),
    ("client_id", "app"),
    ("username", "alice"),
    ("password", "password"),
];

fn builder() -> TestServerBuilder {
    let ping = Route::get("/ping", Auth::Login, |_| {
        json(200, &json!({ "pong": true }))
    });
    TestServer::builder(Dialect::league_9())
        .client(TestClient::public("app"))
        .user("alice", "password")
        .refresh_tokens(Rotation::KillFamily)
        .site(Site::new().with_route(ping))
}

fn refresh(server: &TestServer, text: &str) -> Option<Response> {
    let form = format!("grant_type=refresh_token&client_id=app&refresh_token={text}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    try_send(server, "POST", "/oauth2/token", &headers, &form)
}

#[test]
fn a_close_and_a_reset_differ() {
    let server = builder().start().expect("a free port");
    let check = |fault: Fault, expect: Result<usize, ErrorKind>| {
        server.faults().next(Matching::Api, fault.clone());
        let mut stream = connect(&server);
        let request = b"GET /ping HTTP/1.1\r\nhost: x\r\n\r\n";
        stream.write_all(request).expect("it is sent");
        let ended = stream.read(&mut [0]).map_err(|error| error.kind());
        assert_eq!(ended, expect, "{fault:?}");
    };
    check(Fault::LostResponse, Ok(0));
    check(Fault::Silence(Duration::ZERO), Ok(0));
    check(Fault::Reset, Err(ErrorKind::ConnectionReset));
    check(Fault::LostByReset, Err(ErrorKind::ConnectionReset));
}

#[test]
fn a_lost_response_was_processed() {
    let server = builder().start().expect("a free port");
    let check = |fault: Fault, expect: u16| {
        let text = token(&server, &[], LOGIN).text("refresh_token");
        server.faults().next(Matching::Token, fault.clone());
        assert!(refresh(&server, &text).is_none(), "{fault:?}");
        let again = refresh(&server, &text).expect("a response");
        assert_eq!(again.status, expect, "{fault:?}");
    };
    check(Fault::Reset, 200);
    check(Fault::LostByReset, 400);
    check(Fault::LostResponse, 400);
}

#[test]
fn a_slow_body_takes_its_time_and_is_whole() {
    let server = builder().start().expect("a free port");
    let time = Duration::from_millis(80);
    server.faults().next(Matching::Token, Fault::SlowBody(time));
    let began = Instant::now();
    let response = token(&server, &[], LOGIN);
    assert!(began.elapsed() >= time && response.status == 200);
    assert_eq!(
        bearer(&server, "/ping", &response.text("access_token")).status,
        200
    );
}

#[test]
fn faults_are_chosen_where_none_is_planned() {
    let server = builder().start().expect("a free port");
    let mut calls = 0;
    server.faults().choose(Matching::Api, move || {
        calls += 1;
        (calls % 2 == 0).then_some(Fault::Html500)
    });
    server.faults().next(Matching::Api, Fault::Empty200);
    let statuses = [(); 5].map(|()| get(&server, "/ping", &[]).status);
    assert_eq!(statuses, [200, 401, 500, 401, 500]);
    server.faults().clear();
    assert_eq!(
        [(); 2].map(|()| get(&server, "/ping", &[]).status),
        [401, 401]
    );
}

#[test]
fn an_observer_gets_each_exchange() {
    let exchanges = Arc::new(Mutex::new(Vec::new()));
    let for_observer = Arc::clone(&exchanges);
    let server = builder()
        .observe(move |exchange| {
            let origin = (
                exchange.user.map(str::to_owned),
                exchange.login,
                exchange.refresh_token,
            );
            let outcome = (
                exchange.processed,
                exchange.status,
                exchange.fault.is_some(),
            );
            for_observer
                .lock()
                .expect("no panic")
                .push((exchange.kind, origin, outcome));
        })
        .start()
        .expect("a free port");
    let first = token(&server, &[], LOGIN);
    bearer(&server, "/ping", &first.text("access_token"));
    let text = first.text("refresh_token");
    server.faults().next(Matching::Token, Fault::Html500);
    refresh(&server, &text);
    server.faults().next(Matching::Token, Fault::LostResponse);
    refresh(&server, &text);
    refresh(&server, &text);
    get(&server, "/ping", &[]);
    server.faults().next(Matching::Any, Fault::Reset);
    refresh(&server, "unknown");
    let alice = |login, refresh_token| (Some("alice".to_owned()), login, refresh_token);
    let anonymous = (None, None, None);
    assert_eq!(
        *exchanges.lock().expect("no panic"),
        [
            (
                RequestKind::Token,
                alice(Some(1), None),
                (true, Some(200), false)
            ),
            (
                RequestKind::Api,
                alice(Some(1), None),
                (true, Some(200), false)
            ),
            (
                RequestKind::Token,
                alice(Some(1), Some(0)),
                (false, Some(500), true)
            ),
            (
                RequestKind::Token,
                alice(Some(1), Some(0)),
                (true, Some(200), true)
            ),
            (
                RequestKind::Token,
                alice(Some(1), Some(0)),
                (true, Some(400), false)
            ),
            (
                RequestKind::Api,
                anonymous.clone(),
                (true, Some(401), false)
            ),
            (RequestKind::Token, anonymous, (false, None, true)),
        ]
    );
    assert_eq!(server.requests().total(), 0);
}

#[test]
fn a_server_hangs_up_and_keeps_serving() {
    let server = builder().start().expect("a free port");
    let mut stream = connect(&server);
    stream
        .write_all(b"GET /ping HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("it is sent");
    assert!(stream.read(&mut [0; 4096]).expect("a response") > 0);
    server.hang_up();
    assert_eq!(stream.read(&mut [0]).expect("an end"), 0);
    assert_eq!(get(&server, "/ping", &[]).status, 401);
}

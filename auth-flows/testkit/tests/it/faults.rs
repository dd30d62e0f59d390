//! Faults, counters, holds.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::testkit::{Auth, DerivedTokens, Route, Site, json};
use auth_testkit::{Dialect, Fault, Matching, RequestKind, Rotation, TestClient, TestServer};
use serde_json::json;

use crate::client::{Pairs, Response, basic, bearer, get, path_of, token, try_send};

const LOGIN: Pairs<'_> = &[
    ("grant_type", "password"),
    ("client_id", "app"),
    ("username", "alice"),
    ("password", "password"),
];

const LONG: Duration = Duration::from_secs(60);

fn server() -> TestServer {
    let site = Site::new()
        .with_derived_tokens(DerivedTokens {
            path: "/api_token",
            field: "api_token",
            lifetime: LONG,
            scope: None,
        })
        .with_route(Route::get("/ping", Auth::None, |_| {
            json(200, &json!({ "pong": true }))
        }));
    TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::public("app").scopes("write"))
        .user("alice", "password")
        .access_token_lifetime(Some(LONG))
        .refresh_tokens(Rotation::Instant)
        .site(site)
        .start()
        .expect("a free port")
}

fn refresh(server: &TestServer, text: &str) -> Response {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text),
        ("client_id", "app"),
    ];
    token(server, &[], &form)
}

#[test]
fn responses_in_place_of_the_servers_own() {
    let server = server();
    let check = |fault: Fault, status: u16, content: Option<&str>, body: &str| {
        server.faults().next(Matching::Token, fault.clone());
        let response = token(&server, &[], LOGIN);
        assert_eq!(response.status, status, "{fault:?}");
        assert_eq!(response.header("content-type"), content);
        assert!(response.body.contains(body), "{fault:?}: {}", response.body);
        assert_eq!(token(&server, &[], LOGIN).status, 200); // the fault applied once
        response
    };
    let html = Some("text/html; charset=utf-8");
    let json = Some("application/json");
    check(Fault::Html500, 500, html, "<h1>");
    assert_eq!(check(Fault::Empty200, 200, None, "").body, "");
    let huge = check(Fault::Huge(2_000_000), 200, json, "xxx");
    assert_eq!(huge.body.len(), 2_000_000);
    assert!(huge.json()["access_token"].is_string());
    let redirect = check(
        Fault::Redirect("https://evil.example/".into()),
        302,
        None,
        "",
    );
    assert_eq!(redirect.header("location"), Some("https://evil.example/"));
    check(Fault::ErrorIn200, 200, json, r#""error":"invalid_grant""#);
    let retry_after = Some("7".to_owned());
    let busy = check(
        Fault::TooManyRequests { retry_after },
        429,
        html,
        "Too many",
    );
    assert_eq!(busy.header("retry-after"), Some("7"));
    let down = check(
        Fault::Unavailable { retry_after: None },
        503,
        html,
        "maintenance",
    );
    assert_eq!(down.header("retry-after"), None);
    let own = Fault::Respond {
        status: 418,
        content_type: "text/x-tea".into(),
        body: b"short and stout".to_vec(),
    };
    check(own, 418, Some("text/x-tea"), "stout");
}

#[test]
fn faults_in_the_response_of_a_processed_request() {
    let server = server();
    let faulty = |fault: Fault| {
        server.faults().next(Matching::Token, fault);
        token(&server, &[], LOGIN)
    };
    let half = faulty(Fault::TruncatedJson);
    assert!(half.status == 200 && half.json().is_null() && half.body.starts_with('{'));
    assert_eq!(faulty(Fault::Status201).status, 201);
    assert_eq!(
        faulty(Fault::TextPlain).header("content-type"),
        Some("text/plain")
    );
    for value in [json!("3600"), json!(3600.0), json!(null), json!(-1)] {
        let response = faulty(Fault::ExpiresIn(value.clone()));
        assert_eq!(response.json()["expires_in"], value);
        let access = response.text("access_token");
        assert_eq!(bearer(&server, "/oauth/token/info", &access).status, 200);
    }
    assert!(faulty(Fault::NoTokenType).json()["token_type"].is_null());
    assert_eq!(faulty(Fault::TokenTypeLower).text("token_type"), "bearer");
    let empty = faulty(Fault::EmptyToken);
    assert_eq!(
        (empty.text("access_token"), empty.text("refresh_token")),
        Default::default()
    );
    let scope = Fault::Field("scope", Some(json!(["write"])));
    assert_eq!(faulty(scope).json()["scope"], json!(["write"]));
    assert!(
        !faulty(Fault::Field("scope", None))
            .keys()
            .contains(&"scope".to_owned())
    );
    let access = token(&server, &[], LOGIN).text("access_token");
    server.faults().next(Matching::Derived, Fault::EmptyToken);
    assert_eq!(
        bearer(&server, "/api_token", &access).body,
        r#"{"api_token":""}"#
    );
}

#[test]
fn lost_or_never_processed() {
    let server = server();
    let form = |text: &str| format!("grant_type=refresh_token&client_id=app&refresh_token={text}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let send = |text: &str| try_send(&server, "POST", "/oauth/token", &headers, &form(text));
    let text = token(&server, &[], LOGIN).text("refresh_token");
    server.faults().next(Matching::Token, Fault::Reset);
    assert!(send(&text).is_none());
    server
        .faults()
        .next(Matching::Token, Fault::Silence(Duration::from_millis(20)));
    assert!(send(&text).is_none());
    server.faults().next(Matching::Token, Fault::Html500);
    assert_eq!(send(&text).unwrap().status, 500);
    let second = refresh(&server, &text); // the server did not process the requests
    assert_eq!(second.status, 200);
    let text = second.text("refresh_token");
    server.faults().next(Matching::Token, Fault::LostResponse);
    assert!(send(&text).is_none());
    assert_eq!(refresh(&server, &text).status, 400); // the server used up the token
}

#[test]
fn a_delay_delays() {
    let server = server();
    let delay = Duration::from_millis(50);
    server.faults().next(Matching::Api, Fault::Delay(delay));
    let before = Instant::now();
    assert_eq!(get(&server, "/ping", &[]).status, 200);
    assert!(before.elapsed() >= delay);
}

#[test]
fn faults_are_picked_and_counted() {
    let server = server();
    let faults = server.faults();
    faults.times(2, Matching::Api, Fault::Html500);
    faults.next(Matching::Api, Fault::Status201);
    faults.next(Matching::Grant("refresh_token"), Fault::Empty200);
    faults.next(Matching::Path("/elsewhere".into()), Fault::Empty200);
    assert_eq!(faults.pending(), 5);
    let statuses = [(); 4].map(|()| get(&server, "/ping", &[]).status);
    assert_eq!(statuses, [500, 500, 201, 200]);
    assert_eq!(token(&server, &[], LOGIN).status, 200);
    assert_eq!(refresh(&server, "x").body, "");
    assert_eq!(get(&server, "/elsewhere", &[]).status, 200);
    assert_eq!(faults.pending(), 0);
    faults.always(Matching::Any, Fault::Html500);
    assert_eq!(get(&server, "/ping", &[]).status, 500);
    assert_eq!(token(&server, &[], LOGIN).status, 500);
    faults.clear();
    assert_eq!(get(&server, "/ping", &[]).status, 200);
}

#[test]
fn the_request_log() {
    let server = server();
    let access = token(&server, &[("user-agent", "test/1")], LOGIN).text("access_token");
    let mark = server.requests().mark();
    let secret = basic("app", "topsecret");
    token(
        &server,
        &[("authorization", &secret)],
        &[("grant_type", "client_credentials")],
    );
    bearer(&server, "/api_token", &access);
    get(
        &server,
        "/ping?code=topsecret&page=2",
        &[("authorization", "topsecret")],
    );
    get(&server, "/nowhere", &[]);
    let log = server.requests();
    assert_eq!((log.total(), log.since(mark).total()), (5, 4));
    assert_eq!(
        (log.token(), log.grant("password"), log.derived(), log.api()),
        (2, 1, 1, 1)
    );
    assert_eq!(
        (log.revoke(), log.authorize(), log.count(RequestKind::Other)),
        (0, 0, 1)
    );
    let first = &log.requests()[0];
    assert_eq!(first.path, path_of(&server.token_endpoint()));
    assert_eq!(
        (first.status, first.grant.as_deref()),
        (Some(200), Some("password"))
    );
    assert_eq!(first.user_agent.as_deref(), Some("test/1"));
    assert_eq!(
        first.fields,
        ["grant_type", "client_id", "username", "password"]
    );
    let schemes: Vec<_> = log.requests().iter().map(|r| r.scheme.as_deref()).collect();
    assert_eq!(
        schemes,
        [None, Some("Basic"), Some("Bearer"), Some("(none)"), None]
    );
    let shown = format!("{log:?} {server:?}");
    assert!(shown.contains("/ping?code=…&page=2"));
    for text in [
        "topsecret",
        &access,
        "alice",
        secret.trim_start_matches("Basic "),
    ] {
        assert!(!shown.contains(text), "{text} is shown");
    }
}

#[test]
fn holding_requests_back() {
    let server = server();
    let hold = server.hold(Matching::Grant("password"));
    thread::scope(|scope| {
        let requests: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| token(&server, &[], LOGIN).status))
            .collect();
        assert!(hold.wait_for(4, LONG));
        assert_eq!((hold.waiting(), server.in_flight()), (4, 4));
        assert_eq!(server.requests().token(), 4);
        assert!(
            server
                .requests()
                .requests()
                .iter()
                .all(|r| r.status.is_none())
        );
        assert_eq!(get(&server, "/ping", &[]).status, 200); // others pass
        assert!(!hold.wait_for(5, Duration::from_millis(10)));
        hold.release();
        for thread in requests {
            assert_eq!(thread.join().unwrap(), 200);
        }
    });
    assert_eq!(server.in_flight(), 0);
}

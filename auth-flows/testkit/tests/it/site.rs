//! Routes, authentication and derived tokens, as in a service like iNaturalist.

use std::time::Duration;

use auth_core::testkit::{Auth, DerivedTokens, Route, Site, json};
use auth_testkit::{Dialect, TestClient, TestServer};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::client::{Pairs, Response, basic, bearer, get, post, send, token};

fn site() -> Site {
    let respond = |auth: Auth| {
        move |request: &auth_core::testkit::RouteRequest<'_>| {
            let caller = request.caller.map(|caller| caller.user.clone());
            let id = request.segment("id").map(str::to_owned);
            json(
                200,
                &json!({ "auth": format!("{auth:?}"), "caller": caller, "id": id }),
            )
        }
    };
    Site::new()
        .with_derived_tokens(DerivedTokens {
            path: "/users/api_token",
            field: "api_token",
            lifetime: Duration::from_secs(86_400),
            scope: Some("write"),
        })
        .with_route(Route::get("/open/{id}", Auth::None, respond(Auth::None)))
        .with_route(Route::get("/login", Auth::None, |_| {
            json(200, &json!("hidden by Devise"))
        }))
        .with_route(Route::get("/edit", Auth::Login, respond(Auth::Login)))
        .with_route(Route::get("/v1/me", Auth::Derived, respond(Auth::Derived)))
        .with_route(Route::get("/panics", Auth::None, |_| {
            panic!("a panic in a route")
        }))
        .with_route(Route::new(
            http::Method::POST,
            "/echo",
            Auth::None,
            |request| http::Response::new(request.request.body().clone()),
        ))
}

fn server_of(dialect: Dialect) -> TestServer {
    TestServer::builder(dialect)
        .client(TestClient::public("app"))
        .client(TestClient::confidential("conf", "conf-secret"))
        .default_scopes("write login")
        .user("alice", "password")
        .user("bob", "hunter2")
        .site(site())
        .start()
        .expect("a free port")
}

fn server() -> TestServer {
    server_of(Dialect::doorkeeper_5())
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn api_token(server: &TestServer, authorization: &str) -> Response {
    let headers = [
        ("authorization", authorization),
        ("accept", "application/json"),
    ];
    get(server, "/users/api_token", &headers)
}

#[test]
fn a_derived_token_and_what_it_opens() {
    let server = server();
    let access = server
        .issue_access_token("app", "bob", "write login")
        .unwrap();
    let response = bearer(&server, "/users/api_token", &access);
    assert_eq!(
        (response.status, response.keys()),
        (200, vec!["api_token".to_owned()])
    );
    let derived = response.text("api_token");
    let claims = claims(&derived);
    assert_eq!(
        (&claims["user_id"], &claims["oauth_application_id"]),
        (&json!(2), &json!(1))
    );
    let exp = claims["exp"].as_u64().unwrap();
    assert!(exp.abs_diff(server.now().as_secs() + 86_400) <= 2);
    assert_eq!(bearer(&server, "/v1/me", &derived).text("caller"), "bob");
    assert_eq!(
        get(&server, "/v1/me", &[("authorization", &derived)]).text("caller"),
        "bob"
    );
    assert_eq!(bearer(&server, "/edit", &derived).text("caller"), "bob");
    let renewed = bearer(&server, "/users/api_token.json", &derived);
    assert_eq!(renewed.status, 200);
    assert_ne!(renewed.text("api_token"), derived);
}

#[test]
fn a_derived_route_admits_every_request() {
    let server = server();
    let access = server.issue_access_token("app", "alice", "write").unwrap();
    let derived = server.issue_derived_token("alice").unwrap();
    let check = |authorization: &str, expect: Value| {
        let response = get(&server, "/v1/me", &[("authorization", authorization)]);
        assert_eq!(response.status, 200);
        assert_eq!(response.json()["caller"], expect, "{authorization}");
    };
    check(&format!("Bearer {derived}"), json!("alice"));
    check(&format!("Bearer {access}"), Value::Null); // not a derived token
    check("Bearer garbage", Value::Null);
    check("", Value::Null);
    server.revoke_all();
    check(&format!("Bearer {derived}"), json!("alice")); // verified without a lookup
    server.expire_derived_tokens();
    check(&format!("Bearer {derived}"), Value::Null);
    let derived = server.issue_derived_token("alice").unwrap();
    check(&format!("Bearer {derived}"), json!("alice"));
    server.advance(Duration::from_secs(86_401));
    check(&format!("Bearer {derived}"), Value::Null);
}

#[test]
fn a_derived_token_requires_a_valid_token_and_its_scope() {
    let server = server();
    let narrow = server.issue_access_token("app", "alice", "login").unwrap();
    let derived = server.issue_derived_token("alice").unwrap();
    let conf = basic("conf", "conf-secret");
    let own = token(
        &server,
        &[("authorization", &conf)],
        &[("grant_type", "client_credentials")],
    );
    let revoked = server.issue_access_token("app", "alice", "write").unwrap();
    server.revoke_access_tokens();
    let check = |authorization: &str, status: u16, description: &str| {
        let response = api_token(&server, authorization);
        assert_eq!(
            (response.status, response.body.as_str()),
            (status, ""),
            "{authorization}"
        );
        assert_eq!(response.header("content-type"), Some("text/html"));
        let challenge = response
            .header("www-authenticate")
            .unwrap_or_default()
            .to_owned();
        let expect = format!(
            r#"Bearer realm="Doorkeeper", error="invalid_token", error_description="{description}""#
        );
        assert_eq!(
            challenge,
            if description.is_empty() {
                String::new()
            } else {
                expect
            }
        );
    };
    check("Bearer garbage", 401, "The access token is invalid");
    check(
        &format!("Bearer {revoked}"),
        401,
        "The access token was revoked",
    );
    check(
        &format!("Bearer {narrow}"),
        401,
        "The access token was revoked",
    );
    server.expire_derived_tokens();
    check(
        &format!("Bearer {derived}"),
        401,
        "The access token is invalid",
    );
    let narrow = server.issue_access_token("app", "alice", "login").unwrap();
    check(&format!("Bearer {narrow}"), 403, "");
    assert!(own.text("access_token").len() == 43);
    let own = token(
        &server,
        &[("authorization", &conf)],
        &[("grant_type", "client_credentials")],
    );
    let response = api_token(&server, &format!("Bearer {}", own.text("access_token")));
    assert_eq!(response.status, 302);
}

#[test]
fn without_authentication() {
    let server = server();
    let login = format!("{}/login", server.url());
    let check = |path: &str, accept: &str, status: u16| {
        let response = get(&server, path, &[("accept", accept)]);
        assert_eq!(response.status, status, "{path} {accept}");
        match status {
            302 => assert_eq!(response.header("location"), Some(login.as_str())),
            _ => assert_eq!(
                response.body,
                r#"{"error":"You need to sign in or sign up before continuing."}"#
            ),
        }
    };
    check("/users/api_token", "application/json", 401);
    check("/users/api_token.json", "*/*", 401);
    check("/users/api_token", "*/*", 302);
    check("/users/api_token", "text/html", 302);
    check("/users/api_token", "application/json, */*", 302); // like a browser's
    check("/edit", "application/json", 401);
    check("/edit", "*/*", 302);
    let bare = server_of(Dialect::doorkeeper_5().without_devise());
    let response = get(&bare, "/edit", &[]);
    assert_eq!((response.status, response.body.as_str()), (401, ""));
}

#[test]
fn a_user_copies_the_token_from_the_browser() {
    let server = server();
    let page = get(&server, "/login", &[]);
    assert!(
        page.body
            .contains("<form method=\"post\" action=\"/login\">")
    );
    let refused = post(
        &server,
        "/login",
        &[],
        &[("login", "alice"), ("password", "x")],
    );
    assert!(refused.body.contains("Wrong login or password"));
    let response = post(
        &server,
        "/login",
        &[],
        &[("login", "alice"), ("password", "password")],
    );
    let cookie = response.header("set-cookie").unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let response = get(&server, "/users/api_token", &[("cookie", cookie)]);
    assert_eq!(claims(&response.text("api_token"))["user_id"], 1);
    assert!(claims(&response.text("api_token"))["oauth_application_id"].is_null());
}

#[test]
fn routes() {
    let server = server();
    let check = |method: &str, path: &str, status: u16| {
        let response = send(&server, method, path, &[], "body");
        assert_eq!(response.status, status, "{method} {path}");
        response
    };
    assert_eq!(check("GET", "/open/7?x=1", 200).text("id"), "7");
    assert_eq!(check("POST", "/echo", 200).body, "body");
    assert_eq!(check("HEAD", "/open/7", 200).body, "");
    check("GET", "/echo", 404);
    check("GET", "/nowhere", 404);
    check("GET", "/oauth/token", 404);
    check("GET", "/panics", 500);
    check("GET", "/open/7", 200);
}

#[test]
fn unknown_users_and_clients_get_no_tokens() {
    let server = server();
    let access = |client: &str, user: &str| server.issue_access_token(client, user, "write");
    assert!(access("app", "alice").is_some());
    assert!(access("unknown", "alice").is_none());
    assert!(access("app", "unknown").is_none());
    assert!(server.issue_derived_token("unknown").is_none());
    let derived = [
        ("authorization", "Bearer x"),
        ("accept", "application/json"),
    ];
    let headers: Pairs<'_> = &derived;
    assert_eq!(
        send(&server, "POST", "/users/api_token", headers, "").status,
        404
    );
}

//! Doorkeeper's table of responses. Each line was also observed on a running Doorkeeper 5.5.0.

use std::time::Duration;

use auth_testkit::person::Outcome;
use auth_testkit::{Dialect, TestClient, TestServer};

use crate::client::{
    CHALLENGE, Pairs, REDIRECT, VERIFIER, basic, code, query_of, redirected, says, send, token,
    value, visit, with,
};

const ASK: Pairs<'_> = &[
    ("client_id", "public"),
    ("redirect_uri", REDIRECT),
    ("response_type", "code"),
    ("state", "the state"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

const EXCHANGE: Pairs<'_> = &[
    ("grant_type", "authorization_code"),
    ("client_id", "public"),
    ("redirect_uri", REDIRECT),
    ("code_verifier", VERIFIER),
];

pub(crate) const PASSWORD: Pairs<'_> = &[
    ("grant_type", "password"),
    ("client_id", "conf"),
    ("client_secret", "conf-secret"),
    ("username", "alice"),
    ("password", "password"),
];

pub(crate) fn server_of(dialect: Dialect) -> TestServer {
    let with_uris = |client: TestClient| {
        client
            .redirect_uri("http://127.0.0.1/cb")
            .redirect_uri("http://localhost:8910/cb")
            .redirect_uri("urn:ietf:wg:oauth:2.0:oob")
    };
    TestServer::builder(dialect)
        .client(with_uris(TestClient::public("public")))
        .client(with_uris(TestClient::confidential("conf", "conf-secret")))
        .default_scopes("write login")
        .optional_scopes("account_delete")
        .user("alice", "password")
        .start()
        .expect("a free port")
}

pub(crate) fn server() -> TestServer {
    server_of(Dialect::doorkeeper_5())
}

#[test]
fn the_token_response_of_the_code_flow() {
    let server = server();
    let code = code(&server, ASK);
    assert_eq!(code.len(), 43);
    let response = token(&server, &[], &with(EXCHANGE, &[("code", &code)]));
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(
        response.keys(),
        ["access_token", "created_at", "scope", "token_type"]
    );
    assert!(response.body.starts_with(r#"{"access_token":"#));
    assert_eq!(response.text("access_token").len(), 43);
    assert_eq!(response.text("token_type"), "Bearer");
    assert_eq!(response.text("scope"), "write login");
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(
        response.header("content-type"),
        Some("application/json; charset=utf-8")
    );
}

#[test]
fn the_redirect_carries_the_state() {
    let server = server();
    let back = redirected(&server, ASK);
    let names: Vec<_> = back.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state"]);
    assert_eq!(value(&back, "state"), Some("the state"));
    let back = redirected(&server, &with(ASK, &[("state", "")]));
    assert_eq!(back.len(), 1);
}

#[test]
fn a_code_is_bound_and_single_use() {
    let server = server();
    let code = code(&server, ASK);
    let check = |changes: Pairs<'_>, status: u16, error: &str| {
        let form = with(&with(EXCHANGE, &[("code", &code)]), changes);
        let response = token(&server, &[], &form);
        says(&response, (status, error), changes);
    };
    check(&[("code", "garbage")], 400, "invalid_grant");
    check(&[("code", "")], 400, "invalid_request");
    check(&[("code_verifier", "")], 400, "invalid_request");
    check(&[("code_verifier", &"A".repeat(43))], 400, "invalid_grant");
    check(&[("redirect_uri", "")], 400, "invalid_request");
    check(
        &[("redirect_uri", "http://127.0.0.1:41234/other")],
        400,
        "invalid_grant",
    );
    check(
        &[("client_id", "conf"), ("client_secret", "conf-secret")],
        400,
        "invalid_grant",
    );
    check(&[("client_id", "unknown")], 401, "invalid_client");
    check(&[("redirect_uri", "http://127.0.0.1:5/cb")], 200, ""); // the port is ignored
    check(&[], 400, "invalid_grant");
}

#[test]
fn codes_expire() {
    let server = server();
    let code = code(&server, ASK);
    server.advance(Duration::from_secs(601));
    let response = token(&server, &[], &with(EXCHANGE, &[("code", &code)]));
    assert_eq!(response.text("error"), "invalid_grant");
}

#[test]
fn challenges_and_verifiers_belong_together() {
    let server = server();
    let check = |changes: Pairs<'_>, exchange: Pairs<'_>, expect: &str| {
        let code = code(&server, &with(ASK, changes));
        let form = with(&with(EXCHANGE, &[("code", &code)]), exchange);
        let response = token(&server, &[], &form);
        assert_eq!(response.text("error"), expect, "{changes:?} {exchange:?}");
    };
    let none: Pairs<'_> = &[("code_challenge", ""), ("code_challenge_method", "")];
    let plain = [
        ("code_challenge", VERIFIER),
        ("code_challenge_method", "plain"),
    ];
    check(&[], &[], "");
    check(&plain, &[], "");
    check(none, &[], "invalid_grant");
    check(none, &[("code_verifier", "")], "");
    let secret = ("client_secret", "conf-secret");
    check(
        &[("client_id", "conf")],
        &[("client_id", "conf")],
        "invalid_client",
    );
    check(
        &[("client_id", "conf")],
        &[("client_id", "conf"), secret],
        "",
    );
}

#[test]
fn a_bad_authorization_request_is_a_page() {
    let server = server();
    let check = |changes: Pairs<'_>, expect: &str| {
        let Outcome::Page { status, text, .. } = visit(&server, &with(ASK, changes)) else {
            panic!("{changes:?} is not a page");
        };
        assert_eq!(status, 200);
        assert!(text.contains(expect), "{changes:?}: {text}");
    };
    check(&[("client_id", "unknown")], "unknown client");
    check(
        &[("client_id", "")],
        "Missing required parameter: client_id",
    );
    check(&[("redirect_uri", "http://evil.example/")], "redirect uri");
    check(&[("redirect_uri", "http://localhost:1/cb")], "redirect uri");
    check(
        &[("response_type", "token")],
        "does not support this response type",
    );
    check(
        &[("response_type", "")],
        "Missing required parameter: response_type",
    );
    check(&[("scope", "nope")], "requested scope is invalid");
    check(&[("code_challenge_method", "")], "code challenge method");
    check(
        &[("code_challenge_method", "S512")],
        "code challenge method",
    );
}

#[test]
fn denial_goes_back_to_the_client() {
    let server = server();
    let deny = |uri: &str| {
        let query = crate::client::encoded(&with(ASK, &[("redirect_uri", uri)]));
        let url = format!("{}?{query}", server.authorization_endpoint());
        let person = auth_testkit::person::Person::new("alice", "password").denies();
        person.visit(&url).unwrap()
    };
    let Outcome::Redirected(url) = deny(REDIRECT) else {
        panic!("not redirected");
    };
    let back = query_of(&url);
    let names: Vec<_> = back.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["error", "error_description", "state"]);
    assert_eq!(value(&back, "error"), Some("access_denied"));
    let Outcome::Page { status, .. } = deny("urn:ietf:wg:oauth:2.0:oob") else {
        panic!("redirected out of band");
    };
    assert_eq!(status, 400);
}

#[test]
fn out_of_band_codes_are_shown() {
    let server = server();
    let oob = ("redirect_uri", "urn:ietf:wg:oauth:2.0:oob");
    let Outcome::Code(code) = visit(&server, &with(ASK, &[oob])) else {
        panic!("no code on the page");
    };
    let form = with(EXCHANGE, &[("code", &code), oob]);
    assert_eq!(token(&server, &[], &form).status, 200);
}

#[test]
fn grants_and_clients() {
    let server = server();
    let conf = basic("conf", "conf-secret");
    let wrong = basic("conf", "wrong");
    let cc: Pairs<'_> = &[("grant_type", "client_credentials")];
    let check = |authorization: &str, form: Pairs<'_>, status: u16, error: &str| {
        let headers: Pairs<'_> = match authorization {
            "" => &[],
            _ => &[("authorization", authorization)],
        };
        let response = token(&server, headers, form);
        says(&response, (status, error), form);
        let challenge = response
            .header("www-authenticate")
            .unwrap_or_default()
            .to_owned();
        let expected = format!(r#"Bearer realm="Doorkeeper", error="{error}""#);
        assert!(
            error.is_empty() || challenge.starts_with(&expected),
            "{challenge}"
        );
    };
    check("", &[], 400, "invalid_request");
    check("", &[("grant_type", "x")], 400, "unsupported_grant_type");
    check(
        "",
        &[("grant_type", "refresh_token"), ("refresh_token", "x")],
        400,
        "unsupported_grant_type",
    );
    check(&conf, cc, 200, "");
    check(&wrong, cc, 401, "invalid_client");
    check("", cc, 401, "invalid_client");
    let by_form = |secret| with(cc, &[("client_id", "conf"), ("client_secret", secret)]);
    check("", &by_form("conf-secret"), 200, "");
    check(&conf, &by_form("bad"), 200, ""); // the Basic header takes precedence
    check(&conf.replace("Basic", "basic"), cc, 401, "invalid_client");
    check(&conf, &with(cc, &[("scope", "account_delete")]), 200, "");
    check(&conf, &with(cc, &[("scope", "nope")]), 400, "invalid_scope");
    check("", PASSWORD, 200, "");
    let password = |form: Pairs<'_>, status: u16, error: &str| {
        check("", &with(PASSWORD, form), status, error);
    };
    let public = ("client_id", "public");
    password(&[("client_secret", "wrong")], 401, "invalid_client");
    password(&[("client_secret", "")], 401, "invalid_client");
    password(&[public, ("client_secret", "")], 200, "");
    password(&[public, ("client_secret", "x")], 401, "invalid_client");
}

#[test]
fn basic_is_never_form_decoded() {
    let server = TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::confidential("id", "s%20+/: é"))
        .start()
        .unwrap();
    let check = |secret: &str, expect: u16| {
        let header = basic("id", secret);
        let form: Pairs<'_> = &[("grant_type", "client_credentials")];
        let response = token(&server, &[("authorization", &header)], form);
        assert_eq!(response.status, expect, "{secret}");
    };
    check("s%20+/: é", 200);
    check("s%2520%2B%2F%3A+%C3%A9", 401);
}

#[test]
fn json_bodies_are_accepted() {
    let server = server();
    let body = serde_json::json!({
        "grant_type": "password", "client_id": "conf", "client_secret": "conf-secret",
        "username": "alice", "password": "password",
    });
    let headers = [("content-type", "application/json")];
    let response = send(&server, "POST", "/oauth/token", &headers, &body.to_string());
    assert_eq!(response.status, 200);
}

#[test]
fn a_confidential_client_gets_one_consent_form() {
    let server = server();
    let query = with(ASK, &[("client_id", "conf")]);
    let url = format!(
        "{}?{}",
        server.authorization_endpoint(),
        crate::client::encoded(&query)
    );
    let alice = auth_testkit::person::Person::new("alice", "password");
    let url_back = alice.visit(&url).unwrap().into_redirect().unwrap();
    let back = query_of(&url_back);
    let form = [
        ("code", value(&back, "code").unwrap()),
        ("client_id", "conf"),
        ("client_secret", "conf-secret"),
    ];
    assert_eq!(token(&server, &[], &with(EXCHANGE, &form)).status, 200);
    let mark = server.requests().mark();
    alice.visit(&url).unwrap().into_redirect().unwrap();
    assert_eq!(server.requests().since(mark).authorize(), 1);
}

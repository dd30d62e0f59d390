//! Refresh tokens in each mode of rotation.

use std::time::Duration;

use auth_core::testkit::{Auth, Route, Site, json};
use auth_testkit::{Dialect, Rotation, TestClient, TestServer};

use crate::client::{Pairs, Response, bearer, post, token};

const CLIENT: Pairs<'_> = &[("client_id", "conf"), ("client_secret", "conf-secret")];

fn server(rotation: Rotation) -> TestServer {
    let site = Site::new().with_route(Route::get("/ping", Auth::Login, |_| {
        json(200, &serde_json::json!({}))
    }));
    TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::confidential("conf", "conf-secret"))
        .user("alice", "password")
        .refresh_tokens(rotation)
        .access_token_lifetime(Some(Duration::from_secs(7200)))
        .site(site)
        .start()
        .expect("a free port")
}

fn login(server: &TestServer) -> Response {
    let user = [("username", "alice"), ("password", "password")];
    token(
        server,
        &[],
        &[CLIENT, &[("grant_type", "password")], &user].concat(),
    )
}

fn refresh(server: &TestServer, text: &str) -> Response {
    let grant = [("grant_type", "refresh_token"), ("refresh_token", text)];
    token(server, &[], &[CLIENT, &grant].concat())
}

fn ping(server: &TestServer, response: &Response) -> u16 {
    bearer(server, "/ping", &response.text("access_token")).status
}

#[test]
fn responses_say_when_they_expire() {
    let server = server(Rotation::OnUse);
    let first = login(&server);
    assert_eq!(first.json()["expires_in"], 7200);
    assert_eq!(first.text("refresh_token").len(), 43);
    server.advance(Duration::from_secs(7201));
    let response = bearer(&server, "/ping", &first.text("access_token"));
    assert_eq!(response.status, 401);
    let challenge = response.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("The access token expired"),
        "{challenge}"
    );
    assert_eq!(refresh(&server, &first.text("refresh_token")).status, 200);
}

#[test]
fn rotation_on_use_revokes_the_old_token_when_the_new_one_is_used() {
    let server = server(Rotation::OnUse);
    let first = login(&server);
    let old = first.text("refresh_token");
    assert_eq!(refresh(&server, &old).status, 200);
    let second = refresh(&server, &old);
    assert_eq!(second.status, 200);
    assert_eq!(ping(&server, &first), 200);
    assert_eq!(ping(&server, &second), 200);
    assert_eq!(ping(&server, &first), 401);
    let response = refresh(&server, &old);
    assert_eq!(
        (response.status, response.text("error").as_str()),
        (400, "invalid_grant")
    );
}

#[test]
fn instant_rotation_revokes_the_old_tokens() {
    let server = server(Rotation::Instant);
    let first = login(&server);
    let second = refresh(&server, &first.text("refresh_token"));
    assert_eq!(ping(&server, &first), 401);
    assert_eq!(refresh(&server, &first.text("refresh_token")).status, 400);
    assert_eq!(ping(&server, &second), 200);
    assert_eq!(refresh(&server, &second.text("refresh_token")).status, 200);
}

#[test]
fn reuse_revokes_the_tokens_of_that_login_only() {
    let server = server(Rotation::KillFamily);
    let (first, stranger) = (login(&server), login(&server));
    let second = refresh(&server, &first.text("refresh_token"));
    assert_eq!(ping(&server, &second), 200);
    assert_eq!(refresh(&server, &first.text("refresh_token")).status, 400);
    assert_eq!(ping(&server, &second), 401);
    assert_eq!(refresh(&server, &second.text("refresh_token")).status, 400);
    assert_eq!(ping(&server, &stranger), 200);
}

#[test]
fn the_client_and_the_scope_are_checked() {
    let server = server(Rotation::Instant);
    let text = login(&server).text("refresh_token");
    let check = |changes: Pairs<'_>, status: u16, error: &str| {
        let grant = [("grant_type", "refresh_token"), ("refresh_token", &text)];
        let response = token(&server, &[], &[CLIENT, &grant, changes].concat());
        assert_eq!(
            (response.status, response.text("error").as_str()),
            (status, error)
        );
    };
    check(&[("client_secret", "wrong")], 401, "invalid_client");
    check(&[("scope", "more")], 400, "invalid_scope");
    check(&[("refresh_token", "")], 400, "invalid_request");
    check(&[], 200, "");
}

#[test]
fn a_test_revokes_tokens() {
    let server = server(Rotation::Instant);
    let first = login(&server);
    server.revoke_refresh_tokens();
    assert_eq!(refresh(&server, &first.text("refresh_token")).status, 400);
    assert_eq!(ping(&server, &first), 200);
    server.revoke_access_tokens();
    assert_eq!(ping(&server, &first), 401);
    let second = login(&server);
    server.revoke_all();
    assert_eq!(ping(&server, &second), 401);
    assert_eq!(refresh(&server, &second.text("refresh_token")).status, 400);
}

#[test]
fn revoking_the_refresh_token_revokes_both() {
    let server = server(Rotation::Instant);
    let first = login(&server);
    let text = first.text("refresh_token");
    let form = [CLIENT, &[("token", text.as_str())]].concat();
    assert_eq!(post(&server, "/oauth/revoke", &[], &form).body, "{}");
    assert_eq!(ping(&server, &first), 401);
    assert_eq!(refresh(&server, &text).status, 400);
}

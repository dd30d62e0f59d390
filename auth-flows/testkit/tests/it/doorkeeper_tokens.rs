//! Doorkeeper's responses, continued: wrong passwords, revocation, introspection, token info.

use auth_testkit::{Dialect, TestServer};

use crate::client::{Pairs, basic, bearer, get, post, token, with};
use crate::doorkeeper::{PASSWORD, server, server_of};

#[test]
fn the_application_responds_to_a_wrong_password() {
    let check = |server: &TestServer, form: Pairs<'_>, content: &str, challenged: bool| {
        let response = token(server, &[], form);
        assert_eq!(response.status, 400);
        assert_eq!(response.text("error"), "invalid_grant");
        assert_eq!(response.header("content-type"), Some(content));
        assert_eq!(response.header("www-authenticate").is_some(), challenged);
        response
    };
    let wrong = with(PASSWORD, &[("password", "wrong")]);
    let server = server();
    check(&server, &wrong, "text/html; charset=utf-8", false);
    // The application checks the password before the gem checks the client.
    let both_wrong = with(&wrong, &[("client_secret", "wrong")]);
    check(&server, &both_wrong, "text/html; charset=utf-8", false);
    server.suspend("alice", Some("2027-01-01T00:00:00Z"));
    let response = check(&server, PASSWORD, "text/html; charset=utf-8", false);
    assert_eq!(response.text("suspended_until"), "2027-01-01T00:00:00Z");
    server.suspend("alice", None);
    let response = check(&server, PASSWORD, "text/html; charset=utf-8", false);
    assert!(response.json()["suspended_until"].is_null());
    let bare = server_of(Dialect::doorkeeper_5().without_devise());
    check(&bare, &wrong, "application/json; charset=utf-8", true);
}

#[test]
fn revocation() {
    let server = server();
    let conf = basic("conf", "conf-secret");
    let access = token(&server, &[], PASSWORD).text("access_token");
    let check = |authorization: &str, form: Pairs<'_>, status: u16, body: &str| {
        let headers: Pairs<'_> = match authorization {
            "" => &[],
            _ => &[("authorization", authorization)],
        };
        let response = post(&server, "/oauth/revoke", headers, form);
        assert_eq!(response.status, status, "{form:?}");
        assert!(response.body.starts_with(body), "{}", response.body);
    };
    let refused = r#"{"error":"unauthorized_client","#;
    check("", &[("token", &access)], 403, refused);
    check(
        "",
        &[("token", &access), ("client_id", "unknown")],
        403,
        refused,
    );
    check(
        "",
        &[("token", &access), ("client_id", "public")],
        403,
        refused,
    );
    check(
        "",
        &[("token", "unknown"), ("client_id", "public")],
        200,
        "{}",
    );
    check("", &[("client_id", "public")], 200, "{}");
    assert_eq!(bearer(&server, "/oauth/token/info", &access).status, 200);
    check(&conf, &[("token", &access)], 200, "{}");
    check(&conf, &[("token", &access)], 200, "{}");
    assert_eq!(bearer(&server, "/oauth/token/info", &access).status, 401);
}

#[test]
fn introspection_and_token_info() {
    let server = server();
    let conf = basic("conf", "conf-secret");
    let access = token(&server, &[], PASSWORD).text("access_token");
    let check = |authorization: &str, what: &str, status: u16, expect: &str| {
        let headers = [("authorization", authorization)];
        let response = post(&server, "/oauth/introspect", &headers, &[("token", what)]);
        assert_eq!(response.status, status);
        assert!(response.body.contains(expect), "{}", response.body);
    };
    check(&conf, &access, 200, r#""exp":0"#); // expires never
    check(
        &conf,
        &access,
        200,
        r#"{"active":true,"scope":"write login","client_id":"conf""#,
    );
    check(&conf, "unknown", 200, r#"{"active":false}"#);
    check(&basic("conf", "x"), &access, 401, "invalid_client");
    check("", &access, 400, "invalid_request");
    check(&format!("Bearer {access}"), &access, 401, "invalid_token");
    let response = bearer(&server, "/oauth/token/info", &access);
    assert!(response.body.starts_with(
        r#"{"resource_owner_id":1,"scope":["write","login"],"expires_in":null,"application":{"uid":"conf"},"#
    ));
    let response = get(&server, "/oauth/token/info", &[]);
    assert_eq!(
        (response.status, response.text("error").as_str()),
        (401, "invalid_token")
    );
}

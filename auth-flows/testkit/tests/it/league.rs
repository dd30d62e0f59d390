//! league's tables of responses, for versions 8 and 9 side by side.

use std::time::Duration;

use auth_core::testkit::{Auth, Route, Site, json};
use auth_testkit::person::{Outcome, Person};
use auth_testkit::{Dialect, TestClient, TestServer};

use crate::client::{
    CHALLENGE, Pairs, REDIRECT, Response, VERIFIER, basic, bearer, code, encoded, get, query_of,
    redirected, says, send, token, value, visit, with,
};

const ASK: Pairs<'_> = &[
    ("client_id", "conf"),
    ("redirect_uri", REDIRECT),
    ("response_type", "code"),
    ("state", "the state"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

const EXCHANGE: Pairs<'_> = &[
    ("grant_type", "authorization_code"),
    ("client_id", "conf"),
    ("client_secret", "conf-secret"),
    ("redirect_uri", REDIRECT),
    ("code_verifier", VERIFIER),
];

const CREDENTIALS: Pairs<'_> = &[
    ("grant_type", "client_credentials"),
    ("client_id", "conf"),
    ("client_secret", "conf-secret"),
];

fn server(dialect: Dialect) -> TestServer {
    let site = Site::new().with_route(Route::get("/rest/me", Auth::Login, |request| {
        let caller = request.caller.expect("a route with a login has a caller");
        json(
            200,
            &serde_json::json!({ "user": caller.user, "scope": caller.scope }),
        )
    }));
    TestServer::builder(dialect)
        .client(
            TestClient::confidential("conf", "conf-secret")
                .redirect_uri("http://127.0.0.1/cb")
                .redirect_uri("https://example.org/cb")
                .scopes("observation:read observation:write"),
        )
        .client(
            TestClient::public("public")
                .redirect_uri("http://127.0.0.1/cb")
                .grants(["authorization_code"]),
        )
        .client(TestClient::confidential("other", "other-secret"))
        .user("alice", "password")
        .site(site)
        .start()
        .expect("a free port")
}

/// Runs a table against both versions. Its lines have (status, error) of 8 and of 9.
fn both(check: impl Fn(&TestServer, usize)) {
    check(&server(Dialect::league_8()), 0);
    check(&server(Dialect::league_9()), 1);
}

#[test]
fn shapes_of_tokens() {
    both(|server, version| {
        let code = code(server, ASK);
        assert_eq!(code.len(), 812);
        let response = token(server, &[], &with(EXCHANGE, &[("code", &code)]));
        assert!(
            response
                .body
                .starts_with(r#"{"token_type":"Bearer","expires_in":3600,"access_token":"#)
        );
        assert_eq!(
            response.keys(),
            ["access_token", "expires_in", "refresh_token", "token_type"]
        );
        assert_eq!(response.text("refresh_token").len(), 744);
        assert!((640..760).contains(&response.text("access_token").len()));
        assert_eq!(
            response.header("content-type"),
            Some("application/json; charset=UTF-8")
        );
        let response = token(server, &[], CREDENTIALS);
        assert_eq!(
            response.keys(),
            ["access_token", "expires_in", "token_type"],
            "{version}"
        );
    });
}

#[test]
fn client_authentication() {
    both(|server, version| {
        let good = basic("conf", "conf-secret");
        let wrong = basic("conf", "wrong");
        let check = |authorization: &str, form: Pairs<'_>, expect: [(u16, &str); 2]| {
            let headers: Pairs<'_> = match authorization {
                "" => &[],
                _ => &[("authorization", authorization)],
            };
            let response = token(
                server,
                headers,
                &with(&[("grant_type", "client_credentials")], form),
            );
            let (status, error) = expect[version];
            says(&response, (status, error), (&version, &form));
            let challenged = response.header("www-authenticate").is_some();
            assert_eq!(challenged, error == "invalid_client" && !headers.is_empty());
        };
        let ok = [(200, ""); 2];
        let bad_client = [(401, "invalid_client"); 2];
        let bad_request = [(400, "invalid_request"); 2];
        let (id, secret) = (("client_id", "conf"), ("client_secret", "conf-secret"));
        check("", &[id, secret], ok);
        check(&good, &[], ok);
        check(&good, &[id], ok);
        check("", &[id, ("client_secret", "wrong")], bad_client);
        check(&wrong, &[], bad_client);
        check("", &[("client_id", "unknown"), secret], bad_client);
        check(
            "",
            &[id],
            [(401, "invalid_client"), (400, "invalid_request")],
        );
        check("", &[], bad_request);
        check(&good, &[("client_secret", "wrong")], bad_client); // the body takes precedence
        check(&wrong, &[secret], ok);
        check(&good, &[("client_id", "other")], bad_client);
        check(
            &good.replace("Basic", "basic"),
            &[],
            [(400, "invalid_request"), (200, "")],
        );
        check(
            "",
            &[id, ("client_secret", " conf-secret ")],
            [(401, "invalid_client"), (200, "")],
        );
        let wrong_grant = [(401, "invalid_client"), (400, "unauthorized_client")];
        check("", &[("client_id", "public")], wrong_grant);
        check("", &[id, secret, ("scope", "observation:read")], ok);
        check(
            "",
            &[id, secret, ("scope", "nope")],
            [(400, "invalid_scope"); 2],
        );
        check(
            "",
            &[id, secret, ("scope", "observation:read,observation:write")],
            [(400, "invalid_scope"); 2],
        );
        check(
            "",
            &[id, secret, ("grant_type", "x")],
            [(400, "unsupported_grant_type"); 2],
        );
    });
}

#[test]
fn only_forms_count() {
    both(|server, _| {
        let json = r#"{"grant_type":"client_credentials","client_id":"conf","client_secret":"conf-secret"}"#;
        let headers = [("content-type", "application/json")];
        let response = send(server, "POST", "/oauth2/token", &headers, json);
        says(&response, (400, "unsupported_grant_type"), "");
        let path = format!("/oauth2/token?{}", encoded(CREDENTIALS));
        let response = send(server, "POST", &path, &[], "");
        says(&response, (400, "unsupported_grant_type"), "");
    });
}

#[test]
fn codes() {
    both(|server, version| {
        let code = code(server, ASK);
        let check = |changes: Pairs<'_>, expect: [(u16, &str); 2]| {
            let form = with(&with(EXCHANGE, &[("code", &code)]), changes);
            let response = token(server, &[], &form);
            let (status, error) = expect[version];
            says(&response, (status, error), (&version, &changes));
        };
        let request = [(400, "invalid_request"); 2];
        let invalid = [(400, "invalid_request"), (400, "invalid_grant")];
        check(&[("code", "garbage")], invalid);
        check(&[("code", "")], request);
        check(
            &[
                ("client_id", "other"),
                ("client_secret", "other-secret"),
                ("redirect_uri", ""),
            ],
            request,
        );
        check(&[("redirect_uri", "")], request);
        check(&[("redirect_uri", "https://example.org/cb")], request);
        check(
            &[("redirect_uri", "http://evil.example/")],
            [(401, "invalid_client"), (400, "invalid_request")],
        );
        check(&[("code_verifier", "")], request);
        check(&[("code_verifier", "short")], request);
        check(
            &[("code_verifier", &format!("{}=", &VERIFIER[..43]))],
            request,
        );
        check(
            &[("code_verifier", &"A".repeat(43))],
            [(400, "invalid_grant"); 2],
        );
        check(&[], [(200, ""); 2]);
        check(&[], invalid);
    });
}

#[test]
fn codes_expire() {
    both(|server, version| {
        let code = code(server, ASK);
        server.advance(Duration::from_secs(601));
        let response = token(server, &[], &with(EXCHANGE, &[("code", &code)]));
        assert_eq!(response.text("hint"), "Authorization code has expired");
        assert_eq!(
            response.text("error"),
            ["invalid_request", "invalid_grant"][version]
        );
    });
}

#[test]
fn challenges() {
    both(|server, _| {
        let check = |changes: Pairs<'_>, exchange: Pairs<'_>, expect: &str| {
            let code = code(server, &with(ASK, changes));
            let form = with(&with(EXCHANGE, &[("code", &code)]), exchange);
            assert_eq!(
                token(server, &[], &form).text("error"),
                expect,
                "{changes:?}"
            );
        };
        let none: Pairs<'_> = &[("code_challenge", ""), ("code_challenge_method", "")];
        check(
            &[("code_challenge", VERIFIER), ("code_challenge_method", "")],
            &[],
            "",
        ); // the default method is plain
        check(none, &[("code_verifier", "")], "");
        check(none, &[], "invalid_request");
    });
    let symfony = server(Dialect::league_9().with_symfony());
    let plain = [("code_challenge_method", "plain")];
    let Outcome::Page { status, .. } = visit(&symfony, &with(ASK, &plain)) else {
        panic!("plain was accepted");
    };
    assert_eq!(status, 400);
}

#[test]
fn a_bad_authorization_request_is_json_in_the_browser() {
    both(|server, version| {
        let check = |changes: Pairs<'_>, status: u16, error: &str| {
            let query = encoded(&with(ASK, changes));
            for path in ["/oauth2/authorize", "/oauth2/authorize/fr"] {
                let response = get(server, &format!("{path}?{query}"), &[]);
                says(&response, (status, error), changes);
                assert_eq!(
                    response.keys().contains(&"message".to_owned()),
                    version == 0
                );
            }
        };
        check(&[("client_id", "unknown")], 401, "invalid_client");
        check(&[("client_id", "")], 400, "unsupported_grant_type");
        check(&[("response_type", "token")], 400, "unsupported_grant_type");
        check(
            &[("redirect_uri", "http://127.0.0.1:1/cb/")],
            401,
            "invalid_client",
        );
        check(
            &[("redirect_uri", "http://localhost:1/cb")],
            401,
            "invalid_client",
        );
        check(&[("redirect_uri", "")], 401, "invalid_client"); // the client has two
        check(&[("code_challenge_method", "S512")], 400, "invalid_request");
        check(&[("code_challenge", "short")], 400, "invalid_request");
        let public = [("client_id", "public"), ("code_challenge", "")];
        check(&public, 400, "invalid_request");
    });
}

#[test]
fn errors_in_the_redirect() {
    both(|server, version| {
        let back = redirected(server, &with(ASK, &[("scope", "no<b>pe")]));
        assert_eq!(value(&back, "error"), Some("invalid_scope"));
        assert_eq!(
            value(&back, "hint"),
            Some("Check the `no&lt;b&gt;pe` scope")
        );
        assert_eq!(value(&back, "state"), [None, Some("the state")][version]);
        assert_eq!(value(&back, "message").is_some(), version == 0);
        let url = format!("{}?{}", server.authorization_endpoint(), encoded(ASK));
        let alice = Person::new("alice", "password").denies();
        let back = query_of(&alice.visit(&url).unwrap().into_redirect().unwrap());
        assert_eq!(value(&back, "error"), Some("access_denied"));
        assert_eq!(value(&back, "hint"), Some("The user denied the request"));
        assert_eq!(value(&back, "state"), Some("the state"));
    });
}

#[test]
fn refresh_tokens_rotate_at_once() {
    both(|server, version| {
        let code = code(server, ASK);
        let first = token(server, &[], &with(EXCHANGE, &[("code", &code)]));
        let refresh = |refresh_token: &str, changes: Pairs<'_>| {
            let form = with(
                CREDENTIALS,
                &[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", refresh_token),
                ],
            );
            token(server, &[], &with(&form, changes))
        };
        let invalid = [(401, "invalid_request"), (400, "invalid_grant")][version];
        let check = |response: &Response, hint: &str| {
            says(response, invalid, hint);
            assert_eq!(
                response.text("error_description"),
                "The refresh token is invalid."
            );
            assert_eq!(response.text("hint"), hint);
            assert_eq!(
                response.keys().contains(&"message".to_owned()),
                version == 0
            );
        };
        let old = first.text("refresh_token");
        check(&refresh("garbage", &[]), "Cannot decrypt the refresh token");
        let other = [("client_id", "other"), ("client_secret", "other-secret")];
        check(&refresh(&old, &other), "Token is not linked to client");
        assert_eq!(
            refresh(&old, &[("scope", "more")]).text("error"),
            "invalid_scope"
        );
        let second = refresh(&old, &[]);
        assert_eq!(second.status, 200);
        check(&refresh(&old, &[]), "Token has been revoked");
        assert_eq!(
            bearer(server, "/rest/me", &first.text("access_token")).status,
            401
        );
        assert_eq!(
            bearer(server, "/rest/me", &second.text("access_token")).status,
            200
        );
        let new = second.text("refresh_token");
        let third = refresh(&new, &[("scope", "observation:read")]);
        assert_eq!(third.status, 200); // the replay revoked no other token
        let me = bearer(server, "/rest/me", &third.text("access_token"));
        assert_eq!(me.text("scope"), "observation:read");
        server.advance(Duration::from_secs(31 * 86_400));
        check(
            &refresh(&third.text("refresh_token"), &[]),
            "Token has expired",
        );
    });
}

#[test]
fn the_resource_server() {
    both(|server, version| {
        let access = token(server, &[], CREDENTIALS).text("access_token");
        let check = |authorization: &str, status: [u16; 2], hint: &str| {
            let response = get(server, "/rest/me", &[("authorization", authorization)]);
            assert_eq!(response.status, status[version], "{authorization:.20}");
            if response.status == 401 {
                assert_eq!(response.text("error"), "access_denied");
                assert_eq!(response.text("hint"), hint);
            }
        };
        let unreadable = "Error while decoding from Base64Url, invalid base64 characters detected";
        let no_jwt = "The JWT string must have two dots";
        check(&format!("Bearer {access}"), [200, 200], "");
        check(&format!("bearer {access}"), [401, 200], unreadable);
        check("Bearer garbage", [401, 401], no_jwt);
        check(&basic("conf", "conf-secret"), [401, 401], no_jwt);
        check("Bearer", [401, 401], no_jwt);
        let response = get(server, "/rest/me", &[]);
        assert_eq!(response.text("hint"), r#"Missing "Authorization" header"#);
        let other = format!("{}x", access.trim_end_matches(|c: char| c != '.'));
        check(
            &format!("Bearer {other}"),
            [401, 401],
            "Access token could not be verified",
        );
        server.revoke_access_tokens();
        check(
            &format!("Bearer {access}"),
            [401, 401],
            "Access token has been revoked",
        );
        // The end is checked before the revocation.
        server.advance(Duration::from_secs(3601));
        check(
            &format!("Bearer {access}"),
            [401, 401],
            "Access token could not be verified",
        );
    });
}

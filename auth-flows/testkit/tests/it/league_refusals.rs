//! Where league's two versions refuse late, or not at all: grants, scopes, empty values, hints.

use auth_core::testkit::{Auth, Route, Site, json};
use auth_testkit::person::Outcome;
use auth_testkit::{Dialect, TestClient, TestServer};

use crate::client::{
    CHALLENGE, Pairs, REDIRECT, VERIFIER, basic, code, encoded, get, post, redirected, says, token,
    value, visit, with,
};

const ASK: Pairs<'_> = &[
    ("client_id", "conf"),
    ("redirect_uri", REDIRECT),
    ("response_type", "code"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

const EXCHANGE: Pairs<'_> = &[
    ("grant_type", "authorization_code"),
    ("client_id", "conf"),
    ("client_secret", "secret"),
    ("redirect_uri", REDIRECT),
    ("code_verifier", VERIFIER),
];

const PATH: &str = "/rest/me";

const HINT_OF_GRANT_TYPE: &str = "Check that all required parameters have been provided";

/// `conf` may do all, `code` has no refresh grant, `daemon` and `public` have no code grant.
fn server(dialect: Dialect) -> TestServer {
    let with_uri = |client: TestClient| client.redirect_uri("http://127.0.0.1/cb");
    TestServer::builder(dialect)
        .client(with_uri(TestClient::confidential("conf", "secret")).scopes("read write"))
        .client(with_uri(
            TestClient::confidential("code", "secret").grants(["authorization_code"]),
        ))
        .client(with_uri(
            TestClient::confidential("daemon", "secret").grants(["client_credentials"]),
        ))
        .client(with_uri(
            TestClient::public("public").grants(["client_credentials"]),
        ))
        .client(TestClient::confidential("admin", "secret").scopes("admin"))
        .user("alice", "password")
        .site(Site::new().with_route(Route::get(PATH, Auth::Login, |_| json(200, &true.into()))))
        .start()
        .expect("a free port")
}

/// Runs a table against both versions. Its lines have (status, error) of 8 and of 9.
fn both(check: impl Fn(&TestServer, usize)) {
    check(&server(Dialect::league_8()), 0);
    check(&server(Dialect::league_9()), 1);
}

fn refresh<'a>(client: &'a str, refresh_token: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("client_secret", "secret"),
        ("refresh_token", refresh_token),
    ]
}

#[test]
fn version_8_gives_a_refresh_token_that_it_refuses_later() {
    both(|server, version| {
        let code = code(server, &with(ASK, &[("client_id", "code")]));
        let form = with(EXCHANGE, &[("client_id", "code"), ("code", &code)]);
        let first = token(server, &[], &form);
        assert_eq!(first.status, 200);
        let given = first.text("refresh_token");
        assert_eq!(!given.is_empty(), version == 0);
        let given = if given.is_empty() { "any" } else { &given };
        let refused = token(server, &[], &refresh("code", given));
        let expect = [(401, "invalid_client"), (400, "unauthorized_client")][version];
        says(&refused, expect, "");
    });
}

#[test]
fn a_client_without_the_code_grant() {
    both(|server, version| {
        for client in ["daemon", "public"] {
            let ask = with(ASK, &[("client_id", client)]);
            if version == 1 {
                let path = format!("/oauth2/authorize?{}", encoded(&ask));
                let refused = get(server, &path, &[]);
                says(&refused, (400, "unauthorized_client"), "");
                assert!(matches!(
                    visit(server, &ask),
                    Outcome::Page { status: 400, .. }
                ));
                continue;
            }
            let code = code(server, &ask);
            let form = with(EXCHANGE, &[("client_id", client), ("code", &code)]);
            let response = token(server, &[], &form);
            // Version 8 authenticates confidential clients only, and looks at the grant while it
            // does.
            let expect = match client {
                "daemon" => (401, "invalid_client"),
                _ => (200, ""),
            };
            says(&response, expect, client);
        }
    });
}

#[test]
fn a_scope_that_is_not_the_clients() {
    both(|server, _| {
        let code = code(server, &with(ASK, &[("scope", "read admin")]));
        let wrong_verifier = "A".repeat(43);
        for verifier in [wrong_verifier.as_str(), VERIFIER] {
            let form = with(EXCHANGE, &[("code", &code), ("code_verifier", verifier)]);
            let refused = token(server, &[], &form);
            says(&refused, (400, "invalid_scope"), "");
            assert_eq!(refused.text("hint"), "Check the `admin` scope");
        }
        let daemon = [
            ("grant_type", "client_credentials"),
            ("client_id", "conf"),
            ("client_secret", "secret"),
            ("scope", "admin"),
        ];
        let refused = token(server, &[], &daemon);
        says(&refused, (400, "invalid_scope"), "");
        let person = [
            ("grant_type", "password"),
            ("username", "alice"),
            ("password", "wrong"),
        ];
        let refused = token(server, &[], &with(&daemon, &person));
        says(&refused, (400, "invalid_grant"), "");
        let unknown = with(&daemon, &[person[0], person[1], person[2], ("scope", "x")]);
        let refused = token(server, &[], &unknown);
        says(&refused, (400, "invalid_scope"), "");
        let back = redirected(server, &with(ASK, &[("scope", "x")]));
        assert_eq!(value(&back, "error"), Some("invalid_scope"));
    });
}

#[test]
fn a_client_that_lost_a_scope() {
    both(|server, version| {
        let given = server.issue_refresh_token("conf", "alice", "read write");
        let given = given.expect("a client and a user");
        server.limit_scopes("conf", "read");
        let response = token(server, &[], &refresh("conf", &given));
        let expect = [(200, ""), (400, "invalid_scope")][version];
        says(&response, expect, "");
        if version == 1 {
            let read = with(&refresh("conf", &given), &[("scope", "read")]);
            assert_eq!(token(server, &[], &read).status, 200); // the refusal used up nothing
        }
    });
}

#[test]
fn empty_values_and_lists() {
    both(|server, version| {
        let good = basic("conf", "secret");
        let check = |basic: bool, form: Pairs<'_>, expect: [(u16, &str); 2], hint: [&str; 2]| {
            let mut pairs = vec![("grant_type", "client_credentials")];
            pairs.extend(form);
            let header = [("authorization", good.as_str())];
            let headers: Pairs<'_> = if basic { &header } else { &[] };
            let response = token(server, headers, &pairs);
            let (status, error) = expect[version];
            says(&response, (status, error), (&version, &form));
            assert_eq!(response.text("hint"), hint[version], "{version} {form:?}");
        };
        let client = "Check the `client_id` parameter";
        let none = ["", ""];
        // Version 8 takes an empty value as it is, version 9 as missing.
        let empty = [(401, "invalid_client"), (200, "")];
        check(true, &[("client_id", "")], empty, none);
        check(true, &[("client_secret", "")], empty, none);
        check(
            false,
            &[("client_id", " ")],
            [(401, "invalid_client"), (400, "invalid_request")],
            ["", client],
        );
        check(true, &[("scope", "")], [(200, ""); 2], none);
        check(
            true,
            &[("grant_type", "client_credentials ")],
            [(400, "unsupported_grant_type"); 2],
            [HINT_OF_GRANT_TYPE; 2],
        );
        check(
            true,
            &[("grant_type", "")],
            [(400, "unsupported_grant_type"); 2],
            [HINT_OF_GRANT_TYPE; 2],
        );
        // PHP makes a list of `name[]`.
        check(
            true,
            &[("scope[]", "read")],
            [(200, ""), (400, "invalid_request")],
            ["", "Check the `scope` parameter"],
        );
        check(
            true,
            &[("scope[]", "x")],
            [(400, "invalid_scope"), (400, "invalid_request")],
            ["Check the `x` scope", "Check the `scope` parameter"],
        );
        check(
            true,
            &[("scope[]", "x"), ("scope", "read")],
            [(200, ""); 2],
            none,
        );
    });
}

#[test]
fn an_empty_code_and_an_empty_state() {
    both(|server, version| {
        let form = |name: &'static str| {
            let mut form = with(EXCHANGE, &[("code", "garbage")]);
            form.retain(|(n, _)| *n != name);
            form.push((name, ""));
            form
        };
        let hint = |name| post(server, "/oauth2/token", &[], &form(name)).text("hint");
        let decrypt = "Cannot decrypt the authorization code";
        let of_code = [decrypt, "Check the `code` parameter"][version];
        assert_eq!(hint("code"), of_code);
        let mut ask = ASK.to_vec();
        ask.push(("state", ""));
        let back = redirected(server, &ask);
        assert_eq!(value(&back, "state"), [Some(""), None][version]);
        let mut ask = with(ASK, &[("client_id", "")]);
        ask.push(("client_id", ""));
        let refused = get(server, &format!("/oauth2/authorize?{}", encoded(&ask)), &[]);
        let expect = [(401, "invalid_client"), (400, "invalid_request")][version];
        says(&refused, expect, "");
        let refused = get(server, "/oauth2/authorize?client_id=conf", &[]);
        assert_eq!(refused.text("hint"), HINT_OF_GRANT_TYPE);
    });
}

/// The bundle looks for the literal `Bearer `, and responds with Symfony's plain `Response`.
#[test]
fn the_resource_server_in_symfony() {
    for dialect in [Dialect::league_8(), Dialect::league_9()] {
        let symfony = server(dialect.with_symfony());
        let daemon = [
            ("grant_type", "client_credentials"),
            ("client_id", "conf"),
            ("client_secret", "secret"),
        ];
        let access = token(&symfony, &[], &daemon).text("access_token");
        let check = |authorization: &str, status: u16, body: &str| {
            let response = get(&symfony, PATH, &[("authorization", authorization)]);
            assert_eq!(response.status, status, "{authorization:.20}");
            if status == 401 {
                assert_eq!(response.body, body);
                assert_eq!(response.header("www-authenticate"), Some("Bearer"));
                assert_eq!(
                    response.header("content-type"),
                    Some("text/html; charset=UTF-8")
                );
            }
        };
        check(&format!("Bearer {access}"), 200, "");
        let rejected = "The resource server rejected the request.";
        check("Bearer garbage", 401, rejected);
        check(&format!("bearer {access}"), 401, "");
        check(&basic("conf", "secret"), 401, "");
    }
}

//! The quirks of league and its framework, one test for each. Those of renewals are in `lifecycle`.

use std::time::Duration;

use api_infoflora::{Rest, Scope, atlas, observations::List};
use auth_core::{
    AuthorizationRequest, ClientAuthentication, Entropy, ExposeSecret, RedirectUri, TokenRequest,
    UnixTime,
};
use auth_testkit::{Fault, Matching, RequestKind, person::Person};
use keystore::{File, Memory};
use serde_json::{Value, json};

use crate::scene::{DAEMON, LeagueSession, SYMFONY, Scene, TOOL, browser, everywhere, fails};
use auth_core::ErrorKind::{Configuration, Malformed, NeedsLogin, Refused, Usage};

#[test]
fn token_type_is_not_echoed_as_the_scheme() {
    everywhere(|scene| {
        scene.spoil(Matching::Token, Fault::TokenTypeLower);
        scene
            .client_session()
            .call()
            .expect("league 8 refuses `bearer`");
        let calls = scene.all(RequestKind::Api);
        assert_eq!(calls[0].scheme.as_deref(), Some("Bearer"));
    });
}

/// league silently prefers credentials in the body to a header. So a request has one secret only,
/// and the id beside it is the same.
#[test]
fn one_secret_in_each_request() {
    everywhere(|scene| {
        let by_body = |method| scene.describe(TOOL).client_authentication(method);
        for described in [scene.describe(TOOL), by_body(ClientAuthentication::Body)] {
            let session = scene.client(described, Memory::new()).account("alice");
            session.log_in(browser()).expect("a login");
            scene.server.revoke_access_tokens();
            session.call().expect("refreshed");
        }
        let requests = scene.all(RequestKind::Token);
        assert_eq!(requests.len(), 4);
        for request in requests {
            let has = |name: &str| request.fields.iter().any(|field| field == name);
            assert!(has("client_id"), "{request:?}");
            assert_ne!(
                request.scheme.is_some(),
                has("client_secret"),
                "{request:?}"
            );
        }
    });
}

/// Gets a code for alice, runs `meanwhile`, then exchanges it.
fn exchange_after(scene: &Scene, meanwhile: impl Fn(&dyn Fn() -> Result<(), auth_core::Error>)) {
    let service = scene.service(TOOL);
    let uri = RedirectUri::parse("http://127.0.0.1:8080").expect("a URI");
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([3; 64]));
    let (url, pending) = request.begin().expect("a URL");
    let redirect = Person::new("alice", "password")
        .visit(&url)
        .and_then(auth_testkit::person::Outcome::into_redirect)
        .expect("redirected");
    let grant = pending.accept(&redirect).expect("our own redirect");
    let exchange = TokenRequest::code(service.client(), &grant);
    meanwhile(&|| scene.exchange(&exchange).map(drop));
}

#[test]
fn an_expired_or_used_code_needs_a_new_login_in_both_versions_words() {
    everywhere(|scene| {
        let word = if scene.eight {
            "invalid_request"
        } else {
            "invalid_grant"
        };
        exchange_after(scene, |exchange| {
            exchange().expect("once");
            fails(exchange(), NeedsLogin, &[word, "revoked"]);
        });
        exchange_after(scene, |exchange| {
            scene.server.advance(Duration::from_secs(601));
            fails(exchange(), NeedsLogin, &[word, "expired"]);
        });
    });
}

#[test]
fn hints_are_kept_as_they_came() {
    everywhere(|scene| {
        let service = scene.service(DAEMON);
        let request = TokenRequest::client_credentials(service.client()).scope("nope<b>");
        let error = fails(scene.exchange(&request), Configuration, &["nope&lt;b&gt;"]);
        let oauth = error.oauth().expect("an OAuth error");
        assert_eq!(oauth.code(), "invalid_scope");
        assert_eq!(oauth.hint(), Some("Check the `nope&lt;b&gt;` scope"));
    });
}

#[test]
fn a_refused_client_without_a_challenge() {
    everywhere(|scene| {
        let wrong = scene.describe((DAEMON.0, "wr0ng"));
        let wrong = wrong.client_authentication(ClientAuthentication::Body);
        let session = scene.client(wrong, Memory::new()).client_session();
        let error = fails(session.call(), Configuration, &["invalid_client"]);
        assert_eq!(error.status(), Some(http::StatusCode::UNAUTHORIZED));
        assert!(!error.to_string().contains("wr0ng"), "{error}");
    });
}

/// A redirect turns a POST into an empty form, which is `unsupported_grant_type`: none is followed.
#[test]
fn no_redirect_is_followed() {
    everywhere(|scene| {
        let to = |path: &str| Fault::Redirect(format!("{}{path}", scene.server.url()));
        scene.spoil(Matching::Token, to("/oauth2/token/"));
        fails(scene.client_session().call(), Configuration, &["redirect"]);
        assert_eq!(scene.requests().total(), 1);
        scene.spoil(Matching::Api, to("/rest/v4/releves"));
        fails(scene.client_session().call(), Refused, &["redirect"]);
        assert_eq!(scene.requests().total(), 3);
    });
}

#[test]
fn an_invalid_scope_comes_back_with_and_without_state() {
    everywhere(|scene| {
        let session = scene.session(TOOL);
        let login = browser().scope("nonsense");
        let error = fails(session.log_in(login), Configuration, &["invalid_scope"]);
        assert_eq!(error.setting(), Some("scope"));
    });
}

#[test]
fn the_method_of_the_challenge_is_always_said() {
    everywhere(|scene| {
        scene.alice();
        let path = &scene.all(RequestKind::Authorize)[0].path;
        assert!(path.contains("code_challenge_method=S256"), "{path}");
    });
}

#[test]
fn content_types_are_taken_as_they_come() {
    everywhere(|scene| {
        scene.spoil(Matching::Token, Fault::TextPlain);
        scene.spoil(Matching::Api, Fault::TextPlain);
        scene.client_session().call().expect("JSON by any name");
    });
}

#[test]
fn refusals_of_the_api_in_any_shape() {
    everywhere(|scene| {
        let html = "<!DOCTYPE html><html><head><title>An Error Occurred</title></head></html>";
        let check = |status: u16, kind: &str, body: &str, words: &[&str]| {
            let session = scene.client_session();
            session.token();
            let response = Fault::Respond {
                status,
                content_type: kind.to_owned(),
                body: body.as_bytes().to_vec(),
            };
            scene.server.faults().always(Matching::Api, response);
            let before = scene.requests().token();
            let error = fails(session.call(), Refused, words);
            assert_eq!(error.status(), http::StatusCode::from_u16(status).ok());
            let renewals = scene.requests().token() - before;
            assert_eq!(renewals, usize::from(status == 401), "{status}");
            scene.server.faults().clear();
        };
        let plain = "The resource server rejected the request.";
        // Symfony's plain `Response` is HTML by its type.
        check(401, SYMFONY, plain, &[plain, "OAuth replaced Basic Auth"]);
        check(401, SYMFONY, "", &["OAuth replaced Basic Auth"]);
        check(401, "text/html", html, &["An Error Occurred"]);
        let scopes = "Insufficient scopes.";
        check(403, SYMFONY, scopes, &[scopes]);
        check(403, "text/html", html, &["scopes", "An Error Occurred"]);
        check(403, "application/json", "", &["scopes"]);
        check(404, "text/html", html, &["version"]);
        check(405, "text/html", html, &["version"]);
        check(
            500,
            "text/html",
            html,
            &["An Error Occurred", "try again later"],
        );
        check(
            200,
            "application/json",
            r#"{"success":false,"message":"no"}"#,
            &["success: false", "no"],
        );
    });
}

#[test]
fn a_403_is_no_reason_to_renew() {
    everywhere(|scene| {
        let session = scene.alice();
        let refused = Fault::Respond {
            status: 403,
            content_type: SYMFONY.to_owned(),
            body: b"Insufficient scopes.".to_vec(),
        };
        scene.spoil(Matching::Api, refused);
        fails(session.call(), Refused, &["Insufficient scopes."]);
        assert_eq!((scene.refreshes(), scene.requests().api()), (0, 1));
    });
}

/// The listener receives codes of 812 characters in every login here; a file stores access tokens
/// of 700.
#[test]
fn tokens_are_long() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let start = || {
            let store = File::open(folder.path()).expect("a store");
            scene.client(scene.describe(TOOL), store).account("alice")
        };
        let long = "x".repeat(4000);
        let access = Fault::Field("access_token", Some(json!(long)));
        scene.spoil(Matching::Grant("authorization_code"), access);
        start().log_in(browser()).expect("a login");
        assert_eq!(start().token().expose_secret(), long);
    });
}

#[test]
fn lifetimes_as_they_come() {
    everywhere(|scene| {
        for value in [json!(3599), json!("3600"), json!(3600.5), Value::Null] {
            scene.spoil(Matching::Token, Fault::ExpiresIn(value));
            let session = scene.client_session();
            session.call().expect("the call succeeds");
            session.call().expect("without asking again");
        }
        assert_eq!(scene.requests().token(), 4);
    });
}

#[test]
fn no_scope_is_claimed_where_none_is_stated() {
    everywhere(|scene| {
        let login = scene.alice().status().login.expect("a token");
        assert_eq!(login.scope, None);
    });
}

#[test]
fn scopes_are_separated_by_spaces() {
    everywhere(|scene| {
        fails(
            Scope::new("observation:read,document:read"),
            Usage,
            &["one scope"],
        );
        let service = scene.service(DAEMON);
        let request = TokenRequest::client_credentials(service.client()).scope("public,public");
        fails(
            scene.exchange(&request),
            Configuration,
            &["invalid_scope", "spaces"],
        );
    });
}

#[test]
fn responses_without_a_refresh_token() {
    everywhere(|scene| {
        let absent = || Fault::Field("refresh_token", None);
        // After a refresh: the old refresh token stays.
        let session = scene.alice();
        let before = session.token();
        scene.server.revoke_access_tokens();
        scene.spoil(Matching::Grant("refresh_token"), absent());
        session.call().expect("refreshed");
        let stored = |session: &LeagueSession| {
            let token = session.token();
            token
                .refresh_token()
                .map(|refresh| refresh.expose_secret().to_owned())
        };
        assert_eq!(
            stored(&session),
            before.refresh_token().map(|t| t.expose_secret().to_owned())
        );
        // After a code: the access token is valid until it expires.
        scene.spoil(Matching::Grant("authorization_code"), absent());
        let session = scene.alice();
        session.call().expect("the call succeeds");
        assert_eq!(stored(&session), None);
        scene.server.revoke_access_tokens();
        fails(session.call(), NeedsLogin, &[]);
    });
}

/// league's tokens are JWTs with fractional times and an empty `sub`. The `exp` of this one is long
/// past; this workspace does not read it.
#[test]
fn access_tokens_are_opaque() {
    // {"alg":"RS256"} . {"iat":1700000000.25,"exp":1700003600.25,"sub":"","aud":"tool"} . sig
    const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjE3MDAwMDAwMDAuMjUsImV4cCI6MTcwMDAwMzYwMC4yNSwic3ViIjoiIiwiYXVkIjoidG9vbCJ9.c2ln";
    everywhere(|scene| {
        let access = Fault::Field("access_token", Some(json!(JWT)));
        scene.spoil(Matching::Token, access);
        let session = scene.client_session();
        assert_eq!(session.token().expose_secret(), JWT);
        let end = session.status().login.and_then(|token| token.expires_at);
        assert!(end.expect("an end") > UnixTime::from_system(std::time::SystemTime::now()));
        assert_eq!(
            session.token().expose_secret(),
            JWT,
            "it is not requested again"
        );
        assert_eq!(scene.requests().token(), 1);
    });
}

/// The service would ignore a typo and return every record, so the setters define the names.
#[test]
fn parameters_have_the_services_own_names() {
    everywhere(|scene| {
        let session = scene.client_session();
        session
            .send(List::new().limit(5).with_total(true))
            .expect("a page");
        session
            .send(atlas::Units::of_taxon(2, 1_000_001).with_legend(true))
            .expect("units");
        let calls = scene.all(RequestKind::Api);
        let paths: Vec<_> = calls.iter().map(|call| call.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "/rest/v4/observations?limit=5&with_total=true",
                "/rest/v4/communities/0/public/atlases/2/names/1000001/units?with-legend=true",
            ]
        );
    });
}

/// The last page may be empty, with or without totals. A duplicate page is an error.
#[test]
fn lists_end_at_an_empty_page() {
    everywhere(|scene| {
        let session = scene.client_session();
        let v5 = List::new().version(api_infoflora::Version::V5).limit(100);
        let (found, total) = session.items(v5.clone()).expect("all");
        assert_eq!((found.len(), total, scene.requests().api()), (250, None, 4));

        let same = Fault::Respond {
            status: 200,
            content_type: "application/json".to_owned(),
            body: br#"{"data":[{"id":1}]}"#.to_vec(),
        };
        scene.server.faults().always(Matching::Api, same);
        fails(session.items(v5), Malformed, &["same page twice"]);
        let generic = Rest::get("/v5/observations").list();
        fails(session.items(generic), Malformed, &["same page twice"]);
    });
}

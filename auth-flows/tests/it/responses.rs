//! The responses of a token endpoint, as a session sees them: the error, its text, and that nothing
//! is lost or sent twice.

use std::time::Duration;

use crate::common::{AtServer, Me, PASSWORD, SECRET, World, browser, doorkeeper, service};
use auth_core::{AuthorizationServer, Endpoint, Error, ErrorKind, OAuthClient, Service};
use auth_flows::{Client, Login};
use auth_testkit::{Fault, Matching, TestServer};
use http_ureq::Ureq;
use keystore::Memory;
use serde_json::json;

/// One bad response to each request of a login by password: checks the error and the number of
/// requests.
fn check(server: &TestServer, fault: Fault, tries: usize, kind: ErrorKind, words: &str) {
    for world in World::both(server, Memory::new()) {
        let shown = format!("{}, {fault:?}", world.name());
        server.faults().always(Matching::Token, fault.clone());
        let mark = server.requests().mark();
        let error = world
            .log_in_with_password("me", PASSWORD)
            .expect_err(&shown);
        assert_eq!(error.kind(), kind, "{shown}: {error}");
        assert!(error.to_string().contains(words), "{shown}: {error}");
        assert_eq!(
            server.requests().since(mark).token(),
            tries,
            "{shown}: repeated if that may help"
        );
        server.faults().clear();
        let status = world.status("me").expect("a status");
        assert!(
            status.login.is_none() && status.derived.is_none(),
            "{shown}: nothing is stored"
        );
        let all = format!("{error} {error:?}");
        assert!(!all.contains("marked"), "{all}");
    }
}

#[test]
fn responses_that_are_errors() {
    use ErrorKind::{Configuration, Malformed, Refused, Transport};
    let server = doorkeeper();
    check(&server, Fault::Html500, 3, Refused, "HTTP 500");
    check(&server, Fault::Empty200, 3, Malformed, "not JSON");
    check(&server, Fault::TruncatedJson, 3, Malformed, "not JSON");
    check(&server, Fault::Huge(2 << 20), 3, Transport, "longer");
    check(
        &server,
        Fault::Redirect("https://evil.example/steal?x=1".into()),
        1,
        Configuration,
        "redirect to https://evil.example/steal",
    );
    check(&server, Fault::EmptyToken, 1, Malformed, "empty");
    check(
        &server,
        Fault::ErrorIn200,
        1,
        ErrorKind::BadCredentials,
        "invalid_grant",
    );
    check(
        &server,
        Fault::TooManyRequests {
            retry_after: Some("60".into()),
        },
        1,
        Refused,
        "HTTP 429",
    );
    check(
        &server,
        Fault::Unavailable { retry_after: None },
        3,
        Refused,
        "HTTP 503",
    );
    check(&server, Fault::Reset, 3, Transport, "");
    check(&server, Fault::LostResponse, 3, Transport, "");
}

#[test]
fn responses_that_are_accepted() {
    let server = doorkeeper();
    let check = |fault: Fault| {
        for world in World::both(&server, Memory::new()) {
            let shown = format!("{}, {fault:?}", world.name());
            server.faults().next(Matching::Token, fault.clone());
            world.log_in_with_password("me", PASSWORD).expect(&shown);
            world.send("me", Me).expect(&shown);
            world.log_out("me").expect(&shown);
        }
    };
    check(Fault::Status201);
    check(Fault::TextPlain);
    check(Fault::NoTokenType);
    check(Fault::TokenTypeLower);
    check(Fault::ExpiresIn(json!("3600")));
    check(Fault::ExpiresIn(json!(3600.0)));
    check(Fault::ExpiresIn(json!(null)));
    check(Fault::ExpiresIn(json!(-1)));
    check(Fault::Field("scope", Some(json!(["write", "login"]))));
}

#[test]
fn silence_ends_in_time() {
    let server = doorkeeper();
    server
        .faults()
        .next(Matching::Api, Fault::Silence(Duration::from_secs(60)));
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    let session = client.account("me");
    session
        .log_in_with_password("alice", PASSWORD)
        .expect("a login");
    let error = session.send(Impatient).expect_err("silence");
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(
        error.is_retryable() && error.may_have_been_delivered(),
        "{error}"
    );
}

/// A write with a timeout of half a second.
struct Impatient;

impl auth_core::Operation for Impatient {
    type Output = ();
    fn policy(&self) -> auth_core::CallPolicy {
        let limits = auth_core::Limits::api().with_timeout(Duration::from_millis(500));
        auth_core::CallPolicy::write("v1").with_limits(limits)
    }
    fn request(&self, base: &auth_core::BaseUrl) -> Result<auth_core::Request, Error> {
        base.request(http::Method::POST, "/things")
    }
    fn parse(&self, _: auth_core::Response) -> Result<(), Error> {
        Ok(())
    }
}

#[test]
fn a_refused_client_differs_from_a_refused_user() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        let error = world
            .log_in_with_password("me", "wrong-password")
            .expect_err("wrong");
        assert_eq!(
            (error.kind(), error.status()),
            (
                ErrorKind::BadCredentials,
                Some(http::StatusCode::BAD_REQUEST)
            ),
            "{error}"
        );
        assert!(
            error.to_string().contains("user name or password"),
            "{error}"
        );
    }
    let wrong = OAuthClient::new(service(&server).client().server().clone(), "app")
        .and_then(|client| client.with_secret("wrong-secret"))
        .expect("a client");
    let client = Client::new(
        Service::new("example", wrong, "test/1").expect("an agent"),
        Ureq::default(),
        Memory::new(),
    );
    let error = client
        .account("me")
        .log_in_with_password("alice", PASSWORD)
        .expect_err("wrong");
    assert!(
        error.is_configuration() && error.status() == Some(http::StatusCode::UNAUTHORIZED),
        "{error}"
    );
    assert!(error.to_string().contains("client id `app`"), "{error}");
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("wrong-secret") && !shown.contains(SECRET),
        "{shown}"
    );
}

#[test]
fn no_server_responds() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|s| s.local_addr())
        .expect("a port")
        .port();
    let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{port}/token")).expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").expect("an id");
    let service = Service::new("example", client, "test/1").expect("an agent");
    let client = Client::new(service, Ureq::default(), Memory::new());
    let error = client
        .account("me")
        .log_in_with_password("alice", PASSWORD)
        .expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(
        error.is_retryable() && !error.may_have_been_delivered(),
        "{error}"
    );
    assert!(
        format!("{error:#}").to_lowercase().contains("refused"),
        "{error}"
    );
}

#[test]
fn a_suspended_account_is_not_a_wrong_password() {
    let server = doorkeeper();
    server.suspend("alice", Some("2030-01-01"));
    for world in World::both(&server, Memory::new()) {
        let error = world
            .log_in_with_password("me", PASSWORD)
            .expect_err("suspended");
        assert_eq!(error.kind(), ErrorKind::AccountSuspended, "{error}");
        assert!(error.to_string().contains("until 2030-01-01"), "{error}");
    }
}

#[test]
fn logins_that_fail() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        // The user refuses.
        let login = Login::browser(|_| {}).open(|url| {
            let person = auth_testkit::person::Person::new("alice", PASSWORD).denies();
            let redirect = person.visit(url)?.into_redirect()?;
            person.follow(&redirect).map(|_| ())
        });
        let error = world.log_in("me", login).expect_err("denied");
        assert_eq!(error.kind(), ErrorKind::ConsentDenied, "{error}");
        assert_eq!(
            error.oauth().map(|oauth| oauth.code()),
            Some("access_denied")
        );

        // No redirect arrives, because the server shows an error page.
        let login = browser()
            .path("/not-registered")
            .timeout(Duration::from_millis(300));
        let error = world.log_in("me", login).expect_err("no redirect");
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        assert!(
            error
                .to_string()
                .contains("is not registered for this client"),
            "{error}"
        );

        // The browser does not open: `show` runs a second time, and the login can still succeed.
        let shown = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let listener = std::sync::Arc::clone(&shown);
        let login = Login::browser(move |prompt| {
            listener.lock().expect("no panic").push(prompt.to_string())
        })
        .open(|_| Err(std::io::Error::other("no display")))
        .timeout(Duration::from_millis(500));
        let error = world.log_in("me", login).expect_err("no redirect");
        assert!(
            error
                .to_string()
                .contains("the browser did not open (no display)"),
            "{error}"
        );
        let shown = shown.lock().expect("no panic");
        assert!(
            shown.len() == 2 && shown[1].starts_with("The browser did not open (no display)"),
            "{shown:?}"
        );

        // An error of the system is not words only.
        let login = Login::browser(|_| {})
            .open(|_| Err(std::io::Error::from_raw_os_error(2)))
            .timeout(Duration::from_millis(300));
        let error = world.log_in("me", login).expect_err("no redirect");
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        assert_eq!(error.io_kind(), Some(std::io::ErrorKind::NotFound));
        let text = format!("{error:#}");
        assert!(text.contains("the browser did not open: "), "{text}");
        assert_eq!(text.matches("(os error 2)").count(), 1, "{text}");

        // A fixed port that is in use.
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = taken.local_addr().expect("an address").port();
        let error = world.log_in("me", browser().port(port)).expect_err("taken");
        assert!(
            error.is_configuration() && error.setting() == Some("port"),
            "{error}"
        );

        // After these failures a login still succeeds.
        world.log_in("me", browser()).expect("a login");
        world.send("me", Me).expect("logged in");
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn out_of_band_and_pasted_redirects() {
    let server = TestServer::builder(auth_testkit::Dialect::doorkeeper_5())
        .site(crate::common::site())
        .client(
            auth_testkit::TestClient::confidential("app", SECRET)
                .redirect_uri("urn:ietf:wg:oauth:2.0:oob")
                .redirect_uri("http://127.0.0.1:8080")
                .redirect_uri("com.example.app:/cb")
                .scopes("write login"),
        )
        .user("alice", PASSWORD)
        .start()
        .expect("a server");
    let person = || auth_testkit::person::Person::new("alice", PASSWORD);
    for world in World::both(&server, Memory::new()) {
        let login = Login::out_of_band(move |url| person().visit(url)?.into_code());
        world.log_in("oob", login).expect("a code");
        world.send("oob", Me).expect("a call");
        for uri in ["http://127.0.0.1:8080", "com.example.app:/cb"] {
            let login = Login::pasted_redirect(uri, move |url| {
                person()
                    .visit(url)?
                    .into_redirect()
                    .map(|back| format!(" {back}\n"))
            });
            world.log_in("paste", login).expect(uri);
            world.send("paste", Me).expect("a call");
        }
        let login = Login::pasted_redirect("http://127.0.0.1:8080", |_| {
            Ok("http://127.0.0.1:8080/?code=evil&state=forged".into())
        });
        assert_eq!(
            world.log_in("paste", login).expect_err("forged").kind(),
            ErrorKind::CallbackMismatch
        );
        let login = Login::out_of_band(|_| Ok("  \n".into()));
        assert_eq!(
            world.log_in("oob", login).expect_err("nothing").kind(),
            ErrorKind::ConsentDenied
        );
        let login = Login::out_of_band(|_| panic!("the program's own fault"));
        assert!(
            world.log_in("oob", login).is_err(),
            "a prompt that panics ends the login"
        );
    }
}

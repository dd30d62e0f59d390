//! Clients that may not use a grant or a scope: league refuses late, and the errors say what to do.

use std::time::Duration;

use auth_core::ErrorKind;
use auth_flows::Login;
use auth_testkit::TestClient;
use auth_testkit::person::{Outcome, Person};

use crate::scene::{browser, everywhere_with, fails};

/// A client that users log in to, without the refresh grant.
const SHORT: (&str, &str) = ("short", "short-secret");
/// A client for scripts that has a redirect URI all the same.
const SCRIPT: (&str, &str) = ("script", "script-secret");
/// A client with scopes of its own. A client of others has a third one.
const READER: (&str, &str) = ("reader", "reader-secret");

fn clients() -> Vec<TestClient> {
    let client = |(id, secret): (&str, &str)| {
        TestClient::confidential(id, secret).redirect_uri("http://127.0.0.1:8080")
    };
    vec![
        client(SHORT).grants(["authorization_code"]),
        client(SCRIPT).grants(["client_credentials"]),
        client(READER).scopes("observation:read observation:write"),
        TestClient::confidential("admin", "admin-secret").scopes("admin"),
    ]
}

/// league 8 gives such a client a refresh token and refuses it an hour later.
#[test]
fn a_client_without_the_refresh_grant() {
    everywhere_with(clients, |scene| {
        let session = scene.session(SHORT);
        let status = session.log_in(browser()).expect("a login");
        let refreshable = status.login.expect("a token").refreshable;
        assert_eq!(refreshable, scene.eight);
        session.call().expect("the token is valid");
        scene.server.revoke_access_tokens();
        match scene.eight {
            true => {
                let words = ["invalid_client", "may not use the grant refresh_token"];
                let error = fails(session.call(), ErrorKind::Configuration, &words);
                assert!(error.help().expect("a help").contains("log in again"));
            }
            false => drop(fails(session.call(), ErrorKind::NeedsLogin, &[])),
        }
    });
}

/// A user logs in with the client of a script: league 8 refuses the code, league 9 the request, on
/// a page.
#[test]
fn a_client_without_the_code_grant() {
    everywhere_with(clients, |scene| {
        let (sender, pages) = std::sync::mpsc::channel();
        let login = Login::browser(|_| {})
            .open(move |url| {
                let alice = Person::new("alice", "password");
                let outcome = alice.visit(url)?;
                if let Outcome::Redirected(back) = &outcome {
                    alice.follow(back)?;
                }
                sender.send(outcome).map_err(std::io::Error::other)
            })
            .timeout(match scene.eight {
                true => Duration::from_secs(30),
                false => Duration::from_millis(300),
            });
        let result = scene.session(SCRIPT).log_in(login);
        match scene.eight {
            true => {
                let words = ["invalid_client", "may not use the grant authorization_code"];
                fails(result, ErrorKind::Configuration, &words);
            }
            false => {
                fails(result, ErrorKind::TimedOut, &["never redirects"]);
                match pages.recv().expect("a visit") {
                    Outcome::Page { text, .. } => assert!(text.contains("unauthorized_client")),
                    other => panic!("{other:?}"),
                }
            }
        }
    });
}

/// The scope of another client passes the authorization endpoint.
#[test]
fn a_scope_that_another_client_has() {
    everywhere_with(clients, |scene| {
        let session = scene.session(READER);
        let login = browser().scope("observation:read admin");
        let error = fails(session.log_in(login), ErrorKind::Configuration, &["admin"]);
        assert_eq!(error.setting(), Some("scope"));
        assert_eq!(scene.requests().grant("authorization_code"), 1);
    });
}

/// league 9 looks at the client's scopes at each refresh. Only a login asks for what is left.
#[test]
fn a_client_that_lost_a_scope() {
    everywhere_with(clients, |scene| {
        let session = scene.session(READER);
        session.log_in(browser()).expect("a login");
        scene.server.limit_scopes(READER.0, "observation:read");
        scene.server.revoke_access_tokens();
        match scene.eight {
            true => session.call().expect("renewed with the old scopes"),
            false => {
                let error = fails(session.call(), ErrorKind::NeedsLogin, &["invalid_scope"]);
                assert!(error.needs_login(), "{error}");
                session.log_in(browser()).expect("a login for what is left");
                session.call().expect("a new token");
            }
        }
    });
}

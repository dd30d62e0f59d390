//! What league refuses, by cause: client, code, consent, scope, registration; and what we refuse
//! before sending.

use std::time::Duration;

use auth_core::{Error, ErrorKind, TokenRequest};
use auth_flows::Login;
use auth_testkit::person::{Outcome, Person};
use worlds::ScriptedUser;

use super::{Case, alice, code};
use crate::scene::{DAEMON, LeagueSession, Scene, TOOL, fails};

const WRONG: &str = "wr0ng-secret";

pub(super) const CASES: &[Case] = &[
    ("wrong secret, client credentials: configuration", |scene| {
        refused_client(scene, (DAEMON.0, WRONG));
    }),
    (
        "unknown client id, client credentials: configuration",
        |scene| refused_client(scene, ("unknown", WRONG)),
    ),
    ("wrong secret, a code: configuration", |scene| {
        let session = scene.session((TOOL.0, WRONG));
        refused(session.log_in(alice().browser()), TOOL.0);
        assert!(session.status().login.is_none());
    }),
    (
        "a grant that the client does not have: configuration",
        |scene| {
            let response = scene.client_session_of(TOOL).call();
            fails(response, ErrorKind::Configuration, &[TOOL.0]);
        },
    ),
    (
        "unknown scope, client credentials: configuration",
        |scene| {
            let service = scene.service(DAEMON);
            let request = TokenRequest::client_credentials(service.client()).scope("nonsense");
            let words = ["invalid_scope", "400", "nonsense"];
            fails(scene.exchange(&request), ErrorKind::Configuration, &words);
        },
    ),
    ("unknown scope, browser: configuration", unknown_scope),
    ("denied in the browser", |scene| {
        denied(scene, ScriptedUser::browser);
    }),
    ("denied, the redirect pasted", |scene| {
        denied(scene, |user| user.pasted_redirect("http://127.0.0.1:8080"));
    }),
    ("wrong code verifier: a new login is needed", wrong_verifier),
    (
        "unknown client id, browser: the timeout's causes",
        |scene| {
            let unknown = scene.session(("unknown", WRONG));
            never_redirects(&unknown, ScriptedUser::browser);
        },
    ),
    ("unregistered redirect URI: the timeout's causes", |scene| {
        never_redirects(&scene.session(TOOL), |user| {
            user.browser().path("/unregistered")
        })
    }),
    ("a callback at localhost: never sent", |scene| {
        let login = alice().pasted_redirect("http://localhost:8080");
        let result = scene.session(TOOL).log_in(login);
        let error = fails(result, ErrorKind::Configuration, &["localhost"]);
        assert!(error.status().is_none(), "{error}");
        assert_eq!(scene.requests().total(), 0);
    }),
    ("a server at localhost over http: never sent", |scene| {
        let url = scene.server.url().replace("127.0.0.1", "localhost");
        let built = scene.describe(TOOL).at(url).build();
        fails(built, ErrorKind::Configuration, &["http"]);
        assert_eq!(scene.requests().total(), 0);
    }),
];

fn refused_client(scene: &Scene, app: (&str, &str)) {
    refused(scene.client_session_of(app).call(), app.0);
}

/// The error names the client's setting, and does not contain its secret.
fn refused<T: std::fmt::Debug>(response: Result<T, Error>, id: &str) {
    let words = ["invalid_client", id, "401"];
    let error = fails(response, ErrorKind::Configuration, &words);
    let setting = error.setting().unwrap_or_default();
    assert!(setting.contains("client_secret"), "{setting}");
    assert!(!error.to_string().contains(WRONG), "{error}");
}

/// league 8 omits `state` from this one error. The listener accepts it, because the service
/// description says so.
fn unknown_scope(scene: &Scene) {
    let (session, user) = (scene.session(TOOL), alice());
    let response = session.log_in(user.browser().scope("nonsense"));
    let words = ["invalid_scope", "nonsense"];
    let error = fails(response, ErrorKind::Configuration, &words);
    assert_eq!(error.setting(), Some("scope"), "{error}");
    let redirect = user.ended().expect("a visit").into_redirect();
    let redirect = redirect.expect("a redirect");
    assert_eq!(redirect.contains("state="), !scene.eight, "{redirect}");
}

fn denied(scene: &Scene, login: impl Fn(&ScriptedUser) -> Login) {
    let bob = ScriptedUser::new(Person::new("bob", "hunter2").denies());
    let session = scene.session(TOOL);
    let words = ["access_denied", "The user denied the request"];
    fails(
        session.log_in(login(&bob)),
        ErrorKind::ConsentDenied,
        &words,
    );
    assert!(session.status().login.is_none());
}

/// Uses the challenge of RFC 7636 appendix B, whose verifier we do not send.
fn wrong_verifier(scene: &Scene) {
    const OTHER: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let grant = code(scene, |parameter| {
        match parameter.starts_with("code_challenge=") {
            true => format!("code_challenge={OTHER}"),
            false => parameter.to_owned(),
        }
    });
    let service = scene.service(TOOL);
    let exchange = TokenRequest::code(service.client(), &grant);
    let words = ["invalid_grant", "code_verifier"];
    fails(scene.exchange(&exchange), ErrorKind::NeedsLogin, &words);
}

/// league responds in the browser, in JSON, and never redirects: the program only gets its timeout.
fn never_redirects(session: &LeagueSession, login: impl Fn(&ScriptedUser) -> Login) {
    let user = alice();
    let login = login(&user).timeout(Duration::from_secs(1));
    let words = ["within 1 s", "redirect URI", "client id", "never redirects"];
    fails(session.log_in(login), ErrorKind::TimedOut, &words);
    match user.ended().expect("a visit") {
        Outcome::Page { text, .. } => assert!(text.contains("invalid_client"), "{text}"),
        other => panic!("{other:?}"),
    }
}

//! What league refuses, by cause: client, code, consent, scope, registration; and what we refuse
//! before sending.

use std::time::Duration;

use auth_core::{
    AuthorizationRequest, CodeGrant, Entropy, Error, ErrorKind, RedirectUri, Service, TokenRequest,
};
use auth_flows::Login;
use auth_testkit::person::Outcome;
use keystore::Memory;

use super::env::{App, LeagueEnv, SCRIPT, TOOL, call};
use super::user::ScriptedUser;
use super::user::{alice, bob_denies};
use super::{Case, Version};
use super::{CheckResult, Failure};
use super::{ensure, expect_error};
use crate::scene::LeagueSession;

const WRONG: &str = "wr0ng-secret";

pub(super) const CASES: &[Case] = &[
    ("wrong secret, client credentials: configuration", |env| {
        refused_client(env, App(SCRIPT.0, WRONG))
    }),
    (
        "unknown client id, client credentials: configuration",
        |env| refused_client(env, App("unknown", WRONG)),
    ),
    ("wrong secret, a code: configuration", |env| {
        let (session, user) = (env.session(App(TOOL.0, WRONG))?, alice());
        refused(session.log_in(user.browser()), TOOL.0)?;
        ensure(session.status().login.is_none(), "a token is stored")
    }),
    (
        "a grant that the client does not have: configuration",
        |env| {
            let session = env.rig.client_session(env.service(TOOL)?, Memory::new());
            expect_error(call(&session), ErrorKind::Configuration, &[TOOL.0]).map(drop)
        },
    ),
    ("unknown scope, client credentials: configuration", |env| {
        let service = env.service(SCRIPT)?;
        let request = TokenRequest::client_credentials(service.client()).scope("nonsense");
        let words = ["invalid_scope", "400", "nonsense"];
        expect_error(env.rig.exchange(&request), ErrorKind::Configuration, &words).map(drop)
    }),
    ("unknown scope, browser: configuration", unknown_scope),
    ("denied in the browser", |env| {
        denied(env, ScriptedUser::browser)
    }),
    ("denied, the redirect pasted", |env| {
        denied(env, |user| user.pasted_redirect("http://127.0.0.1:8080"))
    }),
    ("wrong code verifier: a new login is needed", wrong_verifier),
    ("unknown client id, browser: the timeout's causes", |env| {
        let unknown = env.session(App("unknown", WRONG))?;
        never_redirects(&unknown, "invalid_client", ScriptedUser::browser)
    }),
    ("unregistered redirect URI: the timeout's causes", |env| {
        let elsewhere = |user: &ScriptedUser| user.browser().path("/unregistered");
        never_redirects(&env.session(TOOL)?, "invalid_client", elsewhere)
    }),
    ("a callback at localhost: never sent", |env| {
        let session = env.session(TOOL)?;
        let login = alice().pasted_redirect("http://localhost:8080");
        let error = expect_error(
            session.log_in(login),
            ErrorKind::Configuration,
            &["localhost"],
        )?;
        ensure(error.status().is_none(), format!("{error}"))?;
        ensure(env.log().total() == 0, "a request was sent")
    }),
    ("a server at localhost over http: never sent", |env| {
        let url = env.server.url().replace("127.0.0.1", "localhost");
        let built = env.describe(TOOL).at(url).build();
        expect_error(built, ErrorKind::Configuration, &["http"])?;
        ensure(env.log().total() == 0, "a request was sent")
    }),
];

fn refused_client(env: &LeagueEnv, app: App) -> CheckResult {
    let session = env.rig.client_session(env.service(app)?, Memory::new());
    refused(call(&session), app.0)
}

/// The error names the client's setting, and does not contain its secret.
fn refused<T: std::fmt::Debug>(response: Result<T, Error>, id: &str) -> CheckResult {
    let words = ["invalid_client", id, "401"];
    let error = expect_error(response, ErrorKind::Configuration, &words)?;
    let setting = error.setting().unwrap_or_default();
    ensure(
        setting.contains("client_secret"),
        format!("the error names the setting `{setting}`"),
    )?;
    ensure(
        !error.to_string().contains(WRONG),
        "the error contains the secret",
    )
}

/// league 8 omits `state` from this one error. The listener accepts it, because the service
/// description says so.
fn unknown_scope(env: &LeagueEnv) -> CheckResult {
    let (session, user) = (env.session(TOOL)?, alice());
    let response = session.log_in(user.browser().scope("nonsense"));
    let words = ["invalid_scope", "nonsense"];
    let error = expect_error(response, ErrorKind::Configuration, &words)?;
    ensure(error.setting() == Some("scope"), format!("{error}"))?;
    let redirect = user.ended()?.into_redirect()?;
    let has_state = redirect.contains("state=");
    ensure(
        has_state == (env.version == Version::Nine),
        "`state` in the redirect does not fit this version",
    )
}

fn denied(env: &LeagueEnv, login: impl Fn(&ScriptedUser) -> Login) -> CheckResult {
    let (session, user) = (env.session(TOOL)?, bob_denies());
    let words = ["access_denied", "The user denied the request"];
    expect_error(
        session.log_in(login(&user)),
        ErrorKind::ConsentDenied,
        &words,
    )?;
    ensure(session.status().login.is_none(), "a token is stored")
}

/// Uses the challenge of RFC 7636 appendix B, whose verifier we do not send.
fn wrong_verifier(env: &LeagueEnv) -> CheckResult {
    const OTHER: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let service = env.service(TOOL)?;
    let grant = code(&service, |parameter| {
        match parameter.starts_with("code_challenge=") {
            true => format!("code_challenge={OTHER}"),
            false => parameter.to_owned(),
        }
    })?;
    let exchange = TokenRequest::code(service.client(), &grant);
    let words = ["invalid_grant", "code_verifier"];
    expect_error(env.rig.exchange(&exchange), ErrorKind::NeedsLogin, &words)?;
    Ok(())
}

/// A code that alice got by values, at an address with changed parameters.
fn code(service: &Service, change: impl Fn(&str) -> String) -> Result<CodeGrant, Failure> {
    let uri = RedirectUri::parse("http://127.0.0.1:8080")?;
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    let (url, pending) = request.begin()?;
    let parameters: Vec<_> = url.split('&').map(change).collect();
    let redirect = alice().visit(&parameters.join("&"))?.into_redirect()?;
    Ok(pending.accept(&redirect)?)
}

/// league responds in the browser, in JSON, and never redirects: the program only gets its timeout.
fn never_redirects(
    session: &LeagueSession,
    on_the_page: &str,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let user = alice();
    let login = login(&user).timeout(Duration::from_secs(1));
    let words = ["within 1 s", "redirect URI", "client id", "never redirects"];
    expect_error(session.log_in(login), ErrorKind::TimedOut, &words)?;
    match user.ended()? {
        Outcome::Page { text, .. } if text.contains(on_the_page) => Ok(()),
        other => Err(format!("expected a page with `{on_the_page}`, got {other:?}").into()),
    }
}

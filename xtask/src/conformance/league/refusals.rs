//! What league refuses, told apart: client, code, consent, scope, registration; and what we refuse before anything is sent.

use std::time::Duration;

use auth_core::{
    AuthorizationRequest, CodeGrant, Entropy, Error, ErrorKind, RedirectUri, Service, TokenRequest,
};
use auth_flows::Login;
use auth_testkit::person::Outcome;
use keystore::Memory;

use super::env::{App, DAEMON, LeagueEnv, TOOL, call};
use super::{Case, Version};
use crate::conformance::env::{alice, bob_denies};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::report::{CheckResult, Failure};
use crate::conformance::scripted_user::ScriptedUser;

const WRONG: &str = "wr0ng-secret";

pub(super) const CASES: &[Case] = &[
    ("wrong secret, client credentials: configuration", |desk| {
        refused_client(desk, App(DAEMON.0, WRONG))
    }),
    (
        "unknown client id, client credentials: configuration",
        |desk| refused_client(desk, App("nobody", WRONG)),
    ),
    ("wrong secret, a code: configuration", |desk| {
        let (seat, visitor) = (desk.seat(App(TOOL.0, WRONG))?, alice());
        refused(seat.log_in(visitor.browser()), TOOL.0)?;
        ensure(seat.status()?.login.is_none(), "a token is stored")
    }),
    (
        "a grant that the client does not have: configuration",
        |desk| {
            let seat = desk.rig.daemon(desk.service(TOOL)?, Memory::new());
            expect_error(call(&seat), ErrorKind::Configuration, &[TOOL.0]).map(drop)
        },
    ),
    ("unknown scope, client credentials: configuration", |desk| {
        let service = desk.service(DAEMON)?;
        let request = TokenRequest::client_credentials(service.client()).scope("nonsense");
        let words = ["invalid_scope", "400", "nonsense"];
        expect_error(
            desk.rig.exchange(&request),
            ErrorKind::Configuration,
            &words,
        )
        .map(drop)
    }),
    ("unknown scope, browser: configuration", unknown_scope),
    ("denied in the browser", |desk| {
        denied(desk, ScriptedUser::browser)
    }),
    ("denied, the address pasted", |desk| {
        denied(desk, |visitor| visitor.paste("http://127.0.0.1:8080"))
    }),
    ("wrong code verifier: a new login is needed", wrong_verifier),
    ("a code that was used: a new login is needed", used_code),
    (
        "unknown client id, browser: the deadline's causes",
        |desk| {
            let unknown = desk.seat(App("nobody", WRONG))?;
            never_redirects(&unknown, "invalid_client", ScriptedUser::browser)
        },
    ),
    ("unregistered redirect URI: the deadline's causes", |desk| {
        let elsewhere = |visitor: &ScriptedUser| visitor.browser().path("/unregistered");
        never_redirects(&desk.seat(TOOL)?, "invalid_client", elsewhere)
    }),
    ("a callback at localhost: never sent", |desk| {
        let seat = desk.seat(TOOL)?;
        let login = alice().paste("http://localhost:8080");
        let error = expect_error(seat.log_in(login), ErrorKind::Configuration, &["localhost"])?;
        ensure(error.status().is_none(), format!("{error}"))?;
        ensure(desk.seen().total() == 0, "a request was sent")
    }),
    ("a server at localhost over http: never sent", |desk| {
        let url = desk.server.url().replace("127.0.0.1", "localhost");
        let built = desk.describe(TOOL).at(url).build();
        expect_error(built, ErrorKind::Configuration, &["http"])?;
        ensure(desk.seen().total() == 0, "a request was sent")
    }),
];

fn refused_client(desk: &LeagueEnv<'_>, app: App) -> CheckResult {
    let seat = desk.rig.daemon(desk.service(app)?, Memory::new());
    refused(call(&seat), app.0)
}

/// The client is to blame, and its secret does not show.
fn refused<T: std::fmt::Debug>(response: Result<T, Error>, id: &str) -> CheckResult {
    let words = ["invalid_client", id, "401"];
    let error = expect_error(response, ErrorKind::Configuration, &words)?;
    let setting = error.setting().unwrap_or_default();
    ensure(
        setting.contains("client_secret"),
        format!("it blames `{setting}`"),
    )?;
    ensure(!error.to_string().contains(WRONG), "the secret shows")
}

/// league 8 leaves `state` out of this one error; the listener believes it all the same, because the service says so.
fn unknown_scope(desk: &LeagueEnv<'_>) -> CheckResult {
    let (seat, visitor) = (desk.seat(TOOL)?, alice());
    let response = seat.log_in(visitor.browser().scope("nonsense"));
    let words = ["invalid_scope", "nonsense"];
    let error = expect_error(response, ErrorKind::Configuration, &words)?;
    ensure(error.setting() == Some("scope"), format!("{error}"))?;
    let redirect = visitor.ended()?.into_redirect()?;
    let has_state = redirect.contains("state=");
    ensure(
        has_state == (desk.version == Version::Nine),
        "`state` in the redirect is not as that version has it",
    )
}

fn denied(desk: &LeagueEnv<'_>, login: impl Fn(&ScriptedUser) -> Login) -> CheckResult {
    let (seat, visitor) = (desk.seat(TOOL)?, bob_denies());
    let words = ["access_denied", "The user denied the request"];
    expect_error(
        seat.log_in(login(&visitor)),
        ErrorKind::ConsentDenied,
        &words,
    )?;
    ensure(seat.status()?.login.is_none(), "a token is stored")
}

/// The challenge of RFC 7636 appendix B, whose verifier we do not send.
fn wrong_verifier(desk: &LeagueEnv<'_>) -> CheckResult {
    const OTHER: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let service = desk.service(TOOL)?;
    let grant = code(&service, |parameter| {
        match parameter.starts_with("code_challenge=") {
            true => format!("code_challenge={OTHER}"),
            false => parameter.to_owned(),
        }
    })?;
    let exchange = TokenRequest::code(service.client(), &grant);
    let words = ["invalid_grant", "code_verifier"];
    expect_error(desk.rig.exchange(&exchange), ErrorKind::NeedsLogin, &words)?;
    Ok(())
}

fn used_code(desk: &LeagueEnv<'_>) -> CheckResult {
    let service = desk.service(TOOL)?;
    let grant = code(&service, str::to_owned)?;
    let exchange = TokenRequest::code(service.client(), &grant);
    desk.rig.exchange(&exchange)?;
    let words = ["revoked", "400"];
    expect_error(desk.rig.exchange(&exchange), ErrorKind::NeedsLogin, &words)?;
    Ok(())
}

/// A code that alice got by values, at an address whose parameters were changed.
fn code(service: &Service, change: impl Fn(&str) -> String) -> Result<CodeGrant, Failure> {
    let uri = RedirectUri::parse("http://127.0.0.1:8080")?;
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    let (url, pending) = request.begin()?;
    let parameters: Vec<_> = url.split('&').map(change).collect();
    let redirect = alice().visit(&parameters.join("&"))?.into_redirect()?;
    Ok(pending.accept(&redirect)?)
}

/// league answers in the browser, in JSON, and never redirects: all the program sees is its deadline.
fn never_redirects(
    seat: &crate::rig::Seat,
    on_the_page: &str,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let visitor = alice();
    let login = login(&visitor).timeout(Duration::from_secs(1));
    let words = ["within 1 s", "redirect URI", "client id", "never redirects"];
    expect_error(seat.log_in(login), ErrorKind::TimedOut, &words)?;
    match visitor.ended()? {
        Outcome::Page { text, .. } if text.contains(on_the_page) => Ok(()),
        other => Err(format!("no page with `{on_the_page}` in it: {other:?}").into()),
    }
}

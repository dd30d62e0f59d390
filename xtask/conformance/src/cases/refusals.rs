//! What a server refuses, by cause: client, person, code, consent, registration.

use std::time::Duration;

use auth_core::{ErrorKind, TokenRequest};
use auth_flows::Login;
use auth_testkit::person::Outcome;

use crate::env::{App, Case, ServerEnv, alice, bob_denies};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::CheckResult;
use worlds::ScriptedUser;

/// The cases of every server.
pub(crate) const CASES: &[Case] = &[
    ("wrong secret, client credentials: configuration", |env| {
        refused_client(env, env.facts.confidential.with(WRONG))
    }),
    ("wrong secret, a code: configuration", |env| {
        refused_at_the_code(env, env.facts.confidential.with(WRONG))
    }),
    (
        "confidential client without its secret: configuration",
        |env| refused_at_the_code(env, env.facts.confidential.with(None)),
    ),
    (
        "unknown client id, client credentials: configuration",
        |env| refused_client(env, env.facts.confidential.called("unknown")),
    ),
    ("wrong code verifier: a new login is needed", wrong_verifier),
    ("a code that was used: a new login is needed", used_code),
    ("denied in the browser", |env| {
        denied(env, ScriptedUser::browser)
    }),
    ("denied, the redirect pasted", |env| {
        denied(env, |user| user.pasted_redirect("http://127.0.0.1:8080"))
    }),
];

/// A secret that no client has.
pub(crate) const WRONG: &str = "wr0ng-secret";

/// The token endpoint refuses the client itself.
pub(crate) fn refused_client(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let response = env.client_session(app)?.send(Ping::default());
    let words = ["invalid_client", app.id, "401"];
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

/// The person did everything right, and the exchange of the code is refused. No token is stored.
pub(crate) fn refused_at_the_code(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let (session, user) = (env.session(app)?, alice());
    let words = ["invalid_client", app.id, "401"];
    let response = session.log_in(user.browser());
    let error = expect_error(response, ErrorKind::Configuration, &words)?;
    ensure(
        !error.to_string().contains(WRONG),
        "the error contains the secret",
    )?;
    ensure(session.status()?.login.is_none(), "a token is stored")
}

/// The code belongs to the challenge of RFC 7636 appendix B, whose verifier we do not send.
pub(crate) fn wrong_verifier(env: &ServerEnv<'_>) -> CheckResult {
    const OTHER: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let (session, user) = (env.session(env.facts.public)?, alice());
    let login = user.browser_at(|url| {
        let change = |parameter: &str| match parameter.strip_prefix("code_challenge=") {
            Some(_) => format!("code_challenge={OTHER}"),
            None => parameter.to_owned(),
        };
        let parameters: Vec<_> = url.split('&').map(change).collect();
        parameters.join("&")
    });
    let words = ["authorization code was not accepted", "invalid_grant"];
    expect_error(session.log_in(login), ErrorKind::NeedsLogin, &words)?;
    ensure(session.status()?.login.is_none(), "a token is stored")
}

/// The same exchange twice, by values: no flow does that.
pub(crate) fn used_code(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(env.facts.public)?;
    let grant = env.code(&service)?;
    let exchange = TokenRequest::code(service.client(), &grant);
    env.world.exchange(&exchange)?;
    let words = ["invalid_grant", "400", "begin a new login"];
    expect_error(env.world.exchange(&exchange), ErrorKind::NeedsLogin, &words)?;
    Ok(())
}

/// Bob refuses. He has no earlier consent: Doorkeeper 5.5 requests it only once for a confidential
/// client.
pub(crate) fn denied(env: &ServerEnv<'_>, login: impl Fn(&ScriptedUser) -> Login) -> CheckResult {
    let (session, user) = (env.session(env.facts.public)?, bob_denies());
    let response = session.log_in(login(&user));
    expect_error(response, ErrorKind::ConsentDenied, &["access_denied"])?;
    ensure(session.status()?.login.is_none(), "a token is stored")
}

/// The server shows a page of its own and never redirects: the program only gets its timeout.
pub(crate) fn never_redirects(
    env: &ServerEnv<'_>,
    app: App,
    on_the_page: &str,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let (session, user) = (env.session(app)?, alice());
    let login = login(&user).timeout(Duration::from_secs(1));
    let words = ["within 1 s", "redirect URI", "client id", "never redirects"];
    expect_error(session.log_in(login), ErrorKind::TimedOut, &words)?;
    match user.ended()? {
        Outcome::Page { text, .. } if text.contains(on_the_page) => Ok(()),
        other => Err(format!("expected a page with `{on_the_page}`, got {other:?}").into()),
    }
}

/// Unregistered scopes, requested by the application itself.
pub(crate) fn unknown_scope_itself(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(env.facts.confidential)?;
    let request = TokenRequest::client_credentials(service.client()).scope("write nonsense");
    let response = env.world.exchange(&request);
    let error = expect_error(
        response,
        ErrorKind::Configuration,
        &["invalid_scope", "400"],
    )?;
    ensure(
        error.setting() == Some("scope"),
        format!("the error names the setting {:?}", error.setting()),
    )
}

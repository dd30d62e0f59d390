//! What a server refuses, told apart: client, person, code, consent, registration.

use std::time::Duration;

use auth_core::{ErrorKind, TokenRequest};
use auth_flows::Login;
use auth_testkit::person::Outcome;

use crate::conformance::env::{App, ServerEnv, alice, bob_denies};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::{report::CheckResult, scripted_user::ScriptedUser};

/// A secret that no client has.
pub(in crate::conformance) const WRONG: &str = "wr0ng-secret";

/// The client itself is refused, at the token endpoint.
pub(in crate::conformance) fn refused_client(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let response = bench.daemon(app)?.send(Ping::default());
    let words = ["invalid_client", app.id, "401"];
    let error = expect_error(response, ErrorKind::Configuration, &words)?;
    let setting = error.setting().unwrap_or_default();
    ensure(
        setting.contains("client_secret"),
        format!("it blames `{setting}`"),
    )?;
    ensure(!error.to_string().contains(WRONG), "the secret shows")
}

/// The person did all that was asked, and the exchange of the code is refused. Nothing is stored.
pub(in crate::conformance) fn refused_at_the_code(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let (seat, visitor) = (bench.seat(app)?, alice());
    let words = ["invalid_client", app.id, "401"];
    let response = seat.log_in(visitor.browser());
    let error = expect_error(response, ErrorKind::Configuration, &words)?;
    ensure(!error.to_string().contains(WRONG), "the secret shows")?;
    ensure(seat.status()?.login.is_none(), "a token is stored")
}

/// The code was asked for with the challenge of RFC 7636 appendix B, whose verifier we do not send.
pub(in crate::conformance) fn wrong_verifier(bench: &ServerEnv<'_>) -> CheckResult {
    const OTHER: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let (seat, visitor) = (bench.seat(bench.facts.public)?, alice());
    let login = visitor.browser_at(|url| {
        let change = |parameter: &str| match parameter.strip_prefix("code_challenge=") {
            Some(_) => format!("code_challenge={OTHER}"),
            None => parameter.to_owned(),
        };
        let parameters: Vec<_> = url.split('&').map(change).collect();
        parameters.join("&")
    });
    let words = ["authorization code was not accepted", "invalid_grant"];
    expect_error(seat.log_in(login), ErrorKind::NeedsLogin, &words)?;
    ensure(seat.status()?.login.is_none(), "a token is stored")
}

/// The same exchange twice, by values: no flow would do that.
pub(in crate::conformance) fn used_code(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(bench.facts.public)?;
    let grant = bench.code(&service)?;
    let exchange = TokenRequest::code(service.client(), &grant);
    bench.rig.exchange(&exchange)?;
    let words = ["invalid_grant", "400", "begin a new login"];
    expect_error(bench.rig.exchange(&exchange), ErrorKind::NeedsLogin, &words)?;
    Ok(())
}

/// Bob refuses. He has allowed nothing before: Doorkeeper 5.5 does not ask twice for a confidential client.
pub(in crate::conformance) fn denied(
    bench: &ServerEnv<'_>,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let (seat, visitor) = (bench.seat(bench.facts.public)?, bob_denies());
    let response = seat.log_in(login(&visitor));
    expect_error(response, ErrorKind::ConsentDenied, &["access_denied"])?;
    ensure(seat.status()?.login.is_none(), "a token is stored")
}

/// The server shows a page of its own and never redirects: all the program sees is its deadline.
pub(in crate::conformance) fn never_redirects(
    bench: &ServerEnv<'_>,
    app: App,
    on_the_page: &str,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let (seat, visitor) = (bench.seat(app)?, alice());
    let login = login(&visitor).timeout(Duration::from_secs(1));
    let words = ["within 1 s", "redirect URI", "client id", "never redirects"];
    expect_error(seat.log_in(login), ErrorKind::TimedOut, &words)?;
    match visitor.ended()? {
        Outcome::Page { text, .. } if text.contains(on_the_page) => Ok(()),
        other => Err(format!("no page with `{on_the_page}` in it: {other:?}").into()),
    }
}

/// Scopes that nobody registered, asked for by the application itself.
pub(in crate::conformance) fn unknown_scope_itself(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(bench.facts.confidential)?;
    let request = TokenRequest::client_credentials(service.client()).scope("write nonsense");
    let response = bench.rig.exchange(&request);
    let error = expect_error(
        response,
        ErrorKind::Configuration,
        &["invalid_scope", "400"],
    )?;
    ensure(
        error.setting() == Some("scope"),
        format!("it blames {:?}", error.setting()),
    )
}

//! What a server says of a token it is asked about (RFC 7662).

use auth_core::{
    ErrorKind, ExposeSecret, IntrospectionRequest, IntrospectionResponse, RevocationRequest,
    SecretText, Service, TokenKind, TokenRequest,
};

use super::refusals::WRONG;
use crate::conformance::env::{App, ServerEnv, now};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::report::{CheckResult, Failure};

/// Alice's token is good, for the scopes it was asked for; revoked, it is not, and nothing more is said of it.
pub(in crate::conformance) fn of_a_login(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = bench.service(app)?;
    let token = bench.token(&service)?.into_token(now(), 1)?;
    let text = SecretText::from(token.expose_secret());
    let found = look(bench, &service, &text)?;
    ensure(found.is_active(), format!("not active: {found:?}"))?;
    expect_says(&found, app, bench.facts.grants)?;
    let known = token.expires_at().map(|end| end.as_secs());
    let said = found.expires_at().map(|end| end.as_secs());
    let near = match (known, said) {
        // Ours begins when the request left, the server's when it answered.
        (Some(known), Some(said)) => known.abs_diff(said) <= 60,
        (known, said) => known == said,
    };
    ensure(near, format!("it ends at {said:?}, not at {known:?}"))?;

    let revocation = RevocationRequest::access_token(service.client(), text.clone());
    bench.rig.exchange(&revocation)?;
    let found = look(bench, &service, &text)?;
    ensure(!found.is_active(), format!("active: {found:?}"))?;
    let silent = found.scope().is_none() && found.expires_at().is_none();
    ensure(silent, format!("it says more than it should: {found:?}"))
}

/// A token of the application itself.
pub(in crate::conformance) fn of_itself(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = bench.service(app)?;
    let request = TokenRequest::client_credentials(service.client()).scope("write");
    let token = bench.rig.exchange(&request)?.into_token(now(), 1)?;
    let found = look(bench, &service, &SecretText::from(token.expose_secret()))?;
    ensure(found.is_active(), format!("not active: {found:?}"))?;
    expect_says(&found, app, "write")
}

/// A refresh token, before and after it was used.
pub(in crate::conformance) fn of_a_refresh_token(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = bench.service(app)?;
    let token = bench.token(&service)?.into_token(now(), 1)?;
    let refresh = token.refresh_token().ok_or("no refresh token came")?;
    let look = |token: &SecretText| {
        let message = IntrospectionRequest::refresh_token(service.client(), token.clone());
        bench.rig.exchange(&message)
    };
    ensure(
        look(refresh)?.is_active(),
        "the refresh token is not active",
    )?;
    let used = TokenRequest::refresh(service.client(), refresh);
    let newer = bench.rig.exchange(&used)?.into_token(now(), 2)?;
    let newer = newer.refresh_token().ok_or("no newer refresh token came")?;
    ensure(!look(refresh)?.is_active(), "the used one is active")?;
    ensure(look(newer)?.is_active(), "the newer one is not active")
}

/// A token that the server never gave out.
pub(in crate::conformance) fn of_nothing(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(bench.facts.confidential)?;
    let found = look(
        bench,
        &service,
        &SecretText::from("no-token-of-this-server"),
    )?;
    ensure(!found.is_active(), format!("active: {found:?}"))
}

/// Asked by a client with a wrong secret.
pub(in crate::conformance) fn wrong_secret(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.logged_in(bench.facts.confidential)?;
    let token = seat.token(TokenKind::Login)?;
    let service = bench.service(bench.facts.confidential.with(WRONG))?;
    let token = SecretText::from(token.expose_secret());
    let response = bench
        .rig
        .exchange(&IntrospectionRequest::access_token(service.client(), token));
    let error = expect_error(
        response,
        ErrorKind::Configuration,
        &["invalid_client", "401"],
    )?;
    ensure(!error.to_string().contains(WRONG), "the secret shows")
}

fn look(
    bench: &ServerEnv<'_>,
    service: &Service,
    token: &SecretText,
) -> Result<IntrospectionResponse, Failure> {
    let message = IntrospectionRequest::access_token(service.client(), token.clone());
    let found = bench.rig.exchange(&message)?;
    let shown = format!("{found:?}");
    match shown.contains(token.expose_secret()) {
        true => Err("the token shows".into()),
        false => Ok(found),
    }
}

fn expect_says(found: &IntrospectionResponse, app: App, scope: &str) -> CheckResult {
    let said = (found.client_id(), found.scope());
    let expect = (Some(app.id), Some(scope));
    ensure(said == expect, format!("{said:?} in place of {expect:?}"))
}

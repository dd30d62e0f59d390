//! What a server reports about a token (RFC 7662).

use auth_core::{
    ErrorKind, ExposeSecret, IntrospectionRequest, IntrospectionResponse, RevocationRequest,
    SecretText, Service, TokenKind, TokenRequest,
};

use super::refusals::WRONG;
use crate::env::{App, Case, ServerEnv, now};
use crate::expect::{ensure, expect_error};
use crate::report::{CheckResult, Failure};

/// The cases of every server.
pub(crate) const CASES: &[Case] = &[
    ("introspection of a login, confidential client", |env| {
        of_a_login(env, env.facts.confidential)
    }),
    ("introspection, secret in the body", |env| {
        of_a_login(env, env.facts.by_body)
    }),
    ("introspection, reserved characters", |env| {
        of_a_login(env, env.facts.reserved)
    }),
    ("introspection of the application's own token", |env| {
        of_itself(env, env.facts.confidential)
    }),
    (
        "introspection of a token from elsewhere: not active",
        of_nothing,
    ),
    (
        "introspection with a wrong secret: configuration",
        wrong_secret,
    ),
];

/// The case of every server that gives refresh tokens.
pub(crate) const OF_A_REFRESH_TOKEN: Case = ("introspection of a refresh token", |env| {
    of_a_refresh_token(env, env.facts.confidential)
});

/// Alice's token is active, with the requested scopes. After its revocation it is not, and the
/// server reports nothing else.
pub(crate) fn of_a_login(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = env.service(app)?;
    let token = env.token(&service)?.into_token(now(), 1)?;
    let text = SecretText::from(token.expose_secret());
    let found = look(env, &service, &text)?;
    ensure(found.is_active(), format!("not active: {found:?}"))?;
    expect_says(&found, app, env.facts.grants)?;
    let known = token.expires_at().map(|end| end.as_secs());
    let said = found.expires_at().map(|end| end.as_secs());
    let near = match (known, said) {
        // Our lifetime begins when the request was sent, the server's when it responded.
        (Some(known), Some(said)) => known.abs_diff(said) <= 60,
        (known, said) => known == said,
    };
    ensure(near, format!("expected the expiry {known:?}, got {said:?}"))?;

    let revocation = RevocationRequest::access_token(service.client(), text.clone());
    env.world.exchange(&revocation)?;
    let found = look(env, &service, &text)?;
    ensure(!found.is_active(), format!("active: {found:?}"))?;
    let silent = found.scope().is_none() && found.expires_at().is_none();
    ensure(silent, format!("expected no further fields, got {found:?}"))
}

/// A token of the application itself.
pub(crate) fn of_itself(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = env.service(app)?;
    let request = TokenRequest::client_credentials(service.client()).scope("write");
    let token = env.world.exchange(&request)?.into_token(now(), 1)?;
    let found = look(env, &service, &SecretText::from(token.expose_secret()))?;
    ensure(found.is_active(), format!("not active: {found:?}"))?;
    expect_says(&found, app, "write")
}

/// A refresh token, before and after its use.
pub(crate) fn of_a_refresh_token(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = env.service(app)?;
    let token = env.token(&service)?.into_token(now(), 1)?;
    let refresh = token
        .refresh_token()
        .ok_or("no refresh token in the response")?;
    let look = |token: &SecretText| {
        let message = IntrospectionRequest::refresh_token(service.client(), token.clone());
        env.world.exchange(&message)
    };
    ensure(
        look(refresh)?.is_active(),
        "the refresh token is not active",
    )?;
    let used = TokenRequest::refresh(service.client(), refresh);
    let newer = env.world.exchange(&used)?.into_token(now(), 2)?;
    let newer = newer
        .refresh_token()
        .ok_or("no newer refresh token in the response")?;
    ensure(!look(refresh)?.is_active(), "the used one is active")?;
    ensure(look(newer)?.is_active(), "the newer one is not active")
}

/// A token that the server never issued.
pub(crate) fn of_nothing(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(env.facts.confidential)?;
    let found = look(env, &service, &SecretText::from("no-token-of-this-server"))?;
    ensure(!found.is_active(), format!("active: {found:?}"))
}

/// A request by a client with a wrong secret.
pub(crate) fn wrong_secret(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.logged_in(env.facts.confidential)?;
    let token = session.token(TokenKind::Login)?;
    let service = env.service(env.facts.confidential.with(WRONG))?;
    let token = SecretText::from(token.expose_secret());
    let response = env
        .world
        .exchange(&IntrospectionRequest::access_token(service.client(), token));
    let error = expect_error(
        response,
        ErrorKind::Configuration,
        &["invalid_client", "401"],
    )?;
    ensure(
        !error.to_string().contains(WRONG),
        "the error contains the secret",
    )
}

fn look(
    env: &ServerEnv<'_>,
    service: &Service,
    token: &SecretText,
) -> Result<IntrospectionResponse, Failure> {
    let message = IntrospectionRequest::access_token(service.client(), token.clone());
    let found = env.world.exchange(&message)?;
    let shown = format!("{found:?}");
    match shown.contains(token.expose_secret()) {
        true => Err("the token is visible".into()),
        false => Ok(found),
    }
}

fn expect_says(found: &IntrospectionResponse, app: App, scope: &str) -> CheckResult {
    let said = (found.client_id(), found.scope());
    let expect = (Some(app.id), Some(scope));
    ensure(said == expect, format!("expected {expect:?}, got {said:?}"))
}

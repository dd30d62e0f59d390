//! The end of a login: revoked at the server, removed from the store.

use auth_core::{ErrorKind, ExposeSecret, RevocationRequest, SecretText, Token, TokenKind};

use crate::env::{App, Case, ServerEnv, alice, log_in};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::CheckResult;

/// The cases of every server.
pub(crate) const CASES: &[Case] = &[
    ("logout revokes, the bearer is refused, public", |env| {
        log_out(env, env.facts.public)
    }),
    (
        "logout revokes, the bearer is refused, confidential",
        |env| log_out(env, env.facts.confidential),
    ),
    ("a new login revokes the one it replaces", replaced),
    (
        "revocation of a revoked or unknown token: success",
        revoked_twice,
    ),
];

/// A logout revokes and removes the tokens; the second logout has no token to revoke.
pub(crate) fn log_out(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let session = env.logged_in(app)?;
    let (service, token) = (env.service(app)?, session.token(TokenKind::Login)?);
    let message = service.bind(Ping::default(), Some(&token))?;
    env.is_alices(&env.world.exchange(&message)?)?;

    let logged_out = session.log_out()?;
    let revoked = matches!(logged_out.revoked, Some(Ok(())));
    ensure(revoked, format!("not revoked: {logged_out:?}"))?;
    let refused = env.world.exchange(&message);
    let words = [env.facts.revoked, "401"];
    expect_error(refused, ErrorKind::NeedsLogin, &words)?;
    ensure(session.status()?.login.is_none(), "a token is still stored")?;
    let result = session.send(Ping::default());
    expect_error(
        result,
        ErrorKind::NeedsLogin,
        &["the account has no stored login"],
    )?;

    let again = session.log_out()?;
    ensure(
        again.revoked.is_none(),
        format!("expected no revocation, got {again:?}"),
    )
}

pub(crate) fn replaced(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.logged_in(env.facts.public)?;
    let service = env.service(env.facts.public)?;
    let old = session.token(TokenKind::Login)?;
    let user = alice();
    log_in(&session, &user, user.browser())?;
    env.is_alices(&session.send(Ping::default())?)?;
    let message = service.bind(Ping::default(), Some(&old))?;
    let refused = env.world.exchange(&message);
    expect_error(refused, ErrorKind::NeedsLogin, &[env.facts.revoked])?;
    Ok(())
}

/// The server revokes a token during the session, and there is no way to renew it: the user has to
/// log in.
pub(crate) fn revoked_bearer(env: &ServerEnv<'_>, because: &str) -> CheckResult {
    let session = env.logged_in(env.facts.public)?;
    let token = session.token(TokenKind::Login)?;
    revoke(env, &access_token(&token))?;
    let refused = session.send(Ping::default());
    expect_error(refused, ErrorKind::NeedsLogin, &[because])?;
    Ok(())
}

/// A server responds to the revocation of an unknown token as to any other (RFC 7009 section 2.2).
pub(crate) fn revoked_twice(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.logged_in(env.facts.public)?;
    let token = session.token(TokenKind::Login)?;
    let token = access_token(&token);
    revoke(env, &token)?;
    revoke(env, &token)?;
    revoke(env, &SecretText::from("no-token-of-this-server"))
}

fn access_token(token: &Token) -> SecretText {
    SecretText::from(token.expose_secret())
}

fn revoke(env: &ServerEnv<'_>, token: &SecretText) -> CheckResult {
    let service = env.service(env.facts.public)?;
    let token = SecretText::from(token.expose_secret());
    let revocation = RevocationRequest::access_token(service.client(), token);
    Ok(env.world.exchange(&revocation)?)
}

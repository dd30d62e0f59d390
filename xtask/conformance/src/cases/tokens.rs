//! Tokens without a browser, and their use.

use std::sync::atomic::{AtomicBool, Ordering};

use auth_core::{ErrorKind, Message, TokenKind};
use keystore::Memory;

use crate::env::{App, Case, ServerEnv, alice, log_in};
use crate::expect::{ensure, expect_error};
use crate::ping::{Ping, Pong};
use crate::report::CheckResult;

/// The cases of every server.
pub(crate) const CASES: &[Case] = &[
    ("client credentials: body", |env| {
        itself(env, env.facts.by_body)
    }),
    ("client credentials, reserved characters", |env| {
        itself(env, env.facts.reserved)
    }),
    (
        "client credentials without a secret: never sent",
        public_itself,
    ),
    ("a bearer call made of values alone", values_only),
    ("a second start finds the stored token", second_start),
    ("a call without a login is not sent", no_login),
];

/// The application itself, by client credentials.
pub(crate) fn itself(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let session = env.client_session(app)?;
    env.is_its_own(&session.send(Ping::default())?)?;
    let token = session.token(TokenKind::Login)?;
    ensure(
        token.refresh_token().is_none(),
        "the response has a refresh token",
    )
}

/// A client without a secret cannot use client credentials, so the request is not sent.
pub(crate) fn public_itself(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.client_session(env.facts.public)?;
    let error = expect_error(
        session.send(Ping::default()),
        ErrorKind::Configuration,
        &["client credentials need a client secret"],
    )?;
    ensure(error.status().is_none(), "a request was sent")
}

pub(crate) fn values_only(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.logged_in(env.facts.public)?;
    let service = env.service(env.facts.public)?;
    let token = session.token(TokenKind::Login)?;
    let message = service.bind(Ping::default(), Some(&token))?;
    env.is_alices(&env.world.exchange(&message)?)?;

    let mut bare = message.request()?;
    let header = bare.headers_mut().remove("authorization");
    let text = format!("{header:?}");
    ensure(
        !text.contains(token.expose_secret()),
        "the header's Debug output contains the token",
    )
}

pub(crate) fn second_start(env: &ServerEnv<'_>) -> CheckResult {
    let store = Memory::new();
    let service = env.service(env.facts.public)?;
    let first = env.world.account(service.clone(), store.clone(), "me");
    let user = alice();
    log_in(&first, &user, user.browser())?;
    let token = first.token(TokenKind::Login)?;
    drop(first);
    let again = env.world.account(service, store, "me");
    env.is_alices(&again.send(Ping::default())?)?;
    let same = again.token(TokenKind::Login)?.expose_secret() == token.expose_secret();
    ensure(same, "the token differs from the stored one")
}

pub(crate) fn no_login(env: &ServerEnv<'_>) -> CheckResult {
    let sent = AtomicBool::new(false);
    let watch = || sent.store(true, Ordering::Relaxed);
    let session = env.session(env.facts.public)?;
    let response = session.send(Ping::watched(&watch));
    expect_error::<Pong>(
        response,
        ErrorKind::NeedsLogin,
        &["the account has no stored login"],
    )?;
    ensure(!sent.into_inner(), "a request was sent")
}

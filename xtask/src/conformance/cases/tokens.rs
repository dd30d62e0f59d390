//! Tokens without a browser, and how they are used.

use std::sync::atomic::{AtomicBool, Ordering};

use auth_core::{ErrorKind, Message, TokenKind};
use keystore::Memory;

use crate::conformance::env::{App, ServerEnv, alice, log_in};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::{Ping, Pong};
use crate::conformance::report::CheckResult;

/// The application itself, by client credentials.
pub(in crate::conformance) fn itself(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let seat = bench.daemon(app)?;
    bench.is_its_own(&seat.send(Ping::default())?)?;
    let token = seat.token(TokenKind::Login)?;
    ensure(token.refresh_token().is_none(), "a refresh token came")
}

/// A client without a secret cannot ask on its own behalf, and does not.
pub(in crate::conformance) fn public_itself(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.daemon(bench.facts.public)?;
    let error = expect_error(
        seat.send(Ping::default()),
        ErrorKind::Configuration,
        &["client credentials need a client secret"],
    )?;
    ensure(error.status().is_none(), "a request was sent")
}

pub(in crate::conformance) fn values_only(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.logged_in(bench.facts.public)?;
    let service = bench.service(bench.facts.public)?;
    let token = seat.token(TokenKind::Login)?;
    let message = service.bind(Ping::default(), Some(&token))?;
    bench.is_alices(&bench.rig.exchange(&message)?)?;

    let mut bare = message.request()?;
    let header = bare.headers_mut().remove("authorization");
    let text = format!("{header:?}");
    ensure(
        !text.contains(token.expose_secret()),
        "the header shows the token",
    )
}

pub(in crate::conformance) fn second_start(bench: &ServerEnv<'_>) -> CheckResult {
    let store = Memory::new();
    let service = bench.service(bench.facts.public)?;
    let first = bench.rig.account(service.clone(), store.clone(), "me");
    let visitor = alice();
    log_in(&first, &visitor, visitor.browser())?;
    let token = first.token(TokenKind::Login)?;
    drop(first);
    let again = bench.rig.account(service, store, "me");
    bench.is_alices(&again.send(Ping::default())?)?;
    let same = again.token(TokenKind::Login)?.expose_secret() == token.expose_secret();
    ensure(same, "another token than the stored one")
}

pub(in crate::conformance) fn no_login(bench: &ServerEnv<'_>) -> CheckResult {
    let sent = AtomicBool::new(false);
    let watch = || sent.store(true, Ordering::Relaxed);
    let seat = bench.seat(bench.facts.public)?;
    let response = seat.send(Ping::watched(&watch));
    expect_error::<Pong>(response, ErrorKind::NeedsLogin, &["nobody is logged in"])?;
    ensure(!sent.into_inner(), "a request was made")
}

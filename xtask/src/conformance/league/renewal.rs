//! Refresh tokens that serve once, and an access token that dies with them at once.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, ExposeSecret, Freshness, TokenKind};
use auth_testkit::{Fault, Matching};
use keystore::Memory;
use serde_json::json;

use super::env::{LeagueEnv, TOOL, Way, call, sent_by};
use super::{Case, Version};
use crate::conformance::env::{alice, log_in, now};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::report::{CheckResult, Failure};
use crate::rig::{PATIENCE, Seat};

pub(super) const CASES: &[Case] = &[
    ("refresh, the secret in the form as documented", in_the_form),
    ("8 callers at an expired token: one refresh", |desk| {
        let seat = expired(desk)?;
        eight_callers(&seat)?;
        desk.refreshed(1)
    }),
    (
        "8 calls refused in mid-air: one refresh, all repeated",
        mid_air,
    ),
    (
        "rotated elsewhere: the old token is dead, no 2nd refresh",
        rotated_elsewhere,
    ),
    ("refresh reuse: refused, the newer tokens live", reused),
    (
        "a lost answer to a refresh: a lost login, and said so",
        lost,
    ),
    ("a dead refresh token: a new login is needed", dead),
    (
        "a server in trouble at a refresh: no login is lost",
        trouble,
    ),
];

/// Info Flora documents the form, and no header, for a refresh.
fn in_the_form(desk: &LeagueEnv<'_>) -> CheckResult {
    let seat = desk.logged_in()?;
    let before = seat.token(TokenKind::Login)?;
    desk.server.revoke_access_tokens();
    call(&seat)?;
    sent_by(&desk.token_request("refresh_token")?, Way::Body)?;
    let after = seat.token(TokenKind::Login)?;
    let [old, new] = [&before, &after].map(|token| token.refresh_token());
    let rotated = match (old, new) {
        (Some(old), Some(new)) => old.expose_secret() != new.expose_secret(),
        _ => false,
    };
    ensure(rotated, "the refresh token is the old one")
}

/// An account whose token is past its time, by what the server said of it.
fn expired(desk: &LeagueEnv<'_>) -> Result<Seat, Failure> {
    let brief = Fault::ExpiresIn(json!(1));
    desk.server
        .faults()
        .next(Matching::Grant("authorization_code"), brief);
    let (seat, visitor) = (desk.seat(TOOL)?, alice());
    let status = log_in(&seat, &visitor, visitor.browser())?;
    let end = status.login.and_then(|token| token.expires_at);
    let end = end.ok_or("no end of the token is stored")?;
    let deadline = Instant::now() + PATIENCE;
    while now().wall < end {
        if Instant::now() >= deadline {
            return Err("the token does not expire".into());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(seat)
}

fn eight_callers(seat: &Seat) -> CheckResult {
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(|| call(seat))).collect();
        for caller in callers {
            caller.join().map_err(|_| "a caller panicked")??;
        }
        Ok(())
    })
}

/// All eight have left with the old token when it dies.
fn mid_air(desk: &LeagueEnv<'_>) -> CheckResult {
    let seat = desk.logged_in()?;
    let at_api = desk.server.hold(Matching::Api);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(|| call(&seat))).collect();
        let held = at_api.wait_for(8, PATIENCE);
        desk.server.revoke_access_tokens();
        at_api.release();
        for caller in callers {
            caller.join().map_err(|_| "a caller panicked")??;
        }
        ensure(held, "they did not leave together")
    })?;
    desk.refreshed(1)?;
    let calls = desk.seen().api();
    ensure(calls == 16, format!("{calls} calls, not 8 and 8 again"))
}

/// Two programs at one store. The second one is told that its token is dead, and rotates; now the first one's is.
fn rotated_elsewhere(desk: &LeagueEnv<'_>) -> CheckResult {
    let store = Memory::new();
    let service = desk.service(TOOL)?;
    let first = desk.rig.account(service.clone(), store.clone(), "alice");
    let visitor = alice();
    log_in(&first, &visitor, visitor.browser())?;
    let second = desk.rig.account(service, store, "alice");
    let refused = Fault::Answer {
        status: 401,
        content_type: "text/plain".to_owned(),
        body: Vec::new(),
    };
    desk.server.faults().next(Matching::Api, refused);
    call(&second)?;
    desk.refreshed(1)?;

    let calls = desk.seen().api();
    call(&first)?;
    desk.refreshed(1)?;
    let more = desk.seen().api() - calls;
    ensure(
        more == 2,
        format!("{more} calls, not a refused one and another"),
    )
}

/// Somebody else uses a copy of the older refresh token. league revokes nothing for that.
fn reused(desk: &LeagueEnv<'_>) -> CheckResult {
    let seat = desk.logged_in()?;
    let service = desk.service(TOOL)?;
    let old = seat.token(TokenKind::Login)?;
    let old = old.refresh_token().ok_or("no refresh token came")?;
    desk.server.revoke_access_tokens();
    call(&seat)?;
    let thief = auth_core::TokenRequest::refresh(service.client(), old);
    expect_error(desk.rig.exchange(&thief), ErrorKind::NeedsLogin, &[])?;
    call(&seat)?;
    desk.refreshed(2)
}

/// The server has rotated, and nobody was told: the first call says what may have happened, the next one that it has.
fn lost(desk: &LeagueEnv<'_>) -> CheckResult {
    let seat = desk.logged_in()?;
    desk.server.revoke_access_tokens();
    desk.server
        .faults()
        .next(Matching::Grant("refresh_token"), Fault::LostResponse);
    let words = ["may have reached the server", "new login"];
    let error = expect_error(call(&seat), ErrorKind::Transport, &words)?;
    ensure(
        error.may_have_been_delivered(),
        "it is said not to have arrived",
    )?;
    desk.refreshed(1)?;
    expect_error(call(&seat), ErrorKind::NeedsLogin, &["log in again"])?;
    desk.refreshed(2)
}

/// league 8: 401 `invalid_request`; league 9: 400 `invalid_grant`.
fn dead(desk: &LeagueEnv<'_>) -> CheckResult {
    let seat = desk.logged_in()?;
    desk.server.revoke_all();
    let words = match desk.version {
        Version::Eight => ["401", "invalid_request", "no longer accepted"],
        Version::Nine => ["400", "invalid_grant", "no longer accepted"],
    };
    let error = expect_error(call(&seat), ErrorKind::NeedsLogin, &words)?;
    ensure(!error.is_retryable(), "it is said to pass")?;
    desk.refreshed(1)
}

/// A 503 says nothing about the refresh token: it is kept, and serves later.
fn trouble(desk: &LeagueEnv<'_>) -> CheckResult {
    let seat = desk.logged_in()?;
    desk.server.revoke_access_tokens();
    let down = Fault::Unavailable { retry_after: None };
    desk.server
        .faults()
        .next(Matching::Grant("refresh_token"), down);
    let error = expect_error(call(&seat), ErrorKind::Refused, &["503"])?;
    ensure(error.is_retryable(), "it is said not to pass")?;
    call(&seat)?;
    let token = seat.token(TokenKind::Login)?;
    ensure(
        token.freshness(now()) == Freshness::Fresh,
        "the token that serves is not fresh",
    )
}

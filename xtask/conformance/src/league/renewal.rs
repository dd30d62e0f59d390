//! Refresh tokens for one use, and access tokens that are revoked with them at once.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, ExposeSecret, Freshness, TokenKind};
use auth_testkit::{Fault, Matching};
use keystore::Memory;
use serde_json::json;

use super::env::{LeagueEnv, SecretChannel, TOOL, call, sent_by};
use super::quirks::SYMFONY;
use super::{Case, Version};
use crate::env::{alice, log_in, now};
use crate::expect::{ensure, expect_error};
use crate::report::{CheckResult, Failure};
use crate::rig::{MAX_WAIT, Seat};

pub(super) const CASES: &[Case] = &[
    ("refresh, the secret in the form as documented", in_the_form),
    ("8 callers at an expired token: one refresh", |env| {
        let seat = expired(env)?;
        eight_callers(&seat)?;
        env.refreshed(1)
    }),
    (
        "8 calls refused in flight: one refresh, all repeated",
        mid_air,
    ),
    (
        "rotated elsewhere: old token revoked, no 2nd refresh",
        rotated_elsewhere,
    ),
    (
        "refresh reuse: refused, the newer tokens stay valid",
        reused,
    ),
    ("a lost refresh response: a lost login, and reported", lost),
    ("a rejected refresh token: a new login is needed", rejected),
    (
        "a server error at a refresh: no login is lost",
        server_error,
    ),
];

/// Info Flora documents the form, without a header, for a refresh.
fn in_the_form(env: &LeagueEnv<'_>) -> CheckResult {
    let seat = env.logged_in()?;
    let before = seat.token(TokenKind::Login)?;
    env.server.revoke_access_tokens();
    call(&seat)?;
    sent_by(&env.token_request("refresh_token")?, SecretChannel::Body)?;
    let after = seat.token(TokenKind::Login)?;
    let [old, new] = [&before, &after].map(|token| token.refresh_token());
    let rotated = match (old, new) {
        (Some(old), Some(new)) => old.expose_secret() != new.expose_secret(),
        _ => false,
    };
    ensure(rotated, "the refresh token is the old one")
}

/// An account whose token has expired, by the lifetime that the server sent.
fn expired(env: &LeagueEnv<'_>) -> Result<Seat, Failure> {
    let brief = Fault::ExpiresIn(json!(1));
    env.server
        .faults()
        .next(Matching::Grant("authorization_code"), brief);
    let (seat, user) = (env.seat(TOOL)?, alice());
    let status = log_in(&seat, &user, user.browser())?;
    let end = status.login.and_then(|token| token.expires_at);
    let end = end.ok_or("the stored token has no expiry")?;
    let deadline = Instant::now() + MAX_WAIT;
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

/// All eight calls have been sent with the old token when it is revoked.
fn mid_air(env: &LeagueEnv<'_>) -> CheckResult {
    let seat = env.logged_in()?;
    let at_api = env.server.hold(Matching::Api);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(|| call(&seat))).collect();
        let in_flight = at_api.wait_for(8, MAX_WAIT);
        env.server.revoke_access_tokens();
        at_api.release();
        for caller in callers {
            caller.join().map_err(|_| "a caller panicked")??;
        }
        ensure(in_flight, "the calls were not in flight together")
    })?;
    env.refreshed(1)?;
    let calls = env.log().api();
    ensure(calls == 16, format!("{calls} calls, not 8 and 8 again"))
}

/// Two programs at one store. The second one gets a 401 and rotates; now the first one's token is
/// revoked.
fn rotated_elsewhere(env: &LeagueEnv<'_>) -> CheckResult {
    let store = Memory::new();
    let service = env.service(TOOL)?;
    let first = env.rig.account(service.clone(), store.clone(), "alice");
    let user = alice();
    log_in(&first, &user, user.browser())?;
    let second = env.rig.account(service, store, "alice");
    let refused = Fault::Respond {
        status: 401,
        content_type: SYMFONY.to_owned(),
        body: Vec::new(),
    };
    env.server.faults().next(Matching::Api, refused);
    call(&second)?;
    env.refreshed(1)?;

    let calls = env.log().api();
    call(&first)?;
    env.refreshed(1)?;
    let more = env.log().api() - calls;
    ensure(
        more == 2,
        format!("expected a rejected call and a repeated one, got {more} calls"),
    )
}

/// An attacker uses a copy of the older refresh token. league revokes no token for that.
fn reused(env: &LeagueEnv<'_>) -> CheckResult {
    let seat = env.logged_in()?;
    let service = env.service(TOOL)?;
    let old = seat.token(TokenKind::Login)?;
    let old = old
        .refresh_token()
        .ok_or("no refresh token in the response")?;
    env.server.revoke_access_tokens();
    call(&seat)?;
    let thief = auth_core::TokenRequest::refresh(service.client(), old);
    expect_error(env.rig.exchange(&thief), ErrorKind::NeedsLogin, &[])?;
    call(&seat)?;
    env.refreshed(2)
}

/// The server has rotated, and the response was lost: the first error says what may have happened,
/// the next one that it has.
fn lost(env: &LeagueEnv<'_>) -> CheckResult {
    let seat = env.logged_in()?;
    env.server.revoke_access_tokens();
    env.server
        .faults()
        .next(Matching::Grant("refresh_token"), Fault::LostResponse);
    let words = ["may have reached the server", "new login"];
    let error = expect_error(call(&seat), ErrorKind::Transport, &words)?;
    ensure(
        error.may_have_been_delivered(),
        "the error says that it was not delivered",
    )?;
    env.refreshed(1)?;
    pause(&error)?;
    expect_error(call(&seat), ErrorKind::NeedsLogin, &["log in again"])?;
    env.refreshed(2)
}

/// Waits for the time that the error names: no other renewal is sent before.
fn pause(error: &auth_core::Error) -> CheckResult {
    thread::sleep(error.retry_after().ok_or("the error names no time")?);
    Ok(())
}

/// league 8: 401 `invalid_request`; league 9: 400 `invalid_grant`.
fn rejected(env: &LeagueEnv<'_>) -> CheckResult {
    let seat = env.logged_in()?;
    env.server.revoke_all();
    let words = match env.version {
        Version::Eight => ["401", "invalid_request", "no longer accepted"],
        Version::Nine => ["400", "invalid_grant", "no longer accepted"],
    };
    let error = expect_error(call(&seat), ErrorKind::NeedsLogin, &words)?;
    ensure(!error.is_retryable(), "the error is retryable")?;
    env.refreshed(1)
}

/// A 503 does not invalidate the refresh token: it stays stored, and works later.
fn server_error(env: &LeagueEnv<'_>) -> CheckResult {
    let seat = env.logged_in()?;
    env.server.revoke_access_tokens();
    let down = Fault::Unavailable { retry_after: None };
    env.server
        .faults()
        .next(Matching::Grant("refresh_token"), down);
    let error = expect_error(call(&seat), ErrorKind::Refused, &["503"])?;
    ensure(error.is_retryable(), "the error is not retryable")?;
    pause(&error)?;
    call(&seat)?;
    let token = seat.token(TokenKind::Login)?;
    ensure(
        token.freshness(now()) == Freshness::Fresh,
        "the token in use is not fresh",
    )
}

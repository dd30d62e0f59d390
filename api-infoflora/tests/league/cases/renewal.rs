//! Refresh tokens for one use, and access tokens that are revoked with them at once.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, ExposeSecret};
use auth_testkit::{Fault, Matching};
use keystore::Memory;
use serde_json::json;

use super::Case;
use super::env::{LeagueEnv, SecretChannel, TOOL, call, sent_by};
use super::env::{log_in, now};
use super::user::alice;
use super::{CheckResult, Failure};
use super::{ensure, expect_error};
use crate::scene::SYMFONY;
use crate::scene::{LeagueSession, PATIENCE};

pub(super) const CASES: &[Case] = &[
    ("refresh, the secret in the form as documented", in_the_form),
    ("8 callers at an expired token: one refresh", |env| {
        let session = expired(env)?;
        eight_callers(&session)?;
        env.refreshed(1)
    }),
    (
        "rotated elsewhere: old token revoked, no 2nd refresh",
        rotated_elsewhere,
    ),
    (
        "refresh reuse: refused, the newer tokens stay valid",
        reused,
    ),
];

/// Info Flora documents the form, without a header, for a refresh.
fn in_the_form(env: &LeagueEnv) -> CheckResult {
    let session = env.logged_in()?;
    let before = session.token();
    env.server.revoke_access_tokens();
    call(&session)?;
    sent_by(&env.token_request("refresh_token")?, SecretChannel::Body)?;
    let after = session.token();
    let [old, new] = [&before, &after].map(|token| token.refresh_token());
    let rotated = match (old, new) {
        (Some(old), Some(new)) => old.expose_secret() != new.expose_secret(),
        _ => false,
    };
    ensure(rotated, "the refresh token is the old one")
}

/// An account whose token has expired, by the lifetime that the server sent.
fn expired(env: &LeagueEnv) -> Result<LeagueSession, Failure> {
    let brief = Fault::ExpiresIn(json!(1));
    env.server
        .faults()
        .next(Matching::Grant("authorization_code"), brief);
    let (session, user) = (env.session(TOOL)?, alice());
    let status = log_in(&session, &user, user.browser())?;
    let end = status.login.and_then(|token| token.expires_at);
    let end = end.ok_or("the stored token has no expiry")?;
    let deadline = Instant::now() + PATIENCE;
    while now().wall < end {
        if Instant::now() >= deadline {
            return Err("the token does not expire".into());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(session)
}

fn eight_callers(session: &LeagueSession) -> CheckResult {
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(|| call(session))).collect();
        for caller in callers {
            caller.join().map_err(|_| "a caller panicked")??;
        }
        Ok(())
    })
}

/// Two programs at one store. The second one gets a 401 and rotates; now the first one's token is
/// revoked.
fn rotated_elsewhere(env: &LeagueEnv) -> CheckResult {
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
fn reused(env: &LeagueEnv) -> CheckResult {
    let session = env.logged_in()?;
    let service = env.service(TOOL)?;
    let old = session.token();
    let old = old
        .refresh_token()
        .ok_or("no refresh token in the response")?;
    env.server.revoke_access_tokens();
    call(&session)?;
    let thief = auth_core::TokenRequest::refresh(service.client(), old);
    expect_error(env.rig.exchange(&thief), ErrorKind::NeedsLogin, &[])?;
    call(&session)?;
    env.refreshed(2)
}

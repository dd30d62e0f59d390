//! Refresh tokens for one use: stored before the new access token is used, and never used twice.

use std::sync::Mutex;
use std::thread;

use auth_core::{ErrorKind, ExposeSecret, RevocationRequest, TokenRequest};

use super::stored::StoredAccount;
use crate::env::{App, Case, ServerEnv};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::{CheckResult, Failure};

/// The cases of every server that gives refresh tokens.
pub(crate) const CASES: &[Case] = &[
    (
        "refresh, public: stored before the new token is used",
        |env| rotates(env, env.facts.public),
    ),
    ("refresh, confidential: stored before it is used", |env| {
        rotates(env, env.facts.confidential)
    }),
    (
        "a second start refreshes what the first one stored",
        second_start,
    ),
    ("a rejected refresh token: a new login is needed", rejected),
];

/// The new refresh token is in the file before the new access token is sent.
pub(crate) fn rotates(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let account = StoredAccount::logged_in(env, app)?;
    let old = account.refresh_token()?;
    account.expire()?;

    let stored = Mutex::new(Vec::new());
    let watch = || {
        let refresh = account.refresh_token();
        stored.lock().expect("no holder panics").push(refresh);
    };
    env.is_alices(&account.session.send(Ping::watched(&watch))?)?;
    let stored = stored.into_inner().expect("no holder panics");
    ensure(!stored.is_empty(), "no request was sent")?;
    for refresh in stored {
        let rotated = refresh?.expose_secret() != old.expose_secret();
        ensure(
            rotated,
            "the new access token was sent before its refresh token was stored",
        )?;
    }
    Ok(())
}

/// What happens to the newer tokens when an older refresh token is reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// They stay valid.
    Lives,
    /// They are revoked, the access tokens as well (RFC 9700 section 4.14.2).
    Dies,
}

/// An attacker uses a copy of the older refresh token.
pub(crate) fn reused(env: &ServerEnv<'_>, app: App, family: Family) -> CheckResult {
    let account = StoredAccount::logged_in(env, app)?;
    let old = account.refresh_token()?;
    account.expire()?;
    env.is_alices(&account.session.send(Ping::default())?)?;

    let service = env.service(app)?;
    let thief = TokenRequest::refresh(service.client(), &old);
    let words = ["invalid_grant", "400"];
    expect_error(env.world.exchange(&thief), ErrorKind::NeedsLogin, &words)?;

    match family {
        Family::Lives => {
            let new = account.refresh_token()?;
            let refresh = TokenRequest::refresh(service.client(), &new);
            env.world.exchange(&refresh)?;
        }
        Family::Dies => {
            let words = ["refresh token is no longer accepted"];
            let response = account.session.send(Ping::default());
            expect_error(response, ErrorKind::NeedsLogin, &words)?;
        }
    }
    Ok(())
}

/// One refresh for all: a second one with the same token would be refused, and on some servers
/// would end the login.
pub(crate) fn eight_callers(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let account = StoredAccount::logged_in(env, app)?;
    let old = account.refresh_token()?;
    account.expire()?;
    let session = &account.session;
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| session.send(Ping::default())))
            .collect();
        for caller in callers {
            let pong = caller.join().map_err(|_| "a caller panicked")?;
            env.is_alices(&pong?)?;
        }
        Ok::<(), Failure>(())
    })?;
    let new = account.refresh_token()?;
    ensure(
        new.expose_secret() != old.expose_secret(),
        "no token was refreshed",
    )?;
    // The token family is still valid.
    let service = env.service(app)?;
    let refresh = TokenRequest::refresh(service.client(), &new);
    env.world.exchange(&refresh)?;
    Ok(())
}

/// Two programs share the file: the second one refreshes what the first one stored.
pub(crate) fn second_start(env: &ServerEnv<'_>) -> CheckResult {
    let account = StoredAccount::logged_in(env, env.facts.public)?;
    account.expire()?;
    let service = env.service(env.facts.public)?;
    let again = env.world.account(service, account.store()?, "alice");
    env.is_alices(&again.send(Ping::default())?)?;
    // The first one still caches the rotated token, and finds the new one in the file.
    env.is_alices(&account.session.send(Ping::default())?)
}

pub(crate) fn rejected(env: &ServerEnv<'_>) -> CheckResult {
    let account = StoredAccount::logged_in(env, env.facts.confidential)?;
    let service = env.service(env.facts.confidential)?;
    let refresh = account.refresh_token()?;
    let revocation = RevocationRequest::refresh_token(service.client(), refresh);
    env.world.exchange(&revocation)?;
    let response = account.session.send(Ping::default());
    expect_error(
        response,
        ErrorKind::NeedsLogin,
        &["refresh token is no longer accepted"],
    )?;
    Ok(())
}

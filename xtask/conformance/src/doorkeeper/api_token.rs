//! iNaturalist's API token, with api-inat's own service against iNaturalist's own routes in the
//! real Doorkeeper.

use std::time::{Duration, SystemTime};

use auth_core::{Error, ErrorKind, Service, TokenKind, UnixTime, unverified_expiry};
use keystore::Memory;

use super::{CONFIDENTIAL, PUBLIC};
use crate::env::{App, Case, ServerEnv, USER_AGENT, alice, log_in};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::{report::CheckResult, rig::Seat};

pub(super) const CASES: &[Case] = &[
    ("api-inat: login and API token, public", |env| {
        both_tokens(env, PUBLIC)
    }),
    ("api-inat: login and API token, confidential", |env| {
        both_tokens(env, CONFIDENTIAL)
    }),
    ("api-inat: user name, password and API token", |env| {
        let seat = seat(env, CONFIDENTIAL)?;
        let status = seat.log_in_with_password("alice", "password")?;
        ensure(status.derived.is_some(), format!("{status:?}"))
    }),
    ("api-inat: none without the scope `write`", |env| {
        let (seat, user) = (seat(env, PUBLIC)?, alice());
        let response = seat.log_in(user.browser().scope("login"));
        expect_error(response, ErrorKind::Configuration, &["scope", "403"]).map(drop)
    }),
    ("api-inat: none for the application itself", |env| {
        let seat = env
            .rig
            .client_session(service(env, CONFIDENTIAL)?, Memory::new());
        env.is_its_own(&seat.send(Ping::default())?)?;
        let response = seat.token(TokenKind::Derived);
        expect_error(response, ErrorKind::NeedsLogin, &["log in as a user"]).map(drop)
    }),
    ("api-inat: logout reports the API token's expiry", |env| {
        let seat = seat(env, PUBLIC)?;
        let status = seat.log_in_with_password("alice", "password")?;
        let ends = status.derived.and_then(|token| token.expires_at);
        let logged_out = seat.log_out()?;
        let said = logged_out.derived_lives_until;
        ensure(
            ends.is_some() && said == ends,
            format!("expected {ends:?}, got {said:?}"),
        )
    }),
];

fn service(env: &ServerEnv<'_>, app: App) -> Result<Service, Error> {
    let service = api_inat::service(app.id)
        .at(env.origin)
        .user_agent(USER_AGENT);
    match app.secret {
        Some(secret) => service.secret(secret).build(),
        None => service.build(),
    }
}

fn seat(env: &ServerEnv<'_>, app: App) -> Result<Seat, Error> {
    Ok(env.rig.account(service(env, app)?, Memory::new(), "alice"))
}

/// The login token without an expiry, and an API token that expires as its JWT says, a day from
/// now.
fn both_tokens(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let (seat, user) = (seat(env, app)?, alice());
    let status = log_in(&seat, &user, user.browser())?;
    env.is_alices(&seat.send(Ping::default())?)?;

    let login = status.login.as_ref();
    ensure(
        login.is_some_and(|token| token.expires_at.is_none() && !token.refreshable),
        format!("the login token: {login:?}"),
    )?;
    let token = seat.token(TokenKind::Derived)?;
    let claimed = unverified_expiry(token.expose_secret()).ok_or("the API token is not a JWT")?;
    let stored = status.derived.and_then(|token| token.expires_at);
    let stored = stored.ok_or("the stored API token has no expiry")?;
    // Whole seconds in the JWT and in the response's `Date`; a slow machine may add seconds, no
    // minutes.
    let minutes = Duration::from_secs(300);
    let day = UnixTime::from_system(SystemTime::now()).plus(Duration::from_secs(24 * 3600));
    for other in [claimed, day] {
        let apart = other.since(stored).max(stored.since(other));
        ensure(
            apart < minutes,
            format!("expected the expiry {other}, got {stored}"),
        )?;
    }
    Ok(())
}

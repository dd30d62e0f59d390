//! iNaturalist's API token, with api-inat's own service against iNaturalist's own routes in the
//! real Doorkeeper.

use std::time::{Duration, SystemTime};

use auth_core::{Error, ErrorKind, Service, TokenKind, UnixTime, unverified_expiry};
use keystore::Memory;

use super::{CONFIDENTIAL, PUBLIC};
use crate::env::{App, Case, ServerEnv, USER_AGENT, alice, log_in};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::CheckResult;
use worlds::AnySession;

pub(super) const CASES: &[Case] = &[
    ("api-inat: login and API token, public", |env| {
        both_tokens(env, PUBLIC)
    }),
    ("api-inat: login and API token, confidential", |env| {
        both_tokens(env, CONFIDENTIAL)
    }),
    ("api-inat: user name, password and API token", |env| {
        let session = session(env, CONFIDENTIAL)?;
        let status = session.log_in_with_password("alice", "password")?;
        ensure(status.derived.is_some(), format!("{status:?}"))
    }),
    ("api-inat: none without the scope `write`", |env| {
        let (session, user) = (session(env, PUBLIC)?, alice());
        let response = session.log_in(user.browser().scope("login"));
        expect_error(response, ErrorKind::Configuration, &["scope", "403"]).map(drop)
    }),
    ("api-inat: none for the application itself", |env| {
        let session = env
            .world
            .client_session(service(env, CONFIDENTIAL)?, Memory::new());
        env.is_its_own(&session.send(Ping::default())?)?;
        let response = session.token(TokenKind::Derived);
        expect_error(response, ErrorKind::NeedsLogin, &["log in as a user"]).map(drop)
    }),
    ("api-inat: logout reports the API token's expiry", |env| {
        let session = session(env, PUBLIC)?;
        let status = session.log_in_with_password("alice", "password")?;
        let ends = status.derived.and_then(|token| token.expires_at);
        let logged_out = session.log_out()?;
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

fn session(env: &ServerEnv<'_>, app: App) -> Result<AnySession, Error> {
    Ok(env
        .world
        .account(service(env, app)?, Memory::new(), "alice"))
}

/// The login token without an expiry, and an API token that expires as its JWT says, a day from
/// now.
fn both_tokens(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let (session, user) = (session(env, app)?, alice());
    let status = log_in(&session, &user, user.browser())?;
    env.is_alices(&session.send(Ping::default())?)?;

    let login = status.login.as_ref();
    ensure(
        login.is_some_and(|token| token.expires_at.is_none() && !token.refreshable),
        format!("the login token: {login:?}"),
    )?;
    let token = session.token(TokenKind::Derived)?;
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

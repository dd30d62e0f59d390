//! iNaturalist's second token, with api-inat's own service against iNaturalist's own routes in the real Doorkeeper.

use std::time::{Duration, SystemTime};

use auth_core::{Error, ErrorKind, Service, TokenKind, UnixTime, unverified_expiry};
use keystore::Memory;

use super::{CONFIDENTIAL, PUBLIC};
use crate::conformance::env::{App, Case, ServerEnv, USER_AGENT, alice, log_in};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::{report::CheckResult, rig::Seat};

pub(super) const CASES: &[Case] = &[
    ("api-inat: login and API token, public", |bench| {
        both_tokens(bench, PUBLIC)
    }),
    ("api-inat: login and API token, confidential", |bench| {
        both_tokens(bench, CONFIDENTIAL)
    }),
    ("api-inat: user name, password and API token", |bench| {
        let seat = seat(bench, CONFIDENTIAL)?;
        let status = seat.log_in_with_password("alice", "password")?;
        ensure(status.derived.is_some(), format!("{status:?}"))
    }),
    ("api-inat: none without the scope `write`", |bench| {
        let (seat, visitor) = (seat(bench, PUBLIC)?, alice());
        let response = seat.log_in(visitor.browser().scope("login"));
        expect_error(response, ErrorKind::Configuration, &["scope", "403"]).map(drop)
    }),
    ("api-inat: none for the application itself", |bench| {
        let seat = bench
            .rig
            .daemon(service(bench, CONFIDENTIAL)?, Memory::new());
        bench.is_its_own(&seat.send(Ping::default())?)?;
        let response = seat.token(TokenKind::Derived);
        expect_error(response, ErrorKind::NeedsLogin, &["log in as a person"]).map(drop)
    }),
    (
        "api-inat: logout says how long the second token lives",
        |bench| {
            let seat = seat(bench, PUBLIC)?;
            let status = seat.log_in_with_password("alice", "password")?;
            let ends = status.derived.and_then(|token| token.expires_at);
            let logged_out = seat.log_out()?;
            let said = logged_out.derived_lives_until;
            ensure(
                ends.is_some() && said == ends,
                format!("{said:?}, not {ends:?}"),
            )
        },
    ),
];

fn service(bench: &ServerEnv<'_>, app: App) -> Result<Service, Error> {
    let service = api_inat::service(app.id)
        .at(bench.origin)
        .user_agent(USER_AGENT);
    match app.secret {
        Some(secret) => service.secret(secret).build(),
        None => service.build(),
    }
}

fn seat(bench: &ServerEnv<'_>, app: App) -> Result<Seat, Error> {
    Ok(bench
        .rig
        .account(service(bench, app)?, Memory::new(), "alice"))
}

/// The login token without an end, and an API token that ends when it says, a day from now.
fn both_tokens(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let (seat, visitor) = (seat(bench, app)?, alice());
    let status = log_in(&seat, &visitor, visitor.browser())?;
    bench.is_alices(&seat.send(Ping::default())?)?;

    let login = status.login.as_ref();
    ensure(
        login.is_some_and(|token| token.expires_at.is_none() && !token.refreshable),
        format!("the login token: {login:?}"),
    )?;
    let token = seat.token(TokenKind::Derived)?;
    let claimed = unverified_expiry(token.expose_secret()).ok_or("the API token is no JWT")?;
    let stored = status.derived.and_then(|token| token.expires_at);
    let stored = stored.ok_or("no end of the API token is stored")?;
    // Whole seconds in the JWT and in the response's `Date`; the machine may be slow, but not for minutes.
    let minutes = Duration::from_secs(300);
    let day = UnixTime::from_system(SystemTime::now()).plus(Duration::from_secs(24 * 3600));
    for other in [claimed, day] {
        let apart = other.since(stored).max(stored.since(other));
        ensure(
            apart < minutes,
            format!("stored is an end at {stored}, not at {other}"),
        )?;
    }
    Ok(())
}

//! Refresh tokens that serve once: kept before what came with them is used, and never used twice.

use std::sync::Mutex;
use std::thread;

use auth_core::{ErrorKind, ExposeSecret, RevocationRequest, TokenRequest};

use super::stored::Kept;
use crate::conformance::env::{App, ServerEnv};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::report::{CheckResult, Failure};

/// The new refresh token lies in the file before the new access token leaves.
pub(in crate::conformance) fn rotates(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let kept = Kept::logged_in(bench, app)?;
    let old = kept.refresh_token()?;
    kept.expire()?;

    let stored = Mutex::new(Vec::new());
    let watch = || {
        let refresh = kept.refresh_token();
        stored.lock().expect("nobody panics with it").push(refresh);
    };
    bench.is_alices(&kept.seat.send(Ping::watched(&watch))?)?;
    let stored = stored.into_inner().expect("nobody panics with it");
    ensure(!stored.is_empty(), "no request left")?;
    for refresh in stored {
        let rotated = refresh?.expose_secret() != old.expose_secret();
        ensure(
            rotated,
            "the new access token left before its refresh token was stored",
        )?;
    }
    Ok(())
}

/// What becomes of the newer tokens when an older refresh token comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::conformance) enum Family {
    /// Nothing.
    Lives,
    /// They are revoked, the access tokens as well (RFC 9700 section 4.14.2).
    Dies,
}

/// Somebody else uses a copy of the older refresh token.
pub(in crate::conformance) fn reused(
    bench: &ServerEnv<'_>,
    app: App,
    family: Family,
) -> CheckResult {
    let kept = Kept::logged_in(bench, app)?;
    let old = kept.refresh_token()?;
    kept.expire()?;
    bench.is_alices(&kept.seat.send(Ping::default())?)?;

    let service = bench.service(app)?;
    let thief = TokenRequest::refresh(service.client(), &old);
    let words = ["invalid_grant", "400"];
    expect_error(bench.rig.exchange(&thief), ErrorKind::NeedsLogin, &words)?;

    match family {
        Family::Lives => {
            let new = kept.refresh_token()?;
            let refresh = TokenRequest::refresh(service.client(), &new);
            bench.rig.exchange(&refresh)?;
        }
        Family::Dies => {
            let words = ["refresh token is no longer accepted"];
            let response = kept.seat.send(Ping::default());
            expect_error(response, ErrorKind::NeedsLogin, &words)?;
        }
    }
    Ok(())
}

/// One refresh for all: a second one with the same token would be refused, and on some servers would end the login.
pub(in crate::conformance) fn eight_callers(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let kept = Kept::logged_in(bench, app)?;
    let old = kept.refresh_token()?;
    kept.expire()?;
    let seat = &kept.seat;
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| seat.send(Ping::default())))
            .collect();
        for caller in callers {
            let pong = caller.join().map_err(|_| "a caller panicked")?;
            bench.is_alices(&pong?)?;
        }
        Ok::<(), Failure>(())
    })?;
    let new = kept.refresh_token()?;
    ensure(
        new.expose_secret() != old.expose_secret(),
        "nothing was refreshed",
    )?;
    // And the family lives.
    let service = bench.service(app)?;
    let refresh = TokenRequest::refresh(service.client(), &new);
    bench.rig.exchange(&refresh)?;
    Ok(())
}

/// Two programs share the file: the second one refreshes what the first one stored.
pub(in crate::conformance) fn second_start(bench: &ServerEnv<'_>) -> CheckResult {
    let kept = Kept::logged_in(bench, bench.facts.public)?;
    kept.expire()?;
    let service = bench.service(bench.facts.public)?;
    let again = bench.rig.account(service, kept.store()?, "alice");
    bench.is_alices(&again.send(Ping::default())?)?;
    // The first one still remembers the token that is dead now, and finds the new one in the file.
    bench.is_alices(&kept.seat.send(Ping::default())?)
}

pub(in crate::conformance) fn dead(bench: &ServerEnv<'_>) -> CheckResult {
    let kept = Kept::logged_in(bench, bench.facts.confidential)?;
    let service = bench.service(bench.facts.confidential)?;
    let refresh = kept.refresh_token()?;
    let revocation = RevocationRequest::refresh_token(service.client(), refresh);
    bench.rig.exchange(&revocation)?;
    let response = kept.seat.send(Ping::default());
    expect_error(
        response,
        ErrorKind::NeedsLogin,
        &["refresh token is no longer accepted"],
    )?;
    Ok(())
}

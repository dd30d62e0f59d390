//! A person logs in: by browser, by a pasted address, by a code.

use auth_flows::{Login, Status};
use keystore::Memory;

use crate::conformance::env::{App, ServerEnv, alice, bob, log_in};
use crate::conformance::expect::ensure;
use crate::conformance::ping::Ping;
use crate::conformance::{report::CheckResult, scripted_user::ScriptedUser};

/// Alice logs in so, and the token that is stored then is hers.
pub(in crate::conformance) fn serves(
    bench: &ServerEnv<'_>,
    app: App,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let (seat, visitor) = (bench.seat(app)?, alice());
    let status = log_in(&seat, &visitor, login(&visitor))?;
    ensure(status.login.is_some(), format!("no token: {status:?}"))?;
    expect_stored(&status, &seat.status()?)?;
    bench.is_alices(&seat.send(Ping::default())?)
}

/// What the login said is what is stored.
fn expect_stored(said: &Status, stored: &Status) -> CheckResult {
    let [said, stored] = [said, stored].map(|status| format!("{status:?}"));
    ensure(said == stored, format!("{said}, but stored is {stored}"))
}

/// Asks for one scope where it could have more, and is told that it has one.
pub(in crate::conformance) fn one_scope(bench: &ServerEnv<'_>) -> CheckResult {
    asks_for(bench, "write", "write")
}

/// Asks for these scopes, and is told that it has those.
pub(in crate::conformance) fn asks_for(
    bench: &ServerEnv<'_>,
    asked: &str,
    granted: &str,
) -> CheckResult {
    let (seat, visitor) = (bench.seat(bench.facts.public)?, alice());
    let status = log_in(&seat, &visitor, visitor.browser().scope(asked))?;
    let scope = status.login.and_then(|token| token.scope);
    ensure(
        scope.as_deref() == Some(granted),
        format!("scope {scope:?}"),
    )?;
    let pong = seat.send(Ping::default())?;
    ensure(pong.scope == granted, format!("{pong:?}"))
}

pub(in crate::conformance) fn two_people(bench: &ServerEnv<'_>) -> CheckResult {
    let store = Memory::new();
    let people = [
        ("alice", alice(), bench.facts.alice),
        ("bob", bob(), bench.facts.bob),
    ];
    let mut seats = Vec::new();
    for (name, visitor, _) in &people {
        let service = bench.service(bench.facts.public)?;
        let seat = bench.rig.account(service, store.clone(), name);
        log_in(&seat, visitor, visitor.browser())?;
        seats.push(seat);
    }
    for (seat, (_, _, id)) in seats.iter().zip(people) {
        bench.belongs(&seat.send(Ping::default())?, id)?;
    }
    Ok(())
}

//! A person logs in: by browser, by a pasted address, by a code.

use auth_flows::{Login, Status};
use auth_testkit::person::Person;
use keystore::Memory;

use super::Case;
use super::bench::{
    ALICE, App, BODY, Bench, CONFIDENTIAL, PUBLIC, Ping, RESERVED, alice, ensure, expect_pong,
    log_in,
};
use crate::conformance::{report::Checked, visitor::Visitor};

pub(super) const CASES: &[Case] = &[
    (
        "code + PKCE, public client: any free port, no path",
        |bench| serves(bench, PUBLIC, Visitor::browser),
    ),
    (
        "code + PKCE, confidential client: secret and verifier",
        |bench| serves(bench, CONFIDENTIAL, Visitor::browser),
    ),
    ("the same, the secret in the body", |bench| {
        serves(bench, CONFIDENTIAL.by(BODY), Visitor::browser)
    }),
    (
        "callback with a path, another port than registered",
        |bench| serves(bench, PUBLIC, |visitor| visitor.browser().path("/callback")),
    ),
    (
        "http://127.0.0.1:8080 as registered, address pasted",
        |bench| {
            let registered = "http://127.0.0.1:8080";
            serves(bench, PUBLIC, |visitor| visitor.paste(registered))
        },
    ),
    ("a private-use scheme, the address pasted", |bench| {
        let registered = "com.example.app:/cb";
        serves(bench, PUBLIC, |visitor| visitor.paste(registered))
    }),
    ("out of band: the page shows a code", |bench| {
        serves(bench, PUBLIC, Visitor::out_of_band)
    }),
    ("out of band, confidential client", |bench| {
        serves(bench, CONFIDENTIAL, Visitor::out_of_band)
    }),
    (
        "id and secret with reserved characters, raw Basic",
        |bench| serves(bench, RESERVED, Visitor::browser),
    ),
    (
        "id and secret with reserved characters, in the body",
        |bench| serves(bench, RESERVED.by(BODY), Visitor::browser),
    ),
    ("one scope of two, and the answer says so", one_scope),
    ("two people at one client, two accounts", two_people),
];

/// Alice logs in so, and the token that is stored then is hers.
fn serves(bench: &Bench<'_>, app: App, login: impl Fn(&Visitor) -> Login) -> Checked {
    let (seat, visitor) = (bench.seat(app)?, alice());
    let status = log_in(&seat, &visitor, login(&visitor))?;
    ensure(status.login.is_some(), format!("no token: {status:?}"))?;
    expect_stored(&status, &seat.status()?)?;
    expect_pong(&seat.send(Ping::default())?, ALICE)
}

/// What the login said is what is stored.
fn expect_stored(said: &Status, stored: &Status) -> Checked {
    let [said, stored] = [said, stored].map(|status| format!("{status:?}"));
    ensure(said == stored, format!("{said}, but stored is {stored}"))
}

fn one_scope(bench: &Bench<'_>) -> Checked {
    let (seat, visitor) = (bench.seat(PUBLIC)?, alice());
    let status = log_in(&seat, &visitor, visitor.browser().scope("write"))?;
    let scope = status.login.and_then(|token| token.scope);
    ensure(
        scope.as_deref() == Some("write"),
        format!("scope {scope:?}"),
    )?;
    let pong = seat.send(Ping::default())?;
    ensure(pong.scope == "write", format!("{pong:?}"))
}

fn two_people(bench: &Bench<'_>) -> Checked {
    let store = Memory::new();
    let people = [("alice", "password", ALICE), ("bob", "hunter2", Some(2))];
    let mut seats = Vec::new();
    for (name, password, _) in people {
        let visitor = Visitor::new(Person::new(name, password));
        let seat = bench
            .rig
            .account(bench.service(PUBLIC)?, store.clone(), name);
        log_in(&seat, &visitor, visitor.browser())?;
        seats.push(seat);
    }
    for (seat, (_, _, id)) in seats.iter().zip(people) {
        expect_pong(&seat.send(Ping::default())?, id)?;
    }
    Ok(())
}

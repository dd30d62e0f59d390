//! Tokens without a browser, and how they are used.

use auth_core::{ErrorKind, Message, TokenKind};
use keystore::Memory;

use super::Case;
use super::bench::{
    ALICE, Bench, CONFIDENTIAL, PUBLIC, Ping, Pong, RESERVED, ensure, expect_error, expect_pong,
};
use crate::conformance::report::Checked;

pub(super) const CASES: &[Case] = &[
    ("user name and password, public client", |bench| {
        let seat = bench.seat(PUBLIC)?;
        seat.log_in_with_password("alice", "password")?;
        expect_pong(&seat.send(Ping::default())?, ALICE)
    }),
    ("user name and password, confidential client", |bench| {
        let seat = bench.seat(CONFIDENTIAL)?;
        seat.log_in_with_password("bob", "hunter2")?;
        expect_pong(&seat.send(Ping::default())?, Some(2))
    }),
    ("client credentials: the application itself", |bench| {
        let seat = bench
            .rig
            .daemon(bench.service(CONFIDENTIAL)?, Memory::new());
        expect_pong(&seat.send(Ping::default())?, None)
    }),
    ("client credentials with reserved characters", |bench| {
        let seat = bench.rig.daemon(bench.service(RESERVED)?, Memory::new());
        expect_pong(&seat.send(Ping::default())?, None)
    }),
    ("a bearer call made of values alone", values_only),
    ("a second start finds the stored token", second_start),
    ("a call without a login does not leave", no_login),
];

fn values_only(bench: &Bench<'_>) -> Checked {
    let seat = bench.logged_in(PUBLIC)?;
    let (service, token) = (bench.service(PUBLIC)?, seat.token(TokenKind::Login)?);
    let message = service.bind(Ping::default(), Some(&token))?;
    expect_pong(&bench.rig.exchange(&message)?, ALICE)?;

    let mut bare = message.request()?;
    let header = bare.headers_mut().remove("authorization");
    let text = format!("{header:?}");
    ensure(
        !text.contains(token.expose_secret()),
        "the header shows the token",
    )
}

fn second_start(bench: &Bench<'_>) -> Checked {
    let store = Memory::new();
    let first = bench
        .rig
        .account(bench.service(PUBLIC)?, store.clone(), "me");
    first.log_in_with_password("alice", "password")?;
    let token = first.token(TokenKind::Login)?;
    drop(first);
    let again = bench.rig.account(bench.service(PUBLIC)?, store, "me");
    expect_pong(&again.send(Ping::default())?, ALICE)?;
    let same = again.token(TokenKind::Login)?.expose_secret() == token.expose_secret();
    ensure(same, "another token than the stored one")
}

fn no_login(bench: &Bench<'_>) -> Checked {
    let sent: std::sync::atomic::AtomicBool = false.into();
    let watch = || sent.store(true, std::sync::atomic::Ordering::Relaxed);
    let answer = bench.seat(PUBLIC)?.send(Ping::watched(&watch));
    expect_error::<Pong>(answer, ErrorKind::NeedsLogin, &["nobody is logged in"])?;
    ensure(!sent.into_inner(), "a request was made")
}

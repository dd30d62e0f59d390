//! The end of a login: revoked at the server, forgotten here.

use auth_core::{ErrorKind, TokenKind};

use super::Case;
use super::bench::{
    ALICE, App, Bench, CONFIDENTIAL, PUBLIC, Ping, alice, ensure, expect_error, expect_pong, log_in,
};
use crate::conformance::report::Checked;

pub(super) const CASES: &[Case] = &[
    ("logout revokes, the bearer is refused, public", |bench| {
        log_out(bench, PUBLIC)
    }),
    (
        "logout revokes, the bearer is refused, confidential",
        |bench| log_out(bench, CONFIDENTIAL),
    ),
    ("a new login revokes the one it replaces", replaced),
];

fn log_out(bench: &Bench<'_>, app: App) -> Checked {
    let seat = bench.logged_in(app)?;
    let (service, token) = (bench.service(app)?, seat.token(TokenKind::Login)?);
    let message = service.bind(Ping::default(), Some(&token))?;
    expect_pong(&bench.rig.exchange(&message)?, ALICE)?;

    let logged_out = seat.log_out()?;
    let revoked = matches!(logged_out.revoked, Some(Ok(())));
    ensure(revoked, format!("not revoked: {logged_out:?}"))?;
    let refused = bench.rig.exchange(&message);
    expect_error(refused, ErrorKind::NeedsLogin, &["was revoked", "401"])?;
    ensure(seat.status()?.login.is_none(), "a token is still stored")?;
    let nobody = seat.send(Ping::default());
    expect_error(nobody, ErrorKind::NeedsLogin, &["nobody is logged in"])?;

    let again = seat.log_out()?;
    ensure(
        again.revoked.is_none(),
        format!("revoked nothing: {again:?}"),
    )
}

fn replaced(bench: &Bench<'_>) -> Checked {
    let seat = bench.logged_in(PUBLIC)?;
    let (service, old) = (bench.service(PUBLIC)?, seat.token(TokenKind::Login)?);
    let visitor = alice();
    log_in(&seat, &visitor, visitor.browser())?;
    expect_pong(&seat.send(Ping::default())?, ALICE)?;
    let message = service.bind(Ping::default(), Some(&old))?;
    let refused = bench.rig.exchange(&message);
    expect_error(refused, ErrorKind::NeedsLogin, &["was revoked"])?;
    Ok(())
}

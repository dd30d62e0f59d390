//! The end of a login: revoked at the server, forgotten here.

use auth_core::{ErrorKind, ExposeSecret, RevocationRequest, SecretText, Token, TokenKind};

use crate::conformance::env::{App, ServerEnv, alice, log_in};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::report::CheckResult;

/// Logged out: revoked there, forgotten here, and nothing to revoke the second time.
pub(in crate::conformance) fn log_out(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let seat = bench.logged_in(app)?;
    let (service, token) = (bench.service(app)?, seat.token(TokenKind::Login)?);
    let message = service.bind(Ping::default(), Some(&token))?;
    bench.is_alices(&bench.rig.exchange(&message)?)?;

    let logged_out = seat.log_out()?;
    let revoked = matches!(logged_out.revoked, Some(Ok(())));
    ensure(revoked, format!("not revoked: {logged_out:?}"))?;
    let refused = bench.rig.exchange(&message);
    let words = [bench.facts.revoked, "401"];
    expect_error(refused, ErrorKind::NeedsLogin, &words)?;
    ensure(seat.status()?.login.is_none(), "a token is still stored")?;
    let nobody = seat.send(Ping::default());
    expect_error(nobody, ErrorKind::NeedsLogin, &["nobody is logged in"])?;

    let again = seat.log_out()?;
    ensure(
        again.revoked.is_none(),
        format!("revoked nothing: {again:?}"),
    )
}

pub(in crate::conformance) fn replaced(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.logged_in(bench.facts.public)?;
    let service = bench.service(bench.facts.public)?;
    let old = seat.token(TokenKind::Login)?;
    let visitor = alice();
    log_in(&seat, &visitor, visitor.browser())?;
    bench.is_alices(&seat.send(Ping::default())?)?;
    let message = service.bind(Ping::default(), Some(&old))?;
    let refused = bench.rig.exchange(&message);
    expect_error(refused, ErrorKind::NeedsLogin, &[bench.facts.revoked])?;
    Ok(())
}

/// A token that is revoked behind the session's back, and nothing that renews it: somebody has to log in.
pub(in crate::conformance) fn revoked_bearer(bench: &ServerEnv<'_>, because: &str) -> CheckResult {
    let seat = bench.logged_in(bench.facts.public)?;
    let token = seat.token(TokenKind::Login)?;
    revoke(bench, &access_token(&token))?;
    let refused = seat.send(Ping::default());
    expect_error(refused, ErrorKind::NeedsLogin, &[because])?;
    Ok(())
}

/// A server answers the revocation of a token it does not know like any other (RFC 7009 section 2.2).
pub(in crate::conformance) fn revoked_twice(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.logged_in(bench.facts.public)?;
    let token = seat.token(TokenKind::Login)?;
    let token = access_token(&token);
    revoke(bench, &token)?;
    revoke(bench, &token)?;
    revoke(bench, &SecretText::from("no-token-of-this-server"))
}

fn access_token(token: &Token) -> SecretText {
    SecretText::from(token.expose_secret())
}

fn revoke(bench: &ServerEnv<'_>, token: &SecretText) -> CheckResult {
    let service = bench.service(bench.facts.public)?;
    let token = SecretText::from(token.expose_secret());
    let revocation = RevocationRequest::access_token(service.client(), token);
    Ok(bench.rig.exchange(&revocation)?)
}

//! The two grants that Info Flora documents: client credentials, and a person's code with PKCE and secret.

use api_infoflora::ServiceBuilder;
use auth_core::{ClientAuthentication, PkceStyle, TokenKind};
use auth_flows::Login;
use keystore::Memory;

use super::Case;
use super::env::{DAEMON, LeagueEnv, TOOL, Way, call, sent_by};
use crate::conformance::env::{alice, log_in};
use crate::conformance::expect::ensure;
use crate::conformance::{report::CheckResult, scripted_user::ScriptedUser};

pub(super) const CASES: &[Case] = &[
    (
        "client credentials: raw Basic, id in the form as well",
        |desk| itself(desk, |service| service, Way::Basic),
    ),
    ("client credentials: body", |desk| {
        itself(desk, by_body, Way::Body)
    }),
    (
        "client credentials: a dead token is asked for anew",
        asks_anew,
    ),
    ("code + PKCE and secret: raw Basic", |desk| {
        serves(desk, |service| service, Way::Basic, ScriptedUser::browser)
    }),
    ("code + PKCE and secret: body", |desk| {
        serves(desk, by_body, Way::Body, ScriptedUser::browser)
    }),
    (
        "a challenge that base64 and base64url write alike",
        |desk| {
            let style =
                |service: ServiceBuilder| service.pkce_style(PkceStyle::AlphanumericChallenge);
            serves(desk, style, Way::Basic, ScriptedUser::browser)
        },
    ),
    ("callback with a path, any free port", |desk| {
        let login = |visitor: &ScriptedUser| visitor.browser().path("/callback");
        serves(desk, |service| service, Way::Basic, login)
    }),
    ("a private-use scheme, the address pasted", |desk| {
        let login = |visitor: &ScriptedUser| visitor.paste("com.example.app:/cb");
        serves(desk, |service| service, Way::Basic, login)
    }),
    ("the login page's language in the path", |desk| {
        let locale = |service: ServiceBuilder| service.authorize_locale("de");
        serves(desk, locale, Way::Basic, ScriptedUser::browser)?;
        let seen = desk.seen();
        let first = seen.requests().first().ok_or("no request")?;
        ensure(first.path.contains("/authorize/de?"), first.path.clone())
    }),
    ("no scope in the response: none is claimed", |desk| {
        let status = desk.logged_in()?.status()?;
        let login = status.login.ok_or("no token is stored")?;
        ensure(login.scope.is_none(), format!("{:?}", login.scope))
    }),
    (
        "logout forgets here, and says it cannot revoke there",
        logout,
    ),
];

fn by_body(service: ServiceBuilder) -> ServiceBuilder {
    service.client_authentication(ClientAuthentication::Body)
}

fn itself(
    desk: &LeagueEnv<'_>,
    change: impl Fn(ServiceBuilder) -> ServiceBuilder,
    way: Way,
) -> CheckResult {
    let service = change(desk.describe(DAEMON)).build()?;
    let seat = desk.rig.daemon(service, Memory::new());
    call(&seat)?;
    sent_by(&desk.token_request("client_credentials")?, way)?;
    let token = seat.token(TokenKind::Login)?;
    ensure(token.refresh_token().is_none(), "a refresh token came")
}

fn asks_anew(desk: &LeagueEnv<'_>) -> CheckResult {
    let seat = desk.rig.daemon(desk.service(DAEMON)?, Memory::new());
    call(&seat)?;
    desk.server.revoke_access_tokens();
    call(&seat)?;
    let seen = desk.seen();
    let counts = (seen.grant("client_credentials"), seen.api());
    ensure(counts == (2, 3), format!("{counts:?}"))
}

fn serves(
    desk: &LeagueEnv<'_>,
    change: impl Fn(ServiceBuilder) -> ServiceBuilder,
    way: Way,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let service = change(desk.describe(TOOL)).build()?;
    let seat = desk.rig.account(service, Memory::new(), "alice");
    let visitor = alice();
    let status = log_in(&seat, &visitor, login(&visitor))?;
    let token = status.login.ok_or("no token came")?;
    ensure(token.refreshable, "no refresh token came")?;
    let exchange = desk.token_request("authorization_code")?;
    sent_by(&exchange, way)?;
    let has = |name: &str| exchange.fields.iter().any(|field| field == name);
    ensure(has("code_verifier"), "no verifier beside the secret")?;
    call(&seat)?;
    desk.refreshed(0)
}

/// Info Flora documents no revocation endpoint, and league has none.
fn logout(desk: &LeagueEnv<'_>) -> CheckResult {
    let seat = desk.logged_in()?;
    let before = desk.seen().total();
    let logged_out = seat.log_out()?;
    ensure(logged_out.revoked.is_none(), format!("{logged_out:?}"))?;
    ensure(desk.seen().total() == before, "a request was sent")?;
    ensure(seat.status()?.login.is_none(), "a token is still stored")
}

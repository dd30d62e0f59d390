//! The two grants that Info Flora documents: client credentials, and a person's code with PKCE and
//! secret.

use api_infoflora::ServiceBuilder;
use auth_core::{ClientAuthentication, PkceStyle, TokenKind};
use auth_flows::Login;
use keystore::Memory;

use super::Case;
use super::env::{LeagueEnv, SCRIPT, SecretChannel, TOOL, call, sent_by};
use crate::env::{alice, log_in};
use crate::expect::ensure;
use crate::{report::CheckResult, scripted_user::ScriptedUser};

pub(super) const CASES: &[Case] = &[
    (
        "client credentials: raw Basic, id in the form as well",
        |env| itself(env, |service| service, SecretChannel::Basic),
    ),
    ("client credentials: body", |env| {
        itself(env, by_body, SecretChannel::Body)
    }),
    (
        "client credentials: a rejected token is replaced",
        asks_anew,
    ),
    ("code + PKCE and secret: raw Basic", |env| {
        serves(
            env,
            |service| service,
            SecretChannel::Basic,
            ScriptedUser::browser,
        )
    }),
    ("code + PKCE and secret: body", |env| {
        serves(env, by_body, SecretChannel::Body, ScriptedUser::browser)
    }),
    ("a challenge that base64 and base64url write alike", |env| {
        let style = |service: ServiceBuilder| service.pkce_style(PkceStyle::AlphanumericChallenge);
        serves(env, style, SecretChannel::Basic, ScriptedUser::browser)
    }),
    ("callback with a path, any free port", |env| {
        let login = |user: &ScriptedUser| user.browser().path("/callback");
        serves(env, |service| service, SecretChannel::Basic, login)
    }),
    ("a private-use scheme, the redirect pasted", |env| {
        let login = |user: &ScriptedUser| user.pasted_redirect("com.example.app:/cb");
        serves(env, |service| service, SecretChannel::Basic, login)
    }),
    ("the login page's language in the path", |env| {
        let locale = |service: ServiceBuilder| service.authorize_locale("de");
        serves(env, locale, SecretChannel::Basic, ScriptedUser::browser)?;
        let log = env.log();
        let first = log.requests().first().ok_or("no request")?;
        ensure(first.path.contains("/authorize/de?"), first.path.clone())
    }),
    ("no scope in the response: none is claimed", |env| {
        let status = env.logged_in()?.status()?;
        let login = status.login.ok_or("no token is stored")?;
        ensure(login.scope.is_none(), format!("{:?}", login.scope))
    }),
    (
        "logout removes the token, and reports no revocation",
        logout,
    ),
];

fn by_body(service: ServiceBuilder) -> ServiceBuilder {
    service.client_authentication(ClientAuthentication::Body)
}

fn itself(
    env: &LeagueEnv<'_>,
    change: impl Fn(ServiceBuilder) -> ServiceBuilder,
    channel: SecretChannel,
) -> CheckResult {
    let service = change(env.describe(SCRIPT)).build()?;
    let seat = env.rig.client_session(service, Memory::new());
    call(&seat)?;
    sent_by(&env.token_request("client_credentials")?, channel)?;
    let token = seat.token(TokenKind::Login)?;
    ensure(
        token.refresh_token().is_none(),
        "the response has a refresh token",
    )
}

fn asks_anew(env: &LeagueEnv<'_>) -> CheckResult {
    let seat = env.rig.client_session(env.service(SCRIPT)?, Memory::new());
    call(&seat)?;
    env.server.revoke_access_tokens();
    call(&seat)?;
    let log = env.log();
    let counts = (log.grant("client_credentials"), log.api());
    ensure(counts == (2, 3), format!("{counts:?}"))
}

fn serves(
    env: &LeagueEnv<'_>,
    change: impl Fn(ServiceBuilder) -> ServiceBuilder,
    channel: SecretChannel,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let service = change(env.describe(TOOL)).build()?;
    let seat = env.rig.account(service, Memory::new(), "alice");
    let user = alice();
    let status = log_in(&seat, &user, login(&user))?;
    let token = status.login.ok_or("no token in the response")?;
    ensure(token.refreshable, "no refresh token in the response")?;
    let exchange = env.token_request("authorization_code")?;
    sent_by(&exchange, channel)?;
    let has = |name: &str| exchange.fields.iter().any(|field| field == name);
    ensure(has("code_verifier"), "no verifier beside the secret")?;
    call(&seat)?;
    env.refreshed(0)
}

/// Info Flora documents no revocation endpoint, and league has none.
fn logout(env: &LeagueEnv<'_>) -> CheckResult {
    let seat = env.logged_in()?;
    let before = env.log().total();
    let logged_out = seat.log_out()?;
    ensure(logged_out.revoked.is_none(), format!("{logged_out:?}"))?;
    ensure(env.log().total() == before, "a request was sent")?;
    ensure(seat.status()?.login.is_none(), "a token is still stored")
}

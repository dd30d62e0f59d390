//! The two grants that Info Flora documents: client credentials, and a person's code with PKCE and
//! secret.

use api_infoflora::ServiceBuilder;
use auth_core::ClientAuthentication;
use auth_flows::Login;
use keystore::Memory;

use super::Case;
use super::ensure;
use super::env::log_in;
use super::env::{LeagueEnv, SCRIPT, SecretChannel, TOOL, call, sent_by};
use super::user::alice;
use super::{CheckResult, user::ScriptedUser};

pub(super) const CASES: &[Case] = &[
    (
        "client credentials: raw Basic, id in the form as well",
        |env| itself(env, |service| service, SecretChannel::Basic),
    ),
    ("client credentials: body", |env| {
        itself(env, by_body, SecretChannel::Body)
    }),
    ("code + PKCE and secret: body", |env| {
        serves(env, by_body, SecretChannel::Body, ScriptedUser::browser)
    }),
    ("callback with a path, any free port", |env| {
        let login = |user: &ScriptedUser| user.browser().path("/callback");
        serves(env, |service| service, SecretChannel::Basic, login)
    }),
    ("the login page's language in the path", |env| {
        let locale = |service: ServiceBuilder| service.authorize_locale("de");
        serves(env, locale, SecretChannel::Basic, ScriptedUser::browser)?;
        let log = env.log();
        let first = log.requests().first().ok_or("no request")?;
        ensure(first.path.contains("/authorize/de?"), first.path.clone())
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
    env: &LeagueEnv,
    change: impl Fn(ServiceBuilder) -> ServiceBuilder,
    channel: SecretChannel,
) -> CheckResult {
    let service = change(env.describe(SCRIPT)).build()?;
    let session = env.rig.client_session(service, Memory::new());
    call(&session)?;
    sent_by(&env.token_request("client_credentials")?, channel)?;
    let token = session.token();
    ensure(
        token.refresh_token().is_none(),
        "the response has a refresh token",
    )
}

fn serves(
    env: &LeagueEnv,
    change: impl Fn(ServiceBuilder) -> ServiceBuilder,
    channel: SecretChannel,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let service = change(env.describe(TOOL)).build()?;
    let session = env.rig.account(service, Memory::new(), "alice");
    let user = alice();
    let status = log_in(&session, &user, login(&user))?;
    let token = status.login.ok_or("no token in the response")?;
    ensure(token.refreshable, "no refresh token in the response")?;
    let exchange = env.token_request("authorization_code")?;
    sent_by(&exchange, channel)?;
    let has = |name: &str| exchange.fields.iter().any(|field| field == name);
    ensure(has("code_verifier"), "no verifier beside the secret")?;
    call(&session)?;
    env.refreshed(0)
}

/// Info Flora documents no revocation endpoint, and league has none.
fn logout(env: &LeagueEnv) -> CheckResult {
    let session = env.logged_in()?;
    let before = env.log().total();
    let logged_out = session.log_out()?;
    ensure(logged_out.revoked.is_none(), format!("{logged_out:?}"))?;
    ensure(env.log().total() == before, "a request was sent")?;
    ensure(session.status().login.is_none(), "a token is still stored")
}

//! The cases for oidc-provider.

use auth_core::{ErrorKind, TokenRequest};

use super::{BY_BODY, CONFIDENTIAL, PUBLIC, RESERVED, RESERVED_BY_BODY};
use crate::cases::refusals::{self, WRONG, never_redirects};
use crate::cases::rotation::{self, Family};
use crate::cases::{absent, introspection, login, logout, tokens};
use crate::env::{self, Absent, Case, RAW, ServerEnv, alice};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::CheckResult;
use worlds::ScriptedUser;

pub(super) const LOGIN: &[Case] = &[
    (
        "code + PKCE, confidential client: Basic, form-encoded",
        |env| login::serves(env, CONFIDENTIAL, ScriptedUser::browser),
    ),
    (
        "code + PKCE, reserved characters: Basic, form-encoded",
        |env| login::serves(env, RESERVED, ScriptedUser::browser),
    ),
    ("unknown scope, browser: dropped, and reported", |env| {
        login::asks_for(env, "write nonsense", "write")
    }),
    ("`iss` names the server, and is compared", issuer),
];

pub(super) const TOKENS: &[Case] = &[
    ("client credentials: Basic, form-encoded", |env| {
        tokens::itself(env, CONFIDENTIAL)
    }),
    ("client credentials, reserved characters: body", |env| {
        tokens::itself(env, RESERVED_BY_BODY)
    }),
];

pub(super) const REFUSALS: &[Case] = &[
    ("wrong secret in the body: configuration", |env| {
        refusals::refused_client(env, BY_BODY.with(WRONG))
    }),
    (
        "raw Basic with a colon in the id: never sent",
        colon_in_raw_basic,
    ),
    (
        "a code that was used: its token is revoked as well",
        used_code_kills,
    ),
    (
        "unknown scope, client credentials: dropped, and reported",
        unknown_scope_itself,
    ),
    ("unknown client id, browser: the timeout's causes", |env| {
        let unknown = PUBLIC.called("unknown");
        never_redirects(env, unknown, "client is invalid", ScriptedUser::browser)
    }),
    ("unregistered redirect URI: the timeout's causes", |env| {
        let elsewhere = |user: &ScriptedUser| user.browser().path("/unregistered");
        never_redirects(env, PUBLIC, "redirect_uri", elsewhere)
    }),
];

pub(super) const LOGOUT: &[Case] = &[
    // oidc-provider revokes the refresh token with the access token.
    ("a bearer that was revoked: a new login is needed", |env| {
        logout::revoked_bearer(env, "refresh token is no longer accepted")
    }),
];

pub(super) const INTROSPECTION: &[Case] = &[
    ("introspection of a login, public client", |env| {
        introspection::of_a_login(env, PUBLIC)
    }),
    introspection::OF_A_REFRESH_TOKEN,
];

pub(super) const ROTATION: &[Case] = &[
    ("refresh, secret in the body", |env| {
        rotation::rotates(env, BY_BODY)
    }),
    ("refresh, reserved characters: Basic", |env| {
        rotation::rotates(env, RESERVED)
    }),
    (
        "refresh reuse: the family is revoked, login needed",
        |env| rotation::reused(env, PUBLIC, Family::Dies),
    ),
    (
        "refresh reuse, confidential: the family is revoked",
        |env| rotation::reused(env, CONFIDENTIAL, Family::Dies),
    ),
    ("8 callers at an expired token: one refresh", |env| {
        rotation::eight_callers(env, PUBLIC)
    }),
    ("8 callers, confidential client: one refresh", |env| {
        rotation::eight_callers(env, CONFIDENTIAL)
    }),
];

pub(super) const ABSENT: &[Absent] = &[
    (
        "password",
        "neither OAuth 2.1 nor oidc-provider has such a grant",
        absent::passwords,
    ),
    (
        "out of band: the page shows a code",
        "oidc-provider registers no such redirect URI",
        absent::out_of_band,
    ),
];

/// The same response, for a program that expects another issuer.
fn issuer(env: &ServerEnv<'_>) -> CheckResult {
    let elsewhere = (env.facts.server)(env)?.issuer("https://elsewhere.example");
    let service = env.service_at(elsewhere, PUBLIC)?;
    let foreign = env
        .code(&service)
        .err()
        .ok_or("another issuer was accepted")?;
    let text = foreign.to_string();
    ensure(text.contains("`iss` names another"), text)?;

    let service = env.service(PUBLIC)?;
    let uri = auth_core::RedirectUri::parse("http://127.0.0.1:8080")?;
    let entropy = auth_core::Entropy::new([9; 64]);
    let request = auth_core::AuthorizationRequest::new(service.client(), uri, entropy);
    let (url, pending) = request.scope("read").begin()?;
    let redirect = alice().visit(&url)?.into_redirect()?;
    let (bare, _) = redirect
        .split_once("&iss=")
        .ok_or("no `iss` in the redirect")?;
    expect_error(
        pending.accept(bare),
        ErrorKind::CallbackMismatch,
        &["`iss` is missing"],
    )?;
    pending.accept(&redirect)?;
    Ok(())
}

/// RFC 6749 section 4.1.2: if a code is reused, a server should revoke the tokens that it gave for
/// it.
fn used_code_kills(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(PUBLIC)?;
    let grant = env.code(&service)?;
    let exchange = TokenRequest::code(service.client(), &grant);
    let response = env.world.exchange(&exchange)?;
    expect_error(
        env.world.exchange(&exchange),
        ErrorKind::NeedsLogin,
        &["invalid_grant"],
    )?;
    let token = response.into_token(env::now(), 1)?;
    let message = service.bind(Ping::default(), Some(&token))?;
    let words = [env.facts.revoked, "401"];
    expect_error(env.world.exchange(&message), ErrorKind::NeedsLogin, &words)?;
    Ok(())
}

fn unknown_scope_itself(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(CONFIDENTIAL)?;
    let request = TokenRequest::client_credentials(service.client()).scope("write nonsense");
    let response = env.world.exchange(&request)?;
    ensure(response.scope() == Some("write"), format!("{response:?}"))
}

/// Basic joins id and secret by a colon. Without encoding, an id that contains one cannot be sent.
fn colon_in_raw_basic(env: &ServerEnv<'_>) -> CheckResult {
    let refused = env.service(RESERVED.by(RAW));
    let error = expect_error(refused, ErrorKind::Configuration, &["colon"])?;
    ensure(
        error.setting() == Some("client_id"),
        format!("the error names the setting {:?}", error.setting()),
    )
}

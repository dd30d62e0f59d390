//! The cases for Doorkeeper.

use auth_core::ErrorKind;
use http::Method;

use super::{CONFIDENTIAL, PUBLIC, RESERVED};
use crate::cases::refusals::{self, never_redirects};
use crate::cases::rotation::{self, Family};
use crate::cases::{absent, introspection, login, logout, tokens};
use crate::env::{Absent, Case, ENCODED, ServerEnv};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::CheckResult;
use worlds::ScriptedUser;

pub(super) const LOGIN: &[Case] = &[
    ("code + PKCE, confidential client: Basic", |env| {
        login::serves(env, CONFIDENTIAL, ScriptedUser::browser)
    }),
    ("code + PKCE, reserved characters: raw Basic", |env| {
        login::serves(env, RESERVED, ScriptedUser::browser)
    }),
    ("out of band: the page shows a code", |env| {
        login::serves(env, PUBLIC, ScriptedUser::out_of_band)
    }),
    ("out of band, confidential client", |env| {
        login::serves(env, CONFIDENTIAL, ScriptedUser::out_of_band)
    }),
];

pub(super) const TOKENS: &[Case] = &[
    ("password, public client", |env| {
        let session = env.session(PUBLIC)?;
        session.log_in_with_password("alice", "password")?;
        env.is_alices(&session.send(Ping::default())?)
    }),
    ("password, confidential client", |env| {
        let session = env.session(CONFIDENTIAL)?;
        session.log_in_with_password("bob", "hunter2")?;
        env.belongs(&session.send(Ping::default())?, env.facts.bob)
    }),
    ("client credentials: Basic", |env| {
        tokens::itself(env, CONFIDENTIAL)
    }),
];

pub(super) const REFUSALS: &[Case] = &[
    ("reserved characters form-encoded: configuration", |env| {
        refusals::refused_client(env, RESERVED.by(ENCODED))
    }),
    ("wrong password: denied, not configuration", wrong_password),
    (
        "unknown scope, client credentials: configuration",
        refusals::unknown_scope_itself,
    ),
    ("unknown scope, browser: the timeout's causes", |env| {
        let strange = |user: &ScriptedUser| user.browser().scope("write nonsense");
        never_redirects(env, PUBLIC, "scope is invalid", strange)
    }),
    ("unknown client id, browser: the timeout's causes", |env| {
        let unknown = PUBLIC.called("unknown");
        never_redirects(env, unknown, "unknown client", ScriptedUser::browser)
    }),
    ("unregistered redirect URI: the timeout's causes", |env| {
        let elsewhere = |user: &ScriptedUser| user.browser().path("/unregistered");
        never_redirects(env, PUBLIC, "redirect uri", elsewhere)
    }),
];

pub(super) const WITHOUT_REFRESH: &[Case] =
    &[("a bearer that was revoked: a new login is needed", |env| {
        logout::revoked_bearer(env, "cannot be renewed")
    })];

/// Doorkeeper stores both in one row: revoking the access token also revokes the refresh token.
pub(super) const WITH_REFRESH: &[Case] = &[
    ("a bearer that was revoked: a new login is needed", |env| {
        logout::revoked_bearer(env, "refresh token is no longer accepted")
    }),
    introspection::OF_A_REFRESH_TOKEN,
];

pub(super) const ROTATION: &[Case] = &[
    ("refresh, reserved characters: raw Basic", |env| {
        rotation::rotates(env, RESERVED)
    }),
    (
        "refresh reuse: refused, the newer token stays valid",
        |env| rotation::reused(env, PUBLIC, Family::Lives),
    ),
    ("8 callers at an expired token: one refresh", |env| {
        rotation::eight_callers(env, CONFIDENTIAL)
    }),
];

/// What no configuration of Doorkeeper 5.5 offers.
macro_rules! absent {
    ($($more:expr),* $(,)?) => {
        &[
            ("metadata", "Doorkeeper 5 has no metadata document", |env| {
                let known = ["oauth-authorization-server", "openid-configuration"];
                known.iter().try_for_each(|name| {
                    absent::path(env, Method::GET, &format!("/.well-known/{name}"))
                })
            }),
            (
                "`iss` in the redirect",
                "Doorkeeper 5 never names its issuer",
                absent::issuer,
            ),
            (
                "device authorization",
                "Doorkeeper has it only by another gem, which iNaturalist does not load",
                |env| absent::path(env, Method::POST, "/oauth/authorize_device"),
            ),
            (
                "pushed authorization request",
                "Doorkeeper has no such endpoint",
                |env| absent::path(env, Method::POST, "/oauth/par"),
            ),
            $($more),*
        ]
    };
}

pub(super) const ABSENT: &[Absent] = absent!();

pub(super) const ABSENT_AT_INAT: &[Absent] = absent!(
    (
        "refresh",
        "iNaturalist gives no refresh tokens, and its access tokens do not expire",
        absent::refresh_tokens,
    ),
    (
        "refresh reuse",
        "iNaturalist gives no refresh tokens",
        absent::refresh_tokens,
    ),
    (
        "8 callers at an expired token: one refresh",
        "there is neither an expired token nor a refresh",
        absent::refresh_tokens,
    ),
);

fn wrong_password(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.session(PUBLIC)?;
    let response = session.log_in_with_password("alice", "wr0ng-password");
    let words = ["user name or password", "invalid_grant", "400"];
    let error = expect_error(response, ErrorKind::BadCredentials, &words)?;
    ensure(
        !error.to_string().contains("wr0ng"),
        "the error contains the password",
    )
}

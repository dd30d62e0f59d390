//! The cases for Doorkeeper.

use auth_core::ErrorKind;
use http::Method;

use super::{CONFIDENTIAL, PUBLIC, RESERVED};
use crate::cases::refusals::{self, WRONG, never_redirects};
use crate::cases::rotation::{self, Family};
use crate::cases::{absent, introspection, login, logout, tokens};
use crate::env::{Absent, BODY, Case, ENCODED, ServerEnv};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::CheckResult;
use worlds::ScriptedUser;

pub(super) const LOGIN: &[Case] = &[
    (
        "code + PKCE, public client: any free port, no path",
        |env| login::serves(env, PUBLIC, ScriptedUser::browser),
    ),
    ("code + PKCE, confidential client: Basic", |env| {
        login::serves(env, CONFIDENTIAL, ScriptedUser::browser)
    }),
    ("code + PKCE, confidential client: body", |env| {
        login::serves(env, CONFIDENTIAL.by(BODY), ScriptedUser::browser)
    }),
    ("code + PKCE, reserved characters: raw Basic", |env| {
        login::serves(env, RESERVED, ScriptedUser::browser)
    }),
    ("code + PKCE, reserved characters: body", |env| {
        login::serves(env, RESERVED.by(BODY), ScriptedUser::browser)
    }),
    (
        "callback with a path, another port than registered",
        |env| login::serves(env, PUBLIC, |user| user.browser().path("/callback")),
    ),
    ("callback on [::1]", |env| {
        login::serves(env, PUBLIC, |user| user.browser().ipv6().path("/callback"))
    }),
    (
        "http://127.0.0.1:8080 as registered, redirect pasted",
        |env| {
            let registered = "http://127.0.0.1:8080";
            login::serves(env, PUBLIC, |user| user.pasted_redirect(registered))
        },
    ),
    ("a private-use scheme, the redirect pasted", |env| {
        let registered = "com.example.app:/cb";
        login::serves(env, PUBLIC, |user| user.pasted_redirect(registered))
    }),
    ("out of band: the page shows a code", |env| {
        login::serves(env, PUBLIC, ScriptedUser::out_of_band)
    }),
    ("out of band, confidential client", |env| {
        login::serves(env, CONFIDENTIAL, ScriptedUser::out_of_band)
    }),
    (
        "one scope of two, and the response says so",
        login::one_scope,
    ),
    ("two people at one client, two accounts", login::two_people),
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
    ("client credentials: body", |env| {
        tokens::itself(env, CONFIDENTIAL.by(BODY))
    }),
    ("client credentials, reserved characters", |env| {
        tokens::itself(env, RESERVED)
    }),
    (
        "client credentials without a secret: never sent",
        tokens::public_itself,
    ),
    ("a bearer call made of values alone", tokens::values_only),
    (
        "a second start finds the stored token",
        tokens::second_start,
    ),
    ("a call without a login is not sent", tokens::no_login),
];

pub(super) const REFUSALS: &[Case] = &[
    ("wrong secret, client credentials: configuration", |env| {
        refusals::refused_client(env, CONFIDENTIAL.with(WRONG))
    }),
    ("wrong secret, a code: configuration", |env| {
        refusals::refused_at_the_code(env, CONFIDENTIAL.with(WRONG))
    }),
    (
        "confidential client without its secret: configuration",
        |env| refusals::refused_at_the_code(env, CONFIDENTIAL.with(None)),
    ),
    ("reserved characters form-encoded: configuration", |env| {
        refusals::refused_client(env, RESERVED.by(ENCODED))
    }),
    (
        "unknown client id, client credentials: configuration",
        |env| refusals::refused_client(env, CONFIDENTIAL.called("unknown")),
    ),
    (
        "wrong code verifier: a new login is needed",
        refusals::wrong_verifier,
    ),
    (
        "a code that was used: a new login is needed",
        refusals::used_code,
    ),
    ("wrong password: denied, not configuration", wrong_password),
    ("denied in the browser", |env| {
        refusals::denied(env, ScriptedUser::browser)
    }),
    ("denied, the redirect pasted", |env| {
        refusals::denied(env, |user| user.pasted_redirect("http://127.0.0.1:8080"))
    }),
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

pub(super) const LOGOUT: &[Case] = &[
    ("logout revokes, the bearer is refused, public", |env| {
        logout::log_out(env, PUBLIC)
    }),
    (
        "logout revokes, the bearer is refused, confidential",
        |env| logout::log_out(env, CONFIDENTIAL),
    ),
    ("a new login revokes the one it replaces", logout::replaced),
    (
        "revocation of a revoked or unknown token: success",
        logout::revoked_twice,
    ),
];

pub(super) const INTROSPECTION: &[Case] = &[
    ("introspection of a login, confidential client", |env| {
        introspection::of_a_login(env, CONFIDENTIAL)
    }),
    ("introspection, secret in the body", |env| {
        introspection::of_a_login(env, CONFIDENTIAL.by(BODY))
    }),
    ("introspection, reserved characters", |env| {
        introspection::of_a_login(env, RESERVED)
    }),
    ("introspection of the application's own token", |env| {
        introspection::of_itself(env, CONFIDENTIAL)
    }),
    (
        "introspection of a token from elsewhere: not active",
        introspection::of_nothing,
    ),
    (
        "introspection with a wrong secret: configuration",
        introspection::wrong_secret,
    ),
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
    ("introspection of a refresh token", |env| {
        introspection::of_a_refresh_token(env, CONFIDENTIAL)
    }),
];

pub(super) const ROTATION: &[Case] = &[
    (
        "refresh, public: stored before the new token is used",
        |env| rotation::rotates(env, PUBLIC),
    ),
    ("refresh, confidential: stored before it is used", |env| {
        rotation::rotates(env, CONFIDENTIAL)
    }),
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
    (
        "a second start refreshes what the first one stored",
        rotation::second_start,
    ),
    (
        "a rejected refresh token: a new login is needed",
        rotation::rejected,
    ),
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

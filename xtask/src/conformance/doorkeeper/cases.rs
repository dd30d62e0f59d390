//! What is asked of Doorkeeper.

use auth_core::ErrorKind;
use http::Method;

use super::{CONFIDENTIAL, PUBLIC, RESERVED};
use crate::conformance::cases::refusals::{self, WRONG, never_redirects};
use crate::conformance::cases::rotation::{self, Family};
use crate::conformance::cases::{absent, introspection, login, logout, tokens};
use crate::conformance::env::{Absent, BODY, Case, ENCODED, ServerEnv};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::{report::CheckResult, scripted_user::ScriptedUser};

pub(super) const LOGIN: &[Case] = &[
    (
        "code + PKCE, public client: any free port, no path",
        |bench| login::serves(bench, PUBLIC, ScriptedUser::browser),
    ),
    ("code + PKCE, confidential client: Basic", |bench| {
        login::serves(bench, CONFIDENTIAL, ScriptedUser::browser)
    }),
    ("code + PKCE, confidential client: body", |bench| {
        login::serves(bench, CONFIDENTIAL.by(BODY), ScriptedUser::browser)
    }),
    ("code + PKCE, reserved characters: raw Basic", |bench| {
        login::serves(bench, RESERVED, ScriptedUser::browser)
    }),
    ("code + PKCE, reserved characters: body", |bench| {
        login::serves(bench, RESERVED.by(BODY), ScriptedUser::browser)
    }),
    (
        "callback with a path, another port than registered",
        |bench| login::serves(bench, PUBLIC, |visitor| visitor.browser().path("/callback")),
    ),
    ("callback on [::1]", |bench| {
        login::serves(bench, PUBLIC, |visitor| {
            visitor.browser().ipv6().path("/callback")
        })
    }),
    (
        "http://127.0.0.1:8080 as registered, address pasted",
        |bench| {
            let registered = "http://127.0.0.1:8080";
            login::serves(bench, PUBLIC, |visitor| visitor.paste(registered))
        },
    ),
    ("a private-use scheme, the address pasted", |bench| {
        let registered = "com.example.app:/cb";
        login::serves(bench, PUBLIC, |visitor| visitor.paste(registered))
    }),
    ("out of band: the page shows a code", |bench| {
        login::serves(bench, PUBLIC, ScriptedUser::out_of_band)
    }),
    ("out of band, confidential client", |bench| {
        login::serves(bench, CONFIDENTIAL, ScriptedUser::out_of_band)
    }),
    (
        "one scope of two, and the response says so",
        login::one_scope,
    ),
    ("two people at one client, two accounts", login::two_people),
];

pub(super) const TOKENS: &[Case] = &[
    ("password, public client", |bench| {
        let seat = bench.seat(PUBLIC)?;
        seat.log_in_with_password("alice", "password")?;
        bench.is_alices(&seat.send(Ping::default())?)
    }),
    ("password, confidential client", |bench| {
        let seat = bench.seat(CONFIDENTIAL)?;
        seat.log_in_with_password("bob", "hunter2")?;
        bench.belongs(&seat.send(Ping::default())?, bench.facts.bob)
    }),
    ("client credentials: Basic", |bench| {
        tokens::itself(bench, CONFIDENTIAL)
    }),
    ("client credentials: body", |bench| {
        tokens::itself(bench, CONFIDENTIAL.by(BODY))
    }),
    ("client credentials, reserved characters", |bench| {
        tokens::itself(bench, RESERVED)
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
    ("a call without a login does not leave", tokens::no_login),
];

pub(super) const REFUSALS: &[Case] = &[
    ("wrong secret, client credentials: configuration", |bench| {
        refusals::refused_client(bench, CONFIDENTIAL.with(WRONG))
    }),
    ("wrong secret, a code: configuration", |bench| {
        refusals::refused_at_the_code(bench, CONFIDENTIAL.with(WRONG))
    }),
    (
        "confidential client without its secret: configuration",
        |bench| refusals::refused_at_the_code(bench, CONFIDENTIAL.with(None)),
    ),
    ("reserved characters form-encoded: configuration", |bench| {
        refusals::refused_client(bench, RESERVED.by(ENCODED))
    }),
    (
        "unknown client id, client credentials: configuration",
        |bench| refusals::refused_client(bench, CONFIDENTIAL.called("nobody")),
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
    ("denied in the browser", |bench| {
        refusals::denied(bench, ScriptedUser::browser)
    }),
    ("denied, the address pasted", |bench| {
        refusals::denied(bench, |visitor| visitor.paste("http://127.0.0.1:8080"))
    }),
    (
        "unknown scope, client credentials: configuration",
        refusals::unknown_scope_itself,
    ),
    ("unknown scope, browser: the deadline's causes", |bench| {
        let strange = |visitor: &ScriptedUser| visitor.browser().scope("write nonsense");
        never_redirects(bench, PUBLIC, "scope is invalid", strange)
    }),
    (
        "unknown client id, browser: the deadline's causes",
        |bench| {
            let unknown = PUBLIC.called("nobody");
            never_redirects(bench, unknown, "unknown client", ScriptedUser::browser)
        },
    ),
    (
        "unregistered redirect URI: the deadline's causes",
        |bench| {
            let elsewhere = |visitor: &ScriptedUser| visitor.browser().path("/unregistered");
            never_redirects(bench, PUBLIC, "redirect uri", elsewhere)
        },
    ),
];

pub(super) const LOGOUT: &[Case] = &[
    ("logout revokes, the bearer is refused, public", |bench| {
        logout::log_out(bench, PUBLIC)
    }),
    (
        "logout revokes, the bearer is refused, confidential",
        |bench| logout::log_out(bench, CONFIDENTIAL),
    ),
    ("a new login revokes the one it replaces", logout::replaced),
    (
        "revocation of a token that is dead or unknown: success",
        logout::revoked_twice,
    ),
];

pub(super) const INTROSPECTION: &[Case] = &[
    ("introspection of a login, confidential client", |bench| {
        introspection::of_a_login(bench, CONFIDENTIAL)
    }),
    ("introspection, secret in the body", |bench| {
        introspection::of_a_login(bench, CONFIDENTIAL.by(BODY))
    }),
    ("introspection, reserved characters", |bench| {
        introspection::of_a_login(bench, RESERVED)
    }),
    ("introspection of the application's own token", |bench| {
        introspection::of_itself(bench, CONFIDENTIAL)
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

pub(super) const WITHOUT_REFRESH: &[Case] = &[(
    "a bearer that was revoked: a new login is needed",
    |bench| logout::revoked_bearer(bench, "cannot be renewed"),
)];

/// Doorkeeper keeps both in one record: what revokes the access token ends the refresh token.
pub(super) const WITH_REFRESH: &[Case] = &[
    (
        "a bearer that was revoked: a new login is needed",
        |bench| logout::revoked_bearer(bench, "refresh token is no longer accepted"),
    ),
    ("introspection of a refresh token", |bench| {
        introspection::of_a_refresh_token(bench, CONFIDENTIAL)
    }),
];

pub(super) const ROTATION: &[Case] = &[
    (
        "refresh, public: stored before the new token is used",
        |bench| rotation::rotates(bench, PUBLIC),
    ),
    ("refresh, confidential: stored before it is used", |bench| {
        rotation::rotates(bench, CONFIDENTIAL)
    }),
    ("refresh, reserved characters: raw Basic", |bench| {
        rotation::rotates(bench, RESERVED)
    }),
    ("refresh reuse: refused, the newer token lives", |bench| {
        rotation::reused(bench, PUBLIC, Family::Lives)
    }),
    ("8 callers at an expired token: one refresh", |bench| {
        rotation::eight_callers(bench, CONFIDENTIAL)
    }),
    (
        "a second start refreshes what the first one stored",
        rotation::second_start,
    ),
    (
        "a dead refresh token: a new login is needed",
        rotation::dead,
    ),
];

/// What no configuration of Doorkeeper 5.5 has.
macro_rules! absent {
    ($($more:expr),* $(,)?) => {
        &[
            ("metadata", "Doorkeeper 5 has no metadata document", |bench| {
                let known = ["oauth-authorization-server", "openid-configuration"];
                known.iter().try_for_each(|name| {
                    absent::path(bench, Method::GET, &format!("/.well-known/{name}"))
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
                |bench| absent::path(bench, Method::POST, "/oauth/authorize_device"),
            ),
            (
                "pushed authorization request",
                "Doorkeeper has no such endpoint",
                |bench| absent::path(bench, Method::POST, "/oauth/par"),
            ),
            $($more),*
        ]
    };
}

pub(super) const ABSENT: &[Absent] = absent!();

pub(super) const ABSENT_AT_INAT: &[Absent] = absent!(
    (
        "refresh",
        "iNaturalist gives no refresh tokens, and its access tokens have no end",
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

fn wrong_password(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.seat(PUBLIC)?;
    let response = seat.log_in_with_password("alice", "wr0ng-password");
    let words = ["user name or password", "invalid_grant", "400"];
    let error = expect_error(response, ErrorKind::BadCredentials, &words)?;
    ensure(!error.to_string().contains("wr0ng"), "the password shows")
}

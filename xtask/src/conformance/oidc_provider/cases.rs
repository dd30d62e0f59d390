//! What is asked of oidc-provider.

use auth_core::{ErrorKind, TokenRequest};

use super::{BY_BODY, CONFIDENTIAL, PUBLIC, RESERVED, RESERVED_BY_BODY};
use crate::conformance::cases::refusals::{self, WRONG, never_redirects};
use crate::conformance::cases::rotation::{self, Family};
use crate::conformance::cases::{absent, introspection, login, logout, tokens};
use crate::conformance::env::{self, Absent, Case, RAW, ServerEnv, alice};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::{report::CheckResult, scripted_user::ScriptedUser};

pub(super) const LOGIN: &[Case] = &[
    (
        "code + PKCE, public client: any free port, no path",
        |bench| login::serves(bench, PUBLIC, ScriptedUser::browser),
    ),
    (
        "code + PKCE, confidential client: Basic, form-encoded",
        |bench| login::serves(bench, CONFIDENTIAL, ScriptedUser::browser),
    ),
    ("code + PKCE, confidential client: body", |bench| {
        login::serves(bench, BY_BODY, ScriptedUser::browser)
    }),
    (
        "code + PKCE, reserved characters: Basic, form-encoded",
        |bench| login::serves(bench, RESERVED, ScriptedUser::browser),
    ),
    ("code + PKCE, reserved characters: body", |bench| {
        login::serves(bench, RESERVED_BY_BODY, ScriptedUser::browser)
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
    (
        "one scope of two, and the response says so",
        login::one_scope,
    ),
    ("unknown scope, browser: dropped, and said so", |bench| {
        login::asks_for(bench, "write nonsense", "write")
    }),
    ("two people at one client, two accounts", login::two_people),
    ("`iss` names the server, and is compared", issuer),
];

pub(super) const TOKENS: &[Case] = &[
    ("client credentials: Basic, form-encoded", |bench| {
        tokens::itself(bench, CONFIDENTIAL)
    }),
    ("client credentials: body", |bench| {
        tokens::itself(bench, BY_BODY)
    }),
    ("client credentials, reserved characters", |bench| {
        tokens::itself(bench, RESERVED)
    }),
    ("client credentials, reserved characters: body", |bench| {
        tokens::itself(bench, RESERVED_BY_BODY)
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
    ("wrong secret in the body: configuration", |bench| {
        refusals::refused_client(bench, BY_BODY.with(WRONG))
    }),
    ("wrong secret, a code: configuration", |bench| {
        refusals::refused_at_the_code(bench, CONFIDENTIAL.with(WRONG))
    }),
    (
        "confidential client without its secret: configuration",
        |bench| refusals::refused_at_the_code(bench, CONFIDENTIAL.with(None)),
    ),
    (
        "raw Basic with a colon in the id: never sent",
        colon_in_raw_basic,
    ),
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
    (
        "a code that was used: its token dies as well",
        used_code_kills,
    ),
    ("denied in the browser", |bench| {
        refusals::denied(bench, ScriptedUser::browser)
    }),
    ("denied, the address pasted", |bench| {
        refusals::denied(bench, |visitor| visitor.paste("http://127.0.0.1:8080"))
    }),
    (
        "unknown scope, client credentials: dropped, and said so",
        unknown_scope_itself,
    ),
    (
        "unknown client id, browser: the deadline's causes",
        |bench| {
            let unknown = PUBLIC.called("nobody");
            never_redirects(bench, unknown, "client is invalid", ScriptedUser::browser)
        },
    ),
    (
        "unregistered redirect URI: the deadline's causes",
        |bench| {
            let elsewhere = |visitor: &ScriptedUser| visitor.browser().path("/unregistered");
            never_redirects(bench, PUBLIC, "redirect_uri", elsewhere)
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
    // oidc-provider revokes the refresh token with the access token.
    (
        "a bearer that was revoked: a new login is needed",
        |bench| logout::revoked_bearer(bench, "refresh token is no longer accepted"),
    ),
];

pub(super) const INTROSPECTION: &[Case] = &[
    ("introspection of a login, public client", |bench| {
        introspection::of_a_login(bench, PUBLIC)
    }),
    ("introspection of a login, confidential client", |bench| {
        introspection::of_a_login(bench, CONFIDENTIAL)
    }),
    ("introspection, secret in the body", |bench| {
        introspection::of_a_login(bench, BY_BODY)
    }),
    ("introspection, reserved characters", |bench| {
        introspection::of_a_login(bench, RESERVED)
    }),
    ("introspection of the application's own token", |bench| {
        introspection::of_itself(bench, CONFIDENTIAL)
    }),
    ("introspection of a refresh token", |bench| {
        introspection::of_a_refresh_token(bench, CONFIDENTIAL)
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

pub(super) const ROTATION: &[Case] = &[
    (
        "refresh, public: stored before the new token is used",
        |bench| rotation::rotates(bench, PUBLIC),
    ),
    ("refresh, confidential: stored before it is used", |bench| {
        rotation::rotates(bench, CONFIDENTIAL)
    }),
    ("refresh, secret in the body", |bench| {
        rotation::rotates(bench, BY_BODY)
    }),
    ("refresh, reserved characters: Basic", |bench| {
        rotation::rotates(bench, RESERVED)
    }),
    ("refresh reuse: the family dies, login needed", |bench| {
        rotation::reused(bench, PUBLIC, Family::Dies)
    }),
    ("refresh reuse, confidential: the family dies", |bench| {
        rotation::reused(bench, CONFIDENTIAL, Family::Dies)
    }),
    ("8 callers at an expired token: one refresh", |bench| {
        rotation::eight_callers(bench, PUBLIC)
    }),
    ("8 callers, confidential client: one refresh", |bench| {
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

pub(super) const ABSENT: &[Absent] = &[
    (
        "password",
        "OAuth 2.1 has no such grant, and oidc-provider neither",
        absent::passwords,
    ),
    (
        "out of band: the page shows a code",
        "oidc-provider registers no such redirect URI",
        absent::out_of_band,
    ),
];

/// The same response, taken for a program that knows the server by another name.
fn issuer(bench: &ServerEnv<'_>) -> CheckResult {
    let elsewhere = (bench.facts.server)(bench)?.issuer("https://elsewhere.example");
    let service = bench.service_at(elsewhere, PUBLIC)?;
    let foreign = bench.code(&service).err().ok_or("another issuer passed")?;
    let text = foreign.to_string();
    ensure(text.contains("`iss` names another"), text)?;

    let service = bench.service(PUBLIC)?;
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

/// RFC 6749 section 4.1.2: a server should revoke what a code gave when the code comes back.
fn used_code_kills(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(PUBLIC)?;
    let grant = bench.code(&service)?;
    let exchange = TokenRequest::code(service.client(), &grant);
    let response = bench.rig.exchange(&exchange)?;
    expect_error(
        bench.rig.exchange(&exchange),
        ErrorKind::NeedsLogin,
        &["invalid_grant"],
    )?;
    let token = response.into_token(env::now(), 1)?;
    let message = service.bind(Ping::default(), Some(&token))?;
    let words = [bench.facts.revoked, "401"];
    expect_error(bench.rig.exchange(&message), ErrorKind::NeedsLogin, &words)?;
    Ok(())
}

fn unknown_scope_itself(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(CONFIDENTIAL)?;
    let request = TokenRequest::client_credentials(service.client()).scope("write nonsense");
    let response = bench.rig.exchange(&request)?;
    ensure(response.scope() == Some("write"), format!("{response:?}"))
}

/// Basic joins id and secret by a colon: where they are not encoded, an id with one cannot be sent.
fn colon_in_raw_basic(bench: &ServerEnv<'_>) -> CheckResult {
    let refused = bench.service(RESERVED.by(RAW));
    let error = expect_error(refused, ErrorKind::Configuration, &["colon"])?;
    ensure(
        error.setting() == Some("client_id"),
        format!("it blames {:?}", error.setting()),
    )
}

//! Authorization requests that are sent to the server itself; the browser gets a reference (RFC
//! 9126).

use auth_core::{
    AuthorizationRequest, Entropy, ErrorKind, PendingAuthorization, RedirectUri, Service,
    TokenRequest,
};
use auth_testkit::person::Outcome;

use super::{BY_BODY, CONFIDENTIAL, PUBLIC, RESERVED};
use crate::cases::refusals::WRONG;
use crate::env::{App, Case, ServerEnv, alice, bob_denies, now};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::{CheckResult, Failure};

/// A client that must push.
const PUSHING: App = App {
    id: "pushing",
    ..PUBLIC
};

pub(super) const CASES: &[Case] = &[
    ("pushed authorization request, public client", |env| {
        serves(env, PUBLIC)
    }),
    ("pushed authorization request: Basic", |env| {
        serves(env, CONFIDENTIAL)
    }),
    ("pushed authorization request: body", |env| {
        serves(env, BY_BODY)
    }),
    ("pushed, reserved characters: Basic", |env| {
        serves(env, RESERVED)
    }),
    ("pushed by a client that must push", |env| {
        serves(env, PUSHING)
    }),
    (
        "not pushed by a client that must: configuration",
        not_pushed,
    ),
    ("pushed, and denied", denied),
    ("pushed with a wrong secret: configuration", |env| {
        let service = env.service(CONFIDENTIAL.with(WRONG))?;
        let error = expect_error(
            push(env, &service, "http://127.0.0.1:8080", "write").map_err(|e| e.0),
            ErrorKind::Configuration,
            &["invalid_client", "401"],
        )?;
        ensure(
            !error.to_string().contains(WRONG),
            "the error contains the secret",
        )
    }),
    ("pushed with an unregistered redirect URI: refused", |env| {
        let service = env.service(PUBLIC)?;
        expect_error(
            push(env, &service, "http://127.0.0.1:8080/unregistered", "write").map_err(|e| e.0),
            ErrorKind::Refused,
            &["redirect_uri", "400"],
        )?;
        Ok(())
    }),
    ("a reference can be used once", serves_once),
];

/// Distinguishes a refusal by the server from other failures.
struct Refused(auth_core::Error);

impl From<auth_core::Error> for Refused {
    fn from(error: auth_core::Error) -> Self {
        Self(error)
    }
}

fn push(
    env: &ServerEnv<'_>,
    service: &Service,
    redirect_uri: &str,
    scope: &str,
) -> Result<(String, PendingAuthorization), Refused> {
    let uri = RedirectUri::parse(redirect_uri)?;
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    let pushed = request.scope(scope).push()?;
    let reference = env.world.exchange(&pushed)?;
    Ok(pushed.begin(&reference))
}

fn pushed(
    env: &ServerEnv<'_>,
    service: &Service,
) -> Result<(String, PendingAuthorization), Failure> {
    let both = "read write";
    push(env, service, "http://127.0.0.1:8080", both).map_err(|Refused(error)| error.into())
}

/// The address in the browser contains the reference and no other parameter of the request.
fn serves(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = env.service(app)?;
    let (url, pending) = pushed(env, &service)?;
    for word in ["state", "code_challenge", "redirect_uri", "scope"] {
        ensure(
            !url.contains(&format!("{word}=")),
            format!("`{word}` shows"),
        )?;
    }
    let grant = pending.accept(&alice().visit(&url)?.into_redirect()?)?;
    let exchange = TokenRequest::code(service.client(), &grant);
    let token = env.world.exchange(&exchange)?.into_token(now(), 1)?;
    let message = service.bind(Ping::default(), Some(&token))?;
    env.is_alices(&env.world.exchange(&message)?)
}

/// oidc-provider has a setting for one client that its metadata does not contain: only the response
/// shows it.
fn not_pushed(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.session(PUSHING)?;
    let user = alice();
    let response = session.log_in(user.browser());
    let words = ["invalid_request", "Pushed Authorization Request"];
    expect_error(response, ErrorKind::Configuration, &words)?;
    Ok(())
}

fn denied(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(PUBLIC)?;
    let (url, pending) = pushed(env, &service)?;
    let redirect = bob_denies().visit(&url)?.into_redirect()?;
    expect_error(
        pending.accept(&redirect),
        ErrorKind::ConsentDenied,
        &["access_denied"],
    )?;
    Ok(())
}

fn serves_once(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(PUBLIC)?;
    let (url, pending) = pushed(env, &service)?;
    pending.accept(&alice().visit(&url)?.into_redirect()?)?;
    match alice().visit(&url)? {
        Outcome::Page { status: 400, .. } => Ok(()),
        Outcome::Redirected(redirect) => {
            let words = ["invalid_request_uri"];
            expect_error(pending.accept(&redirect), ErrorKind::Configuration, &words).map(drop)
        }
        other => Err(format!("the reference was accepted twice: {other:?}").into()),
    }
}

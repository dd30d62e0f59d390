//! Authorization requests that go to the server itself, and come to the browser as a reference (RFC 9126).

use auth_core::{
    AuthorizationRequest, Entropy, ErrorKind, PendingAuthorization, RedirectUri, Service,
    TokenRequest,
};
use auth_testkit::person::Outcome;

use super::{BY_BODY, CONFIDENTIAL, PUBLIC, RESERVED};
use crate::conformance::cases::refusals::WRONG;
use crate::conformance::env::{App, Case, ServerEnv, alice, bob_denies, now};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::report::{CheckResult, Failure};

/// A client that must push.
const PUSHING: App = App {
    id: "pushing",
    ..PUBLIC
};

pub(super) const CASES: &[Case] = &[
    ("pushed authorization request, public client", |bench| {
        serves(bench, PUBLIC)
    }),
    ("pushed authorization request: Basic", |bench| {
        serves(bench, CONFIDENTIAL)
    }),
    ("pushed authorization request: body", |bench| {
        serves(bench, BY_BODY)
    }),
    ("pushed, reserved characters: Basic", |bench| {
        serves(bench, RESERVED)
    }),
    ("pushed by a client that must push", |bench| {
        serves(bench, PUSHING)
    }),
    (
        "not pushed by a client that must: configuration",
        not_pushed,
    ),
    ("pushed, and denied", denied),
    ("pushed with a wrong secret: configuration", |bench| {
        let service = bench.service(CONFIDENTIAL.with(WRONG))?;
        let error = expect_error(
            push(bench, &service, "http://127.0.0.1:8080", "write").map_err(|e| e.0),
            ErrorKind::Configuration,
            &["invalid_client", "401"],
        )?;
        ensure(!error.to_string().contains(WRONG), "the secret shows")
    }),
    (
        "pushed with an unregistered redirect URI: refused",
        |bench| {
            let service = bench.service(PUBLIC)?;
            expect_error(
                push(
                    bench,
                    &service,
                    "http://127.0.0.1:8080/unregistered",
                    "write",
                )
                .map_err(|e| e.0),
                ErrorKind::Refused,
                &["redirect_uri", "400"],
            )?;
            Ok(())
        },
    ),
    ("a reference serves once", serves_once),
];

/// So that a refusal can be told from what else goes wrong.
struct Refused(auth_core::Error);

impl From<auth_core::Error> for Refused {
    fn from(error: auth_core::Error) -> Self {
        Self(error)
    }
}

fn push(
    bench: &ServerEnv<'_>,
    service: &Service,
    redirect_uri: &str,
    scope: &str,
) -> Result<(String, PendingAuthorization), Refused> {
    let uri = RedirectUri::parse(redirect_uri)?;
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    let pushed = request.scope(scope).push()?;
    let reference = bench.rig.exchange(&pushed)?;
    Ok(pushed.begin(&reference))
}

fn pushed(
    bench: &ServerEnv<'_>,
    service: &Service,
) -> Result<(String, PendingAuthorization), Failure> {
    let both = "read write";
    push(bench, service, "http://127.0.0.1:8080", both).map_err(|Refused(error)| error.into())
}

/// The address in the browser holds the reference and nothing else of the request.
fn serves(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = bench.service(app)?;
    let (url, pending) = pushed(bench, &service)?;
    for word in ["state", "code_challenge", "redirect_uri", "scope"] {
        ensure(
            !url.contains(&format!("{word}=")),
            format!("`{word}` shows"),
        )?;
    }
    let grant = pending.accept(&alice().visit(&url)?.into_redirect()?)?;
    let exchange = TokenRequest::code(service.client(), &grant);
    let token = bench.rig.exchange(&exchange)?.into_token(now(), 1)?;
    let message = service.bind(Ping::default(), Some(&token))?;
    bench.is_alices(&bench.rig.exchange(&message)?)
}

/// oidc-provider has a setting for one client, which its metadata do not say: only its response does.
fn not_pushed(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.seat(PUSHING)?;
    let visitor = alice();
    let response = seat.log_in(visitor.browser());
    let words = ["invalid_request", "Pushed Authorization Request"];
    expect_error(response, ErrorKind::Configuration, &words)?;
    Ok(())
}

fn denied(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(PUBLIC)?;
    let (url, pending) = pushed(bench, &service)?;
    let redirect = bob_denies().visit(&url)?.into_redirect()?;
    expect_error(
        pending.accept(&redirect),
        ErrorKind::ConsentDenied,
        &["access_denied"],
    )?;
    Ok(())
}

fn serves_once(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(PUBLIC)?;
    let (url, pending) = pushed(bench, &service)?;
    pending.accept(&alice().visit(&url)?.into_redirect()?)?;
    match alice().visit(&url)? {
        Outcome::Page { status: 400, .. } => Ok(()),
        Outcome::Redirected(redirect) => {
            let words = ["invalid_request_uri"];
            expect_error(pending.accept(&redirect), ErrorKind::Configuration, &words).map(drop)
        }
        other => Err(format!("it served again: {other:?}").into()),
    }
}

//! A login on another device (RFC 8628): the person types the code there, and the program asks until they have.

use auth_core::{
    DeviceAuthorizationRequest, DeviceAuthorizationResponse, Error, ErrorKind, Service,
    TokenRequest, TokenResponse,
};
use auth_testkit::person::Outcome;

use super::{BY_BODY, CONFIDENTIAL, PUBLIC, RESERVED};
use crate::conformance::cases::refusals::WRONG;
use crate::conformance::env::{App, Case, ServerEnv, alice, bob_denies, now};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::report::{CheckResult, Failure};

pub(super) const CASES: &[Case] = &[
    (
        "device: address with the code in it, public client",
        |bench| logs_in(bench, PUBLIC, Typing::Opened),
    ),
    ("device: the code typed in, confidential client", |bench| {
        logs_in(bench, CONFIDENTIAL, Typing::ByHand)
    }),
    ("device: secret in the body", |bench| {
        by_values(bench, BY_BODY)
    }),
    ("device: reserved characters, Basic", |bench| {
        by_values(bench, RESERVED)
    }),
    ("device: denied", denied),
    ("device: a code that was used", used),
    ("device: wrong secret: configuration", |bench| {
        let service = bench.service(CONFIDENTIAL.with(WRONG))?;
        let response = bench
            .rig
            .exchange(&DeviceAuthorizationRequest::new(service.client()));
        let words = ["invalid_client", "401"];
        let error = expect_error(response, ErrorKind::Configuration, &words)?;
        ensure(!error.to_string().contains(WRONG), "the secret shows")
    }),
];

/// For the server whose codes live 2 s.
pub(super) const RUNS_OUT: &[Case] = &[("device: a code that nobody typed in runs out", |bench| {
    let response = bench.seat(PUBLIC)?.log_in_with_device(|_| {});
    expect_error(response, ErrorKind::TimedOut, &["device code expired"]).map(drop)
})];

/// How the code comes to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typing {
    /// The person opens the address that has the code in it.
    Opened,
    ByHand,
}

/// What the person sees in the end.
const SUCCESS: &str = "Sign-in Success";

/// The whole flow: the person is at it while the program asks.
fn logs_in(bench: &ServerEnv<'_>, app: App, typing: Typing) -> CheckResult {
    let seat = bench.seat(app)?;
    let mut page = None;
    let status = seat.log_in_with_device(|device| page = Some(allow(device, typing)))?;
    let page = page.ok_or("nobody was shown the code")??;
    ensure(page.contains(SUCCESS), page)?;
    ensure(status.login.is_some(), format!("no token: {status:?}"))?;
    bench.is_alices(&seat.send(Ping::default())?)
}

/// The same by values: not yet, then the token.
fn by_values(bench: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = bench.service(app)?;
    let mut device = begin(bench, &service)?;
    let error = expect_error(
        poll(bench, &service, &device),
        ErrorKind::Refused,
        &["authorization_pending"],
    )?;
    let wait = device.next_poll(&error);
    ensure(wait == Some(device.interval()), format!("{wait:?}"))?;

    let page = allow(&device, Typing::ByHand)?;
    ensure(page.contains(SUCCESS), page)?;
    let token = poll(bench, &service, &device)?.into_token(now(), 1)?;
    let message = service.bind(Ping::default(), Some(&token))?;
    bench.is_alices(&bench.rig.exchange(&message)?)
}

fn denied(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.seat(PUBLIC)?;
    let mut page = None;
    let response = seat.log_in_with_device(|device| {
        page = Some(bob_denies().type_in(device.verification_uri(), device.user_code()));
    });
    let error = expect_error(response, ErrorKind::ConsentDenied, &["access_denied"])?;
    ensure(page.is_some_and(|page| page.is_ok()), format!("{error}"))?;
    ensure(seat.status()?.login.is_none(), "a token is stored")
}

fn used(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(PUBLIC)?;
    let device = begin(bench, &service)?;
    allow(&device, Typing::Opened)?;
    poll(bench, &service, &device)?;
    let response = poll(bench, &service, &device);
    expect_error(response, ErrorKind::NeedsLogin, &["invalid_grant"])?;
    Ok(())
}

fn begin(bench: &ServerEnv<'_>, service: &Service) -> Result<DeviceAuthorizationResponse, Failure> {
    let device = bench
        .rig
        .exchange(&DeviceAuthorizationRequest::new(service.client()).scope("read write"))?;
    let shown = format!("{device:?}");
    match shown.contains(device.user_code()) {
        true => Err("the code shows".into()),
        false => Ok(device),
    }
}

fn poll(
    bench: &ServerEnv<'_>,
    service: &Service,
    device: &DeviceAuthorizationResponse,
) -> Result<TokenResponse, Error> {
    bench
        .rig
        .exchange(&TokenRequest::device(service.client(), device))
}

/// Alice does what she is shown, and says what she reads in the end.
fn allow(device: &DeviceAuthorizationResponse, typing: Typing) -> Result<String, Failure> {
    let ended = match (typing, device.verification_uri_complete()) {
        (Typing::Opened, Some(uri)) => alice().visit(uri),
        (Typing::Opened, None) => return Err("there is no address with the code in it".into()),
        (Typing::ByHand, _) => alice().type_in(device.verification_uri(), device.user_code()),
    };
    match ended? {
        Outcome::Page { text, .. } => Ok(text),
        other => Err(format!("it ended elsewhere: {other:?}").into()),
    }
}

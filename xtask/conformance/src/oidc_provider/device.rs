//! A login on another device (RFC 8628): the person types the code there, and the program polls
//! meanwhile.

use auth_core::{
    DeviceAuthorizationRequest, DeviceAuthorizationResponse, Error, ErrorKind, Service,
    TokenRequest, TokenResponse,
};
use auth_testkit::person::Outcome;

use super::{BY_BODY, CONFIDENTIAL, PUBLIC, RESERVED};
use crate::cases::refusals::WRONG;
use crate::env::{App, Case, ServerEnv, alice, bob_denies, now};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::{CheckResult, Failure};

pub(super) const CASES: &[Case] = &[
    (
        "device: address with the code in it, public client",
        |env| logs_in(env, PUBLIC, Typing::Opened),
    ),
    ("device: the code typed in, confidential client", |env| {
        logs_in(env, CONFIDENTIAL, Typing::ByHand)
    }),
    ("device: secret in the body", |env| by_values(env, BY_BODY)),
    ("device: reserved characters, Basic", |env| {
        by_values(env, RESERVED)
    }),
    ("device: denied", denied),
    ("device: a code that was used", used),
    ("device: wrong secret: configuration", |env| {
        let service = env.service(CONFIDENTIAL.with(WRONG))?;
        let response = env
            .world
            .exchange(&DeviceAuthorizationRequest::new(service.client()));
        let words = ["invalid_client", "401"];
        let error = expect_error(response, ErrorKind::Configuration, &words)?;
        ensure(
            !error.to_string().contains(WRONG),
            "the error contains the secret",
        )
    }),
];

/// For the server whose codes are valid for 2 s.
pub(super) const RUNS_OUT: &[Case] = &[("device: a code that is not typed in expires", |env| {
    let response = env.session(PUBLIC)?.log_in_with_device(|_| {});
    expect_error(response, ErrorKind::TimedOut, &["device code expired"]).map(drop)
})];

/// How the code gets to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typing {
    /// The person opens the address that contains the code.
    Opened,
    ByHand,
}

/// The text of the last page.
const SUCCESS: &str = "Sign-in Success";

/// The whole flow: the person acts while the program polls.
fn logs_in(env: &ServerEnv<'_>, app: App, typing: Typing) -> CheckResult {
    let session = env.session(app)?;
    let mut page = None;
    let status = session.log_in_with_device(|device| page = Some(allow(device, typing)))?;
    let page = page.ok_or("the code was not shown")??;
    ensure(page.contains(SUCCESS), page)?;
    ensure(status.login.is_some(), format!("no token: {status:?}"))?;
    env.is_alices(&session.send(Ping::default())?)
}

/// The same by values: not yet, then the token.
fn by_values(env: &ServerEnv<'_>, app: App) -> CheckResult {
    let service = env.service(app)?;
    let mut device = begin(env, &service)?;
    let error = expect_error(
        poll(env, &service, &device),
        ErrorKind::Refused,
        &["authorization_pending"],
    )?;
    let wait = device.next_poll(&error);
    ensure(wait == Some(device.interval()), format!("{wait:?}"))?;

    let page = allow(&device, Typing::ByHand)?;
    ensure(page.contains(SUCCESS), page)?;
    let token = poll(env, &service, &device)?.into_token(now(), 1)?;
    let message = service.bind(Ping::default(), Some(&token))?;
    env.is_alices(&env.world.exchange(&message)?)
}

fn denied(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.session(PUBLIC)?;
    let mut page = None;
    let response = session.log_in_with_device(|device| {
        page = Some(bob_denies().type_in(device.verification_uri(), device.user_code()));
    });
    let error = expect_error(response, ErrorKind::ConsentDenied, &["access_denied"])?;
    ensure(page.is_some_and(|page| page.is_ok()), format!("{error}"))?;
    ensure(session.status()?.login.is_none(), "a token is stored")
}

fn used(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(PUBLIC)?;
    let device = begin(env, &service)?;
    allow(&device, Typing::Opened)?;
    poll(env, &service, &device)?;
    let response = poll(env, &service, &device);
    expect_error(response, ErrorKind::NeedsLogin, &["invalid_grant"])?;
    Ok(())
}

fn begin(env: &ServerEnv<'_>, service: &Service) -> Result<DeviceAuthorizationResponse, Failure> {
    let device = env
        .world
        .exchange(&DeviceAuthorizationRequest::new(service.client()).scope("read write"))?;
    let shown = format!("{device:?}");
    match shown.contains(device.user_code()) {
        true => Err("the code is visible".into()),
        false => Ok(device),
    }
}

fn poll(
    env: &ServerEnv<'_>,
    service: &Service,
    device: &DeviceAuthorizationResponse,
) -> Result<TokenResponse, Error> {
    env.world
        .exchange(&TokenRequest::device(service.client(), device))
}

/// Alice follows the instructions, and returns the text of the last page.
fn allow(device: &DeviceAuthorizationResponse, typing: Typing) -> Result<String, Failure> {
    let ended = match (typing, device.verification_uri_complete()) {
        (Typing::Opened, Some(uri)) => alice().visit(uri),
        (Typing::Opened, None) => {
            return Err("the response has no address with the code in it".into());
        }
        (Typing::ByHand, _) => alice().type_in(device.verification_uri(), device.user_code()),
    };
    match ended? {
        Outcome::Page { text, .. } => Ok(text),
        other => Err(format!("it ended elsewhere: {other:?}").into()),
    }
}

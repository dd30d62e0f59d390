//! What Info Flora does not document and league does not have.

use auth_core::{
    DeviceAuthorizationRequest, ErrorKind, IntrospectionRequest, Message, MetadataRequest,
    RevocationRequest, SecretText,
};

use super::CheckResult;
use super::env::{LeagueEnv, TOOL};
use super::{ensure, expect_error};

type Absent = (&'static str, &'static str, fn(&LeagueEnv) -> CheckResult);

pub(super) const ALL: &[Absent] = &[
    ("revocation", "league has no such endpoint", |env| {
        let service = env.service(TOOL)?;
        let token = SecretText::from("any");
        never_made(
            env,
            &RevocationRequest::access_token(service.client(), token),
        )
    }),
    ("introspection", "league has no such endpoint", |env| {
        let service = env.service(TOOL)?;
        let token = SecretText::from("any");
        never_made(
            env,
            &IntrospectionRequest::access_token(service.client(), token),
        )
    }),
    (
        "device authorization",
        "Info Flora documents none, and league has it from version 9 on only where it is set up",
        |env| {
            let service = env.service(TOOL)?;
            never_made(env, &DeviceAuthorizationRequest::new(service.client()))
        },
    ),
    ("metadata", "league has no metadata document", |env| {
        let response = env.rig.exchange(&MetadataRequest::new(env.server.url())?);
        expect_error(response, ErrorKind::Configuration, &["404"]).map(drop)
    }),
    ("password", "Info Flora documents no such grant", |env| {
        let response = env.session(TOOL)?.log_in_with_password("alice", "password");
        expect_error(response, ErrorKind::Configuration, &[TOOL.0]).map(drop)
    }),
];

/// The service names no endpoint, so the message cannot be built.
fn never_made<M: Message>(env: &LeagueEnv, message: &M) -> CheckResult {
    expect_error(
        message.request().map(drop),
        ErrorKind::Configuration,
        &["endpoint"],
    )?;
    ensure(env.log().total() == 0, "a request was sent")
}

//! What Info Flora does not have, as far as it documents, and league has not either.

use auth_core::{
    DeviceAuthorizationRequest, ErrorKind, IntrospectionRequest, Message, MetadataRequest,
    RevocationRequest, SecretText,
};

use super::env::{LeagueEnv, TOOL};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::report::CheckResult;

type Absent = (
    &'static str,
    &'static str,
    fn(&LeagueEnv<'_>) -> CheckResult,
);

pub(super) const ALL: &[Absent] = &[
    ("revocation", "league has no such endpoint", |desk| {
        let service = desk.service(TOOL)?;
        let token = SecretText::from("any");
        never_made(
            desk,
            &RevocationRequest::access_token(service.client(), token),
        )
    }),
    ("introspection", "league has no such endpoint", |desk| {
        let service = desk.service(TOOL)?;
        let token = SecretText::from("any");
        never_made(
            desk,
            &IntrospectionRequest::access_token(service.client(), token),
        )
    }),
    (
        "device authorization",
        "Info Flora documents none, and league has it from version 9 on only where it is set up",
        |desk| {
            let service = desk.service(TOOL)?;
            never_made(desk, &DeviceAuthorizationRequest::new(service.client()))
        },
    ),
    ("metadata", "league has no metadata document", |desk| {
        let response = desk.rig.exchange(&MetadataRequest::new(desk.server.url())?);
        expect_error(response, ErrorKind::Configuration, &["404"]).map(drop)
    }),
    ("password", "Info Flora documents no such grant", |desk| {
        let response = desk.seat(TOOL)?.log_in_with_password("alice", "password");
        expect_error(response, ErrorKind::Configuration, &[TOOL.0]).map(drop)
    }),
];

/// The service names no endpoint, so that the message cannot be made.
fn never_made<M: Message>(desk: &LeagueEnv<'_>, message: &M) -> CheckResult {
    expect_error(
        message.request().map(drop),
        ErrorKind::Configuration,
        &["endpoint"],
    )?;
    ensure(desk.seen().total() == 0, "a request was sent")
}

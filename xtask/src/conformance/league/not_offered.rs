//! What Info Flora does not have, as far as it documents, and league has not either.

use auth_core::{
    DeviceRequest, ErrorKind, Introspection, Message, MetadataRequest, Revocation, SecretText,
};

use super::desk::{Desk, TOOL};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::report::Checked;

type Absent = (&'static str, &'static str, fn(&Desk<'_>) -> Checked);

pub(super) const ALL: &[Absent] = &[
    ("revocation", "league has no such endpoint", |desk| {
        let service = desk.service(TOOL)?;
        let token = SecretText::from("any");
        never_made(desk, &Revocation::access_token(service.client(), token))
    }),
    ("introspection", "league has no such endpoint", |desk| {
        let service = desk.service(TOOL)?;
        let token = SecretText::from("any");
        never_made(desk, &Introspection::access_token(service.client(), token))
    }),
    (
        "device authorization",
        "Info Flora documents none, and league has it from version 9 on only where it is set up",
        |desk| {
            let service = desk.service(TOOL)?;
            never_made(desk, &DeviceRequest::new(service.client()))
        },
    ),
    ("metadata", "league has no metadata document", |desk| {
        let answer = desk.rig.exchange(&MetadataRequest::new(desk.server.url())?);
        expect_error(answer, ErrorKind::Configuration, &["404"]).map(drop)
    }),
    ("password", "Info Flora documents no such grant", |desk| {
        let answer = desk.seat(TOOL)?.log_in_with_password("alice", "password");
        expect_error(answer, ErrorKind::Configuration, &[TOOL.0]).map(drop)
    }),
];

/// The service names no endpoint, so that the message cannot be made.
fn never_made<M: Message>(desk: &Desk<'_>, message: &M) -> Checked {
    expect_error(
        message.request().map(drop),
        ErrorKind::Configuration,
        &["endpoint"],
    )?;
    ensure(desk.seen().total() == 0, "a request was sent")
}

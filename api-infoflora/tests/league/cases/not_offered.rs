//! What Info Flora does not document and league does not have.

use auth_core::{
    DeviceAuthorizationRequest, ErrorKind, IntrospectionRequest, Message, MetadataRequest,
    RevocationRequest, SecretText,
};

use crate::scene::{Scene, TOOL, fails};

type Absent = (&'static str, &'static str, fn(&Scene));

pub(super) const ALL: &[Absent] = &[
    ("revocation", "league has no such endpoint", |scene| {
        let service = scene.service(TOOL);
        let token = SecretText::from("any");
        let message = RevocationRequest::access_token(service.client(), token);
        never_made(scene, &message);
    }),
    ("introspection", "league has no such endpoint", |scene| {
        let service = scene.service(TOOL);
        let token = SecretText::from("any");
        let message = IntrospectionRequest::access_token(service.client(), token);
        never_made(scene, &message);
    }),
    (
        "device authorization",
        "Info Flora documents none, and league has it from version 9 on only where it is set up",
        |scene| {
            let service = scene.service(TOOL);
            never_made(scene, &DeviceAuthorizationRequest::new(service.client()));
        },
    ),
    ("metadata", "league has no metadata document", |scene| {
        let request = MetadataRequest::new(scene.server.url()).expect("a URL");
        let response = scene.exchange(&request);
        fails(response, ErrorKind::Configuration, &["404"]);
    }),
    ("password", "Info Flora documents no such grant", |scene| {
        let response = scene
            .session(TOOL)
            .log_in_with_password("alice", "password");
        fails(response, ErrorKind::Configuration, &[TOOL.0]);
    }),
];

/// The service names no endpoint, so the message cannot be built.
fn never_made<M: Message>(scene: &Scene, message: &M) {
    let request = message.request().map(drop);
    fails(request, ErrorKind::Configuration, &["endpoint"]);
    assert_eq!(scene.requests().total(), 0);
}

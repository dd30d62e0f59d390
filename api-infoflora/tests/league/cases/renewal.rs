//! Refresh tokens for one use, and access tokens that are revoked with them at once.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, ExposeSecret, TokenRequest, UnixTime};
use auth_testkit::{Fault, Matching};
use keystore::Memory;
use serde_json::json;

use super::{Case, sent_by_header, token_request};
use crate::scene::{LeagueSession, MAX_WAIT, SYMFONY, Scene, TOOL, browser, fails};

pub(super) const CASES: &[Case] = &[
    ("refresh, the secret in the form as documented", in_the_form),
    ("8 callers at an expired token: one refresh", |scene| {
        let session = expired(scene);
        for response in session.crowd(8, || {}) {
            response.expect("a call");
        }
        assert_eq!(scene.refreshes(), 1);
    }),
    (
        "rotated elsewhere: old token revoked, no 2nd refresh",
        rotated_elsewhere,
    ),
    (
        "refresh reuse: refused, the newer tokens stay valid",
        reused,
    ),
];

/// Info Flora documents the form, without a header, for a refresh.
fn in_the_form(scene: &Scene) {
    let session = scene.alice();
    let before = session.token();
    scene.server.revoke_access_tokens();
    session.call().expect("renewed");
    sent_by_header(&token_request(scene, "refresh_token"), false);
    let after = session.token();
    let [old, new] = [&before, &after].map(|token| {
        let refresh = token.refresh_token().expect("a refresh token");
        refresh.expose_secret()
    });
    assert_ne!(old, new);
}

/// An account whose token has expired, by the lifetime that the server sent.
fn expired(scene: &Scene) -> LeagueSession {
    let brief = Fault::ExpiresIn(json!(1));
    let faults = scene.server.faults();
    faults.next(Matching::Grant("authorization_code"), brief);
    let session = scene.alice();
    let end = session.status().login.and_then(|token| token.expires_at);
    let end = end.expect("the stored token has an expiry");
    let deadline = Instant::now() + MAX_WAIT;
    while UnixTime::from_system(std::time::SystemTime::now()) < end {
        assert!(Instant::now() < deadline, "the token does not expire");
        thread::sleep(Duration::from_millis(20));
    }
    session
}

/// Two programs at one store. The second one gets a 401 and rotates; now the first one's token is
/// revoked.
fn rotated_elsewhere(scene: &Scene) {
    let store = Memory::new();
    let start = || {
        let client = scene.client(scene.describe(TOOL), store.clone());
        client.account("alice")
    };
    let (first, second) = (start(), start());
    first.log_in(browser()).expect("a login");
    let refused = Fault::Respond {
        status: 401,
        content_type: SYMFONY.to_owned(),
        body: Vec::new(),
    };
    scene.server.faults().next(Matching::Api, refused);
    second.call().expect("renewed");
    assert_eq!(scene.refreshes(), 1);

    let calls = scene.requests().api();
    first.call().expect("repeated with the new token");
    assert_eq!(scene.refreshes(), 1);
    let more = scene.requests().api() - calls;
    assert_eq!(more, 2, "a rejected call and a repeated one");
}

/// An attacker uses a copy of the older refresh token. league revokes no token for that.
fn reused(scene: &Scene) {
    let session = scene.alice();
    let service = scene.service(TOOL);
    let old = session.token();
    let old = old.refresh_token().expect("a refresh token");
    scene.server.revoke_access_tokens();
    session.call().expect("renewed");
    let thief = TokenRequest::refresh(service.client(), old);
    fails(scene.exchange(&thief), ErrorKind::NeedsLogin, &[]);
    session.call().expect("the newer token is valid");
    assert_eq!(scene.refreshes(), 2);
}

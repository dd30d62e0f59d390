//! Cases in tables: what league responds to requests that no flow of ours sends, and what our flows
//! do with it. Each case has a server of its own, in each dialect, and runs in both worlds.

mod login;
mod not_offered;
mod refusals;
mod renewal;
mod rows;

use std::panic::{AssertUnwindSafe, catch_unwind};

use auth_core::{AuthorizationRequest, CodeGrant, Entropy, RedirectUri};
use auth_testkit::{LoggedRequest, RequestKind, person::Person};
use worlds::ScriptedUser;

use crate::scene::{Scene, TOOL, World, in_each, passed};

/// A case: its name, and its check.
type Case = (&'static str, fn(&Scene));

#[test]
fn logins() {
    run(login::CASES);
}

#[test]
fn renewals() {
    run(renewal::CASES);
}

#[test]
fn refused_clients_and_users() {
    run(refusals::CASES);
}

#[test]
fn refusals_in_both_versions_words() {
    run(rows::CASES);
}

#[test]
fn what_is_not_offered() {
    in_each(|eight, world| {
        for (name, reason, proof) in not_offered::ALL {
            check(name, reason, *proof, eight, world);
        }
    });
}

fn run(cases: &[Case]) {
    in_each(|eight, world| {
        for (name, case) in cases {
            check(name, "", *case, eight, world);
        }
    });
}

fn check(name: &str, reason: &str, case: fn(&Scene), eight: bool, world: &World) {
    let scene = Scene::new(eight, world.clone(), []);
    let ended = catch_unwind(AssertUnwindSafe(|| case(&scene)));
    assert!(ended.is_ok(), "{name}");
    passed(name, eight, world, reason);
}

fn alice() -> ScriptedUser {
    ScriptedUser::new(Person::new("alice", "password"))
}

/// A code that alice got for the tool, at an address with changed parameters.
fn code(scene: &Scene, change: impl Fn(&str) -> String) -> CodeGrant {
    let service = scene.service(TOOL);
    let uri = RedirectUri::parse("http://127.0.0.1:8080").expect("a URI");
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    let (url, pending) = request.begin().expect("a URL");
    let parameters: Vec<_> = url.split('&').map(change).collect();
    let visit = alice().visit(&parameters.join("&"));
    let redirect = visit.and_then(|outcome| outcome.into_redirect());
    let grant = pending.accept(&redirect.expect("a redirect"));
    grant.expect("our own redirect")
}

/// The only token request with this grant.
fn token_request(scene: &Scene, grant: &str) -> LoggedRequest {
    let log = scene.requests();
    let with_grant = |one: &&LoggedRequest| {
        one.kind == RequestKind::Token && one.grant.as_deref() == Some(grant)
    };
    let all: Vec<_> = log.requests().iter().filter(with_grant).collect();
    assert_eq!(all.len(), 1, "{grant}");
    all[0].clone()
}

/// Checks that the secret was sent in the header, with the id in the form, or only in the form.
fn sent_by_header(request: &LoggedRequest, by_header: bool) {
    let has = |name: &str| request.fields.iter().any(|field| field == name);
    let sent = (
        request.scheme.as_deref(),
        has("client_id"),
        has("client_secret"),
    );
    let header = by_header.then_some("Basic");
    assert_eq!(sent, (header, true, !by_header));
}

//! An imported API token that renews itself, if the program enabled that.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use api_inat::users::Me;
use auth_core::{Lifetime, Now, Service, Store, TokenKind, TokenRecord, TokenResponse, UnixTime};
use auth_testkit::{Fault, Matching};
use keystore::Memory;

use crate::{site::Photographs, worlds::World};

const DAY: Duration = Duration::from_secs(86_400);

/// A service without an application, for imported tokens.
fn service(site: &Photographs, renews: bool) -> Service {
    let builder = api_inat::service_without_application()
        .user_agent("plain-token/1 (test@example.org)")
        .at(site.server.url());
    match renews {
        true => builder.renew_plain_token(),
        false => builder,
    }
    .build()
    .expect("a service")
}

/// A store with a token that was imported this long ago.
fn imported(service: &Service, token: &str, ago: Duration) -> Memory {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("after 1970");
    let then = Now {
        wall: UnixTime::from_secs((now - ago).as_secs()),
        monotonic: Duration::ZERO,
    };
    let response = TokenResponse::new(token, Lifetime::For(DAY)).expect("a token");
    let mut record = TokenRecord::default();
    let token = response.into_token(then, 1).expect("a token");
    record.set(TokenKind::Derived, Arc::new(token));
    let store = Memory::new();
    let lease = store
        .try_lease(&service.account_key("alice"))
        .expect("a lease")
        .expect("the only owner");
    store.save(&lease, &record.to_text()).expect("saved");
    store
}

/// Checks the number of token requests during three reads of `alice`'s account.
fn check(site: &Photographs, renews: bool, ago: Duration, expect: usize) {
    let service = service(site, renews);
    for world in World::both(&service, || imported(&service, &site.token(), ago)) {
        let mark = site.server.requests().mark();
        for _ in 0..3 {
            let me = world.sent(Me::new());
            assert_eq!(me.login.as_deref(), Some("alice"));
        }
        let requests = site.server.requests().since(mark);
        assert_eq!(
            (requests.derived(), requests.api()),
            (expect, 3),
            "{}",
            world.name()
        );
        assert_eq!(
            world.generation() > 1,
            expect > 0,
            "{}: the next one",
            world.name()
        );
    }
}

#[test]
fn it_is_renewed_when_it_is_due_if_the_program_enabled_that() {
    let site = Photographs::start();
    let due = DAY - Duration::from_secs(300);
    check(&site, true, due, 1);
    check(&site, true, DAY / 2, 0);
    check(&site, false, due, 0);
}

#[test]
fn a_service_that_does_not_response_so_changes_nothing() {
    let site = Photographs::start();
    let service = service(&site, true);
    let due = DAY - Duration::from_secs(300);
    for world in World::both(&service, || imported(&service, &site.token(), due)) {
        site.server.faults().always(
            Matching::Derived,
            Fault::Respond {
                status: 401,
                content_type: "application/json".to_owned(),
                body: br#"{"error":"You need to sign in or sign up before continuing."}"#.to_vec(),
            },
        );
        let me = world.sent(Me::new());
        assert_eq!(me.login.as_deref(), Some("alice"));
        assert_eq!(
            world.generation(),
            1,
            "{}: as it was imported",
            world.name()
        );
        site.server.faults().clear();
    }
}

#[test]
fn one_that_has_ended_is_not_sent() {
    let site = Photographs::start();
    let service = service(&site, true);
    for world in World::both(&service, || imported(&service, &site.token(), DAY)) {
        let mark = site.server.requests().mark();
        let error = world.send(Me::new()).expect_err("ended");
        assert!(error.needs_login(), "{error}");
        assert!(error.to_string().contains("/users/api_token"), "{error}");
        assert_eq!(
            site.server.requests().since(mark).total(),
            0,
            "{}",
            world.name()
        );
    }
}

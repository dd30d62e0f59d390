//! Failures of renewals, calls and stored token records, with both clients.

use auth_core::ErrorKind;
use auth_testkit::{Dialect, Fault, Matching, Rotation};
use keystore::Memory;

use crate::common::{
    AtServer, DAEMON, Me, PASSWORD, Ping, Put, World, browser, doorkeeper, league, since,
};

#[test]
fn a_dead_refresh_token_needs_a_login() {
    for dialect in [Dialect::league_8(), Dialect::league_9()] {
        let server = league(dialect, Rotation::Instant);
        for world in World::both(&server, Memory::new()) {
            world.log_in("me", browser()).expect("a login");
            server.revoke_all();
            let error = world.send("me", Ping).expect_err("dead");
            assert!(error.needs_login() && error.oauth().is_some(), "{error}");
            assert!(
                world.status("me").expect("a status").login.is_some(),
                "kept until a new login succeeds"
            );
        }
    }
}

#[test]
fn a_renewal_that_may_have_arrived_is_not_repeated() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for world in World::both(&server, Memory::new()) {
        world.log_in("me", browser()).expect("a login");
        server.revoke_access_tokens();
        server
            .faults()
            .next(Matching::Grant("refresh_token"), Fault::LostResponse);
        let mark = server.requests().mark();
        let error = world.send("me", Ping).expect_err("lost");
        assert_eq!(
            server.requests().since(mark).grant("refresh_token"),
            1,
            "{}",
            world.name()
        );
        assert!(
            error.is_retryable() && error.to_string().contains("not repeated blindly"),
            "{error}"
        );
        // The same error until the pause after a failure is over, and no request.
        let error = world.send("me", Ping).expect_err("a pause");
        let wait = error.retry_after().expect("the time left");
        assert_eq!(server.requests().since(mark).token(), 1, "{error}");
        std::thread::sleep(wait);
        // The server had rotated the token: now it is certain that the user must log in.
        let error = world.send("me", Ping).expect_err("rotated away");
        assert!(error.needs_login(), "{error}");
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn writes_are_repeated_only_if_they_did_not_arrive() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        let check = |fault: Fault, expect_ok: bool, requests: usize| {
            server.faults().next(Matching::Api, fault);
            let mark = server.requests().mark();
            let result = world.send("me", Put);
            assert_eq!(result.is_ok(), expect_ok, "{result:?}");
            assert_eq!(
                server.requests().since(mark).api(),
                requests,
                "{}: {result:?}",
                world.name()
            );
        };
        check(Fault::Unavailable { retry_after: None }, false, 1);
        check(Fault::LostResponse, false, 1);
        check(
            Fault::TooManyRequests {
                retry_after: Some("0".into()),
            },
            true,
            2,
        );
        server.expire_derived_tokens();
        let mark = server.requests().mark();
        world.send("me", Put).expect("a 401 did nothing");
        assert_eq!(since(&server, mark), (0, 1, 2));
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn reads_are_repeated() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        server
            .faults()
            .next(Matching::Api, Fault::Unavailable { retry_after: None });
        server.faults().next(Matching::Api, Fault::LostResponse);
        let mark = server.requests().mark();
        world.send("me", Me).expect("the third");
        assert_eq!(server.requests().since(mark).api(), 3, "{}", world.name());
        server.faults().next(
            Matching::Api,
            Fault::Unavailable {
                retry_after: Some("600".into()),
            },
        );
        let error = world.send("me", Me).expect_err("too long a wait");
        assert_eq!(error.status(), Some(http::StatusCode::SERVICE_UNAVAILABLE));
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_login_replaces_what_cannot_be_read() {
    let server = doorkeeper();
    let folder = tempfile::tempdir().expect("a folder");
    let store = keystore::File::open(folder.path().join("tokens")).expect("a store");
    let path = store.path(&auth_core::AccountKey::new("example", "app", "me"));
    for world in World::both(&server, store) {
        for foreign in [
            "",
            "{\"version\":1,\"login\":{\"acc",
            "{\"version\":99}",
            "shopping list",
        ] {
            world.log_in_with_password("me", PASSWORD).expect("a login");
            std::fs::write(&path, foreign).expect("written");
            // This client has the token in memory; another process reads the file.
            let other = World::blocking(
                &server,
                keystore::File::open(folder.path().join("tokens")).expect("a store"),
            );
            let error = other.send("me", Me).expect_err("not a record");
            assert_eq!(error.kind(), ErrorKind::Store, "{error}");
            assert!(error.help().is_some(), "{error}");
            other
                .log_in_with_password("me", PASSWORD)
                .expect("a login in its place");
            other.send("me", Me).expect("a call");
        }
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_dead_login_needs_a_login() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        server.revoke_all();
        // A derived token is valid until it expires; only then the revoked login has an effect.
        world
            .send("me", Me)
            .expect("the derived token is still valid");
        server.expire_derived_tokens();
        for _ in 0..2 {
            let error = world.send("me", Me).expect_err("revoked");
            assert!(error.needs_login(), "{error}");
        }
        world.log_in_with_password("me", PASSWORD).expect("a login");
        world.send("me", Me).expect("logged in again");
        world.log_out("me").expect("a logout");
    }
}

/// Numbers of callers: threads, and tasks.
const CROWDS: [usize; 2] = [64, 1000];

#[test]
fn a_crowd_at_a_dead_token_makes_one_token_request() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    for (world, count) in World::both(&server, Memory::new()).iter().zip(CROWDS) {
        world.log_in("me", browser()).expect("a login");
        server.revoke_access_tokens();
        let mark = server.requests().mark();
        for result in world.crowd(count, "me", Ping, || {}) {
            result.expect("a call");
        }
        assert_eq!(since(&server, mark).0, 1, "{}", world.name());
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_crowd_survives_a_first_attempt_that_fails() {
    let server = doorkeeper();
    for (world, count) in World::both(&server, Memory::new()).iter().zip(CROWDS) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        server.expire_derived_tokens();
        server
            .faults()
            .next(Matching::Derived, Fault::Unavailable { retry_after: None });
        let mark = server.requests().mark();
        for result in world.crowd(count, "me", Me, || {}) {
            result.expect("a call");
        }
        assert_eq!(
            since(&server, mark).1,
            2,
            "one failed, one served all: {}",
            world.name()
        );
        world.log_out("me").expect("a logout");
    }
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (world, count) in World::both(&server, Memory::new()).iter().zip(CROWDS) {
        for fault in [
            Fault::Unavailable { retry_after: None },
            Fault::Reset,
            Fault::LostResponse,
        ] {
            server.revoke_access_tokens();
            server.faults().next(Matching::Token, fault);
            let mark = server.requests().mark();
            for result in world.crowd(count, DAEMON, Ping, || {}) {
                result.expect("a call");
            }
            assert_eq!(since(&server, mark).0, 2, "{}", world.name());
        }
    }
}

//! Sessions over a server on loopback: each test runs with the blocking client over ureq and the
//! async client over reqwest.

use std::sync::{Arc, Mutex};

use crate::common::{
    AtServer, Greeting, MAX_WAIT, Me, PASSWORD, Ping, World, browser, doorkeeper, league, since,
};
use auth_core::Store;
use auth_testkit::{Dialect, Fault, Matching, Rotation};
use keystore::Memory;
use worlds::Hooked;

#[test]
fn a_login_by_browser_and_a_call() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        let mark = server.requests().mark();
        let status = world.log_in("me", browser()).expect("a login");
        assert_eq!(status.account.to_string(), "example/app/me");
        assert_eq!(world.status("me").expect("a status"), status);
        assert!(
            status
                .login
                .is_some_and(|login| login.expires_at.is_none() && !login.refreshable)
        );
        assert!(
            status
                .derived
                .is_some_and(|derived| derived.expires_at.is_some())
        );
        assert_eq!(
            world.send("me", Me).expect("a call"),
            r#"{"login":"alice"}"#
        );
        assert_eq!(world.send("me", Ping).expect("a call"), r#"{"ok":true}"#);
        assert_eq!(since(&server, mark), (1, 1, 2), "{}", world.name());
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_session_without_a_login() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        let mark = server.requests().mark();
        let error = world.send("me", Me).expect_err("no login");
        assert!(error.needs_login(), "{error}");
        let error = world.send_anonymously(Me).expect_err("anonymous");
        assert!(error.needs_login(), "{error}");
        assert_eq!(since(&server, mark), (0, 0, 0));
        assert_eq!(
            world.send_anonymously(Greeting).expect("public"),
            r#"{"hello":"stranger"}"#
        );
    }
}

#[test]
fn an_account_never_gets_an_anonymous_response() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        assert_eq!(
            world.send("me", Greeting).expect("a call"),
            r#"{"hello":"alice"}"#
        );
        let error = world
            .send("another account", Greeting)
            .expect_err("not logged in");
        assert!(error.needs_login(), "{error}");
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_crowd_without_a_token_makes_one_request() {
    let server = doorkeeper();
    for (world, count) in World::both(&server, Memory::new())
        .into_iter()
        .zip([64, 1000])
    {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        server.expire_derived_tokens();
        let mark = server.requests().mark();
        let hold = server.hold(Matching::Derived);
        let results = world.crowd(count, "me", Me, || {
            assert!(hold.wait_for(1, MAX_WAIT), "a renewal has started");
            // The service rejects all of them, sooner or later: they still make one renewal.
            drop(hold);
        });
        assert_eq!(results.len(), count);
        for result in results {
            assert_eq!(result.expect("a call"), r#"{"login":"alice"}"#);
        }
        let (token, derived, _) = since(&server, mark);
        assert_eq!((token, derived), (0, 1), "{}", world.name());
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_second_run_needs_no_login() {
    let server = doorkeeper();
    let folder = tempfile::tempdir().expect("a folder");
    let open = || keystore::File::open(folder.path().join("tokens")).expect("a store");
    for again in 0..2 {
        let first = &World::both(&server, open())[again];
        first.log_in_with_password("me", PASSWORD).expect("a login");
        for world in World::both(&server, open()) {
            let mark = server.requests().mark();
            world.send("me", Me).expect("a call");
            assert_eq!(since(&server, mark), (0, 0, 1), "{}", world.name());
        }
    }
}

#[test]
fn a_new_login_revokes_the_one_it_replaces() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        let mark = server.requests().mark();
        world.log_in_with_password("me", PASSWORD).expect("another");
        let kinds: Vec<_> = server
            .requests()
            .since(mark)
            .requests()
            .iter()
            .map(|request| request.path.clone())
            .collect();
        assert_eq!(
            kinds,
            ["/oauth/token", "/oauth/revoke", "/users/api_token"],
            "{}",
            world.name()
        );
        world.send("me", Me).expect("the new one is valid");
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_logout_revokes_and_removes() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        let out = world.log_out("me").expect("a logout");
        assert!(matches!(out.revoked, Some(Ok(()))), "{out:?}");
        assert!(out.derived_lives_until.is_some(), "{out:?}");
        assert!(world.send("me", Me).expect_err("logged out").needs_login());
        let status = world.status("me").expect("a status");
        assert!(
            status.login.is_none() && status.derived.is_none(),
            "{status:?}"
        );
        // Removed also if the server does not respond.
        world.log_in_with_password("me", PASSWORD).expect("a login");
        server.faults().next(Matching::Revoke, Fault::Html500);
        let out = world.log_out("me").expect("a logout");
        assert!(matches!(out.revoked, Some(Err(_))), "{out:?}");
        assert!(world.send("me", Me).expect_err("logged out").needs_login());
    }
}

#[test]
fn an_imported_token_is_valid_until_it_expires() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        let token = server
            .issue_derived_token("alice")
            .expect("a site with derived tokens");
        let status = world
            .import_token("me", &format!(" {token}\n"))
            .expect("a token");
        assert!(status.login.is_none() && status.derived.is_some());
        world.send("me", Me).expect("a call");
        server.expire_derived_tokens();
        let error = world.send("me", Me).expect_err("expired");
        assert!(
            error.needs_login() && error.to_string().contains("copy a new one"),
            "{error}"
        );
        let old = "e30.eyJleHAiOjE3MDAwMDAwMDB9.x";
        let error = world.import_token("me", old).expect_err("expired");
        assert!(error.to_string().contains("Tue, 14 Nov 2023"), "{error}");
    }
}

#[test]
fn a_client_session_requests_a_new_token() {
    for dialect in [Dialect::league_8(), Dialect::league_9()] {
        let server = league(dialect, Rotation::Instant);
        for world in [
            World::blocking(&server, Memory::new()),
            World::asynchronous(&server, Memory::new()),
        ] {
            let mark = server.requests().mark();
            world.send_as_daemon(Ping).expect("a call");
            world.send_as_daemon(Ping).expect("a call");
            assert_eq!(since(&server, mark), (1, 0, 2));
            server.revoke_access_tokens();
            world.send_as_daemon(Ping).expect("a new token");
            assert_eq!(since(&server, mark), (2, 0, 4), "{}", world.name());
            server.faults().next(Matching::Token, Fault::Reset);
            server.revoke_access_tokens();
            world.send_as_daemon(Ping).expect("a retry is safe");
        }
    }
}

#[test]
fn a_rotated_token_is_saved_before_it_is_used() {
    for dialect in [Dialect::league_8(), Dialect::league_9()] {
        let server = league(dialect, Rotation::KillFamily);
        let log = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&log);
        let store = Hooked::new(Memory::new(), move |step| {
            notes.lock().expect("no panic").push(step);
            Ok(())
        });
        for world in World::both(&server, store.clone()) {
            world.log_in("me", browser()).expect("a login");
            for _ in 0..3 {
                server.revoke_access_tokens();
                log.lock().expect("no panic").clear();
                let mark = server.requests().mark();
                world.send("me", Ping).expect("renewed");
                let requests = server.requests().since(mark);
                assert_eq!(
                    (requests.grant("refresh_token"), requests.api()),
                    (1, 2),
                    "{}",
                    world.name()
                );
                // Reads the store, reads it again under the lease, looks for room, and saves before
                // the call continues.
                assert_eq!(
                    *log.lock().expect("no panic"),
                    ["load", "lease", "load", "reserve", "save"]
                );
            }
            world.log_out("me").expect("a logout");
        }
    }
}

#[test]
fn two_programs_share_a_rotating_token() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let folder = tempfile::tempdir().expect("a folder");
    let open = || keystore::File::open(folder.path().join("tokens")).expect("a store");
    // Two clients that share only the store, as two processes do.
    let (one, two) = (
        World::blocking(&server, open()),
        World::asynchronous(&server, open()),
    );
    one.log_in("me", browser()).expect("a login");
    for round in 0..10 {
        server.revoke_access_tokens();
        let mark = server.requests().mark();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| one.crowd(8, "me", Ping, || {}));
            let second = two.crowd(8, "me", Ping, || {});
            for result in first.join().expect("no panic").into_iter().chain(second) {
                result.expect("a call");
            }
        });
        assert_eq!(
            server.requests().since(mark).grant("refresh_token"),
            1,
            "round {round}"
        );
    }
}

#[test]
fn accounts_are_never_mixed() {
    let server = doorkeeper();
    let store = Memory::new();
    for world in World::both(&server, store.clone()) {
        world
            .log_in_with_password("one", PASSWORD)
            .expect("a login");
        world
            .log_in_with_password("two", PASSWORD)
            .expect("a login");
        let text = |account: &str| {
            let key = auth_core::AccountKey::new("example", "app", account);
            store
                .load(&key)
                .expect("a store")
                .expect("a record")
                .as_ref()
                .to_vec()
        };
        assert_ne!(text("one"), text("two"));
        world.log_out("one").expect("a logout");
        world.send("two", Me).expect("still logged in");
        world.log_out("two").expect("a logout");
    }
}

#[test]
fn accounts_of_one_name_in_two_services_are_separate() {
    let (here, there) = (doorkeeper(), doorkeeper());
    let store = Memory::new();
    let (one, two) = (
        World::blocking(&here, store.clone()),
        World::blocking(&there, Memory::new()),
    );
    one.log_in_with_password("me", PASSWORD).expect("a login");
    let mark = there.requests().mark();
    assert!(
        two.send("me", Me)
            .expect_err("another server")
            .needs_login()
    );
    assert_eq!(there.requests().since(mark).total(), 0);
}

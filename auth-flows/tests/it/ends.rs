//! How a login can end, and that `status`, `token`, the same program and a new one say the same.

use auth_core::{Error, ErrorKind, TokenKind};
use auth_flows::Status;
use auth_testkit::{Dialect, Fault, Matching, Rotation, TestServer};
use keystore::{Fallback, Memory, StaticToken};
use worlds::stored;

use crate::common::{AtServer, Me, PASSWORD, Ping, World, browser, doorkeeper, league};

fn token(world: &World, kind: TokenKind) -> Result<(), Error> {
    let token = world.account("me").token(kind);
    token.map(drop)
}

/// Calls until the login has ended for this program.
fn call(world: &World, kind: TokenKind) -> Result<String, Error> {
    match kind {
        TokenKind::Login => world.send("me", Ping),
        _ => world.send("me", Me),
    }
}

/// Checks a dead login from all sides, in the program that found out and in new ones.
fn check_dead(server: &TestServer, kind: TokenKind, store: &Memory, finder: &World, what: &str) {
    let error = call(finder, kind).expect_err(what);
    assert!(error.needs_login(), "{what}: {error}");
    let check = |world: &World, program: &str| {
        let what = format!("{what}, {program}, {}", world.name());
        let mark = server.requests().mark();
        let status = world.status("me").expect(&what);
        assert!(
            status.needs_login() && !status.is_logged_in(),
            "{what}: {status:?}"
        );
        assert!(
            status.login.is_some() || status.derived.is_some(),
            "the record stays"
        );
        for _ in 0..3 {
            let checked = world.account("me").check();
            let error = checked.expect_err(&what);
            assert!(error.needs_login(), "{what}: {error}");
            let error = token(world, kind).expect_err(&what);
            assert!(error.needs_login(), "{what}: {error}");
            let error = call(world, kind).expect_err(&what);
            assert!(error.needs_login(), "{what}: {error}");
        }
        assert_eq!(
            server.requests().since(mark).total(),
            0,
            "{what}: asked in vain"
        );
    };
    check(finder, "the same program");
    check(&World::blocking(server, store.clone()), "a new program");
    check(&World::asynchronous(server, store.clone()), "a new program");
    // The idiom of all guides recovers by itself.
    let again = World::blocking(server, store.clone());
    if again.status("me").expect(what).needs_login() {
        again.log_in("me", browser()).expect(what);
    }
    call(&again, kind).expect(what);
    call(finder, kind).expect("the other program finds the new login");
    for world in [&again, finder] {
        token(world, kind).expect(what);
        assert!(world.status("me").expect(what).is_logged_in(), "{what}");
    }
}

#[test]
fn a_login_that_the_server_ended_is_not_called_alive() {
    for rotation in [Rotation::Instant, Rotation::KillFamily] {
        let server = league(Dialect::league_9(), rotation);
        let store = Memory::new();
        for world in World::both(&server, store.clone()) {
            world.log_in("me", browser()).expect("a login");
            server.revoke_all();
            check_dead(
                &server,
                TokenKind::Login,
                &store,
                &world,
                "refresh token revoked",
            );
        }
    }
    let server = doorkeeper();
    let store = Memory::new();
    for world in World::both(&server, store.clone()) {
        world.log_in("me", browser()).expect("a login");
        world.send("me", Me).expect("a derived token");
        server.revoke_all();
        server.expire_derived_tokens();
        check_dead(&server, TokenKind::Derived, &store, &world, "login revoked");
        check_dead_again(&server, &world);
    }
}

/// The next login dies within the minute of the last one's verdict.
fn check_dead_again(server: &TestServer, world: &World) {
    server.revoke_all();
    server.expire_derived_tokens();
    assert!(world.send("me", Me).expect_err("dead").needs_login());
    assert!(world.status("me").expect("a status").needs_login());
    world.log_in("me", browser()).expect("a login");
}

/// The service accepted a new token moments ago, so that its next rejection alone would say
/// little: what is known of the login counts.
#[test]
fn a_login_that_the_server_ended_right_after_a_renewal_is_not_called_alive() {
    for rotation in [Rotation::Instant, Rotation::KillFamily] {
        let server = league(Dialect::league_9(), rotation);
        let store = Memory::new();
        for world in World::both(&server, store.clone()) {
            world.log_in("me", browser()).expect("a login");
            for _ in 0..2 {
                world.send("me", Ping).expect("a call");
                server.revoke_access_tokens();
            }
            world.send("me", Ping).expect("a renewed token");
            server.revoke_all();
            let what = "revoked after a renewal";
            check_dead(&server, TokenKind::Login, &store, &world, what);
        }
    }
    let server = doorkeeper();
    let store = Memory::new();
    for world in World::both(&server, store.clone()) {
        world.log_in("me", browser()).expect("a login");
        world.send("me", Me).expect("a derived token");
        server.expire_derived_tokens();
        world.send("me", Me).expect("a new derived token");
        server.revoke_all();
        server.expire_derived_tokens();
        let what = "login revoked after a renewal";
        check_dead(&server, TokenKind::Derived, &store, &world, what);
    }
}

/// The API token outlives the login that it was derived from: calls work, but the login is over.
#[test]
fn a_login_that_the_server_ended_is_needed_while_its_derived_token_lives() {
    let server = doorkeeper();
    let store = Memory::new();
    for world in World::both(&server, store.clone()) {
        world.log_in("me", browser()).expect("a login");
        world.send("me", Me).expect("a derived token");
        server.revoke_all();
        assert!(world.send("me", Ping).expect_err("dead").needs_login());
        let later = World::both(&server, store.clone());
        for program in later.iter().chain([&world]) {
            let status = program.status("me").expect("a status");
            assert!(status.login.as_ref().expect("stored").rejected);
            assert!(status.needs_login(), "{status:?}");
            assert!(status.is_logged_in(), "the derived token lives: {status:?}");
            program.send("me", Me).expect("and serves");
        }
        // The idiom of all guides recovers by itself.
        later[0].log_in("me", browser()).expect("a login");
        for program in later.iter().chain([&world]) {
            program.send("me", Ping).expect("the new login");
            let status = program.status("me").expect("a status");
            assert!(status.is_logged_in() && !status.needs_login(), "{status:?}");
        }
    }
}

#[test]
fn an_imported_token_that_the_service_rejects_is_not_called_alive() {
    let server = doorkeeper();
    let store = Memory::new();
    for world in World::both(&server, store.clone()) {
        let text = server.issue_derived_token("alice").expect("a token");
        world.import_token("me", &text).expect("imported");
        world.send("me", Me).expect("it works");
        server.expire_derived_tokens();
        check_dead(&server, TokenKind::Derived, &store, &world, "imported");
    }
}

#[test]
fn a_login_that_was_rejected_by_mistake_comes_back() {
    let server = doorkeeper();
    let store = Memory::new();
    for world in World::both(&server, store.clone()) {
        world.log_in("me", browser()).expect("a login");
        world.send("me", Me).expect("a derived token");
        let refused = || Fault::Respond {
            status: 401,
            content_type: "application/json".into(),
            body: "{}".into(),
        };
        server.faults().always(Matching::Api, refused());
        server.faults().always(Matching::Derived, refused());
        assert!(world.send("me", Me).expect_err("rejected").needs_login());
        assert!(world.status("me").expect("a status").needs_login());
        server.faults().clear();
        // A later program, whose clock is past the minute for which the verdict is believed.
        let key = world.status("me").expect("a status").account;
        stored::age_verdicts(&store, &key).expect("aged");
        let later = World::blocking(&server, store.clone());
        assert!(
            later.status("me").expect("a status").needs_login(),
            "still noted"
        );
        later.send("me", Me).expect("accepted again");
        assert!(
            later.status("me").expect("a status").is_logged_in(),
            "and noted"
        );
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_token_that_merely_expired_is_not_called_refused() {
    let server = league(Dialect::league_9(), Rotation::Off);
    let store = Memory::new();
    let first = World::blocking(&server, store.clone());
    let key = first.log_in("me", browser()).expect("a login").account;
    stored::age_token(&store, &key, TokenKind::Login, 7200).expect("aged");
    for world in World::both(&server, store) {
        let mark = server.requests().mark();
        let error = world.send("me", Ping).expect_err("expired");
        assert!(error.needs_login(), "{error}");
        assert!(error.to_string().contains("has expired"), "{error}");
        assert_eq!(server.requests().since(mark).total(), 0);
        let status = world.status("me").expect("a status");
        assert!(status.needs_login(), "{status:?}");
        let login = status.login.expect("it is stored");
        assert!(login.expired && !login.rejected, "{login:?}");
    }
    // A token of the environment that has expired: told by the status, not an error of it.
    let server = doorkeeper();
    let expired = "e30.eyJleHAiOjE3MDAwMDAwMDB9.x";
    let only = StaticToken::new(expired);
    for world in [
        World::blocking(&server, only.clone()),
        World::asynchronous(&server, only),
    ] {
        let status: Status = world.status("me").expect("a status");
        let derived = status.derived.as_ref().expect("the token");
        assert!(derived.expired && status.needs_login(), "{status:?}");
        let error = world.send("me", Me).expect_err("expired");
        assert_eq!(error.kind(), ErrorKind::NeedsLogin, "{error}");
        assert!(error.to_string().contains("copy a new one"), "{error}");
    }
    // Passed over, if the program says so: the login behind it is used.
    let file = Memory::new();
    let first = World::blocking(&server, file.clone());
    first.log_in_with_password("me", PASSWORD).expect("a login");
    let token = StaticToken::new(expired).with_expired_skipped();
    let world = World::blocking(&server, Fallback::new(token).or(file));
    assert!(world.status("me").expect("a status").is_logged_in());
    world.send("me", Me).expect("by the login behind it");
}

//! What one host knows and another one does not: two hosts at one engine, in both orders of the worlds.

use auth_core::TokenKind;
use auth_testkit::{Dialect, Fault, Matching, Rotation, TestServer};

use crate::{
    common::{AtServer, Me, Ping, World, browser, doorkeeper, league},
    engine::{Engine, EngineState, Host},
    outages::pairs,
};

type Hosts = [(World, Host); 2];

/// Runs the check with two hosts that know one login.
fn each(server: &TestServer, check: impl Fn(&Engine, &Hosts)) {
    for (engine, hosts) in pairs(server) {
        hosts[0].0.log_in("me", browser()).expect("a login");
        let served = match server.derived_endpoint() {
            Some(_) => hosts[1].0.send("me", Me),
            None => hosts[1].0.send("me", Ping),
        };
        served.expect("the stored login");
        check(&engine, &hosts);
    }
}

fn generation(world: &World, kind: TokenKind) -> u64 {
    let token = world.account("me").token(kind);
    token.expect("a token").generation()
}

#[test]
fn a_login_at_one_host_ends_the_refusals_of_the_other() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    each(&server, |_, [(a, _), (b, _)]| {
        server.revoke_all();
        for world in [a, b, a, b] {
            let error = world.send("me", Ping).expect_err("it has ended");
            assert!(error.needs_login(), "{error}");
            assert!(world.status("me").expect("a status").needs_login());
        }
        b.log_in("me", browser()).expect("a login");
        a.send("me", Ping).expect("the login of the other host");
        assert!(!a.status("me").expect("a status").needs_login());
        assert_eq!(
            generation(a, TokenKind::Login),
            generation(b, TokenKind::Login)
        );
    });
}

#[test]
fn a_renewal_at_one_host_ends_the_pause_of_the_other() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    each(&server, |_, [(a, _), (b, _)]| {
        server.revoke_access_tokens();
        let faults = server.faults();
        faults.next(Matching::Grant("refresh_token"), Fault::Html500);
        a.send("me", Ping).expect_err("trouble");
        let error = a.send("me", Ping).expect_err("a pause");
        assert!(error.retry_after().is_some(), "{error}");
        b.send("me", Ping).expect("it went away");
        a.send("me", Ping).expect("the token of the other host");
    });
}

#[test]
fn a_token_that_one_host_replaces_is_followed_by_the_other() {
    let server = doorkeeper();
    each(&server, |_, [(a, _), (b, _)]| {
        for _ in 0..3 {
            for (one, other) in [(a, b), (b, a)] {
                let session = one.account("me");
                session.invalidate(TokenKind::Derived).expect("a token");
                one.send("me", Me).expect("a new token");
                other.send("me", Me).expect("either");
            }
        }
        server.expire_derived_tokens();
        a.send("me", Me).expect("renewed");
        b.send("me", Me).expect("the same one");
        let kind = TokenKind::Derived;
        assert_eq!(generation(a, kind), generation(b, kind));
    });
}

#[test]
fn a_status_is_that_of_the_store() {
    // It revokes the token of a login that ends. Without that a token in memory serves for a minute.
    let server = doorkeeper();
    each(&server, |_, [(a, _), (b, _)]| {
        b.log_out("me").expect("a logout");
        let status = a.status("me").expect("a status");
        assert!(!status.is_logged_in() && status.needs_login(), "{status:?}");
        let error = a.send("me", Ping).expect_err("logged out");
        assert!(error.needs_login(), "{error}");
        b.log_in("me", browser()).expect("a login");
        assert!(a.status("me").expect("a status").is_logged_in());
        a.send("me", Ping).expect("the new login");
        // The other host logs out what it never used.
        a.log_out("me").expect("a logout");
        assert!(b.send("me", Ping).expect_err("logged out").needs_login());
        assert!(b.log_out("me").is_ok(), "again");
    });
}

#[test]
fn a_host_that_ends_saves_nothing_over_a_logout_or_a_login() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for log_in in [false, true] {
        for (engine, [(a, to_a), (b, _)]) in pairs(&server) {
            a.log_in("me", browser()).expect("a login");
            to_a.set(EngineState::SavesFail);
            let session = a.account("me");
            session.invalidate(TokenKind::Login).expect("a token");
            session.token(TokenKind::Login).expect("a new one");
            to_a.set(EngineState::Refused);
            engine.end_leases();
            b.log_out("me").expect("a logout");
            if log_in {
                b.log_in("me", browser()).expect("a login");
            }
            to_a.set(EngineState::Open);
            drop((session, a));
            let stored = engine.record().and_then(|record| {
                let token = record.token(TokenKind::Login)?;
                Some(token.generation())
            });
            let own = log_in.then(|| generation(&b, TokenKind::Login));
            assert_eq!(stored, own);
        }
    }
}

#[test]
fn a_host_that_is_cut_off_serves_and_says_that_it_may_be_tried_again() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    each(&server, |_, [(a, to_a), (b, _)]| {
        to_a.set(EngineState::Refused);
        a.send("me", Ping).expect("from memory");
        // The other one renews; the token of this one ends with that.
        b.account("me")
            .invalidate(TokenKind::Login)
            .expect("a token");
        b.send("me", Ping).expect("renewed");
        let error = a.send("me", Ping).expect_err("it cannot follow");
        assert!(error.is_retryable() && !error.needs_login(), "{error}");
        to_a.set(EngineState::Open);
        a.send("me", Ping).expect("the token of the other host");
        assert!(a.status("me").expect("a status").is_logged_in());
    });
}

#[test]
fn a_replica_that_was_behind_costs_no_login() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    each(&server, |engine, [(a, _), (b, _)]| {
        let replica = engine.replica();
        let renew = || {
            let session = a.account("me");
            session.invalidate(TokenKind::Login).expect("a token");
            a.send("me", Ping).expect("a new token");
            generation(a, TokenKind::Login)
        };
        let lost = renew();
        engine.fail_over(&replica);
        // With the refresh token that the engine has lost: the one before it has ended.
        assert!(renew() > lost);
        b.send("me", Ping).expect("the stored token");
        let kind = TokenKind::Login;
        assert_eq!(generation(a, kind), generation(b, kind));

        // A host that only reads what is stored saves it again.
        engine.fail_over(&replica);
        let status = a.status("me").expect("a status");
        assert!(
            !status.needs_login() && status.unsaved.is_none(),
            "{status:?}"
        );
        let stored = engine.record().expect("a record");
        let stored = stored.token(kind).expect("a login").generation();
        assert_eq!(stored, generation(a, kind));
        b.send("me", Ping).expect("the same token");
    });
}

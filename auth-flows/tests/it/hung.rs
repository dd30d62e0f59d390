//! A host hangs inside a save for longer than its lease lasts. When it goes on, the store refuses the
//! save, and the host finds out at once what holds: its own token, or what another host has stored.
//! A save that is refused for another reason keeps its lease.

use std::{
    thread,
    time::{Duration, Instant, SystemTime},
};

use auth_core::{Error, Operation, Store, TokenKind, UnixTime};
use auth_testkit::{Dialect, Fault, Matching, Rotation, TestServer};

use crate::{
    common::{
        AtServer, MAX_WAIT, Me, Ping, World, browser, doorkeeper, league, renewing_doorkeeper,
    },
    engine::{Engine, EngineState, Host},
    outages::{self, counted, pairs, refreshes, stored, until},
};

/// Runs this at the first host. It hangs at the save after a request of this kind, while the other one
/// does something.
fn hang_at_the_save<T: Send>(
    server: &TestServer,
    matching: Matching,
    (engine, to_a): (&Engine, &Host),
    run: impl FnOnce() -> T + Send,
    meanwhile: impl FnOnce(),
) -> T {
    let hold = server.hold(matching);
    thread::scope(|scope| {
        let running = scope.spawn(run);
        assert!(hold.wait_for(1, MAX_WAIT), "it has begun");
        to_a.set(EngineState::Silent);
        let before = to_a.operations();
        hold.release();
        while to_a.operations() == before {
            thread::yield_now(); // until it is at the save
        }
        engine.end_leases();
        meanwhile();
        to_a.set(EngineState::Open);
        running.join().expect("no panic")
    })
}

/// A renewal of the login token at the first host, which hangs at its save.
fn renew(
    server: &TestServer,
    engine: &Engine,
    (a, to_a): &(World, Host),
    meanwhile: impl FnOnce(),
) -> Result<String, Error> {
    server.revoke_access_tokens();
    let call = || a.send("me", Ping);
    hang_at_the_save(server, Matching::Token, (engine, to_a), call, meanwhile)
}

/// The host uses what is stored, and has nothing else.
fn follows(a: &World, engine: &Engine, kind: TokenKind) {
    let token = a.account("me").token(kind).expect("a token");
    assert_eq!(stored(engine, kind), Some(token.generation()));
    let status = a.status("me").expect("a status");
    assert!(
        status.unsaved.is_none() && status.is_logged_in(),
        "{status:?}"
    );
}

/// Both hosts know the login.
fn logged_in<O: Operation<Output = String> + Copy + Send + Sync>(
    hosts: &[(World, Host); 2],
    operation: O,
) {
    hosts[0].0.log_in("me", browser()).expect("a login");
    hosts[1].0.send("me", operation).expect("the stored login");
}

#[test]
fn a_token_that_succeeded_the_stored_one_is_saved_at_once() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        logged_in(&hosts, Ping);
        let old = stored(&engine, TokenKind::Login);
        let b = &hosts[1].0;
        let refused = || {
            let error = b.send("me", Ping).expect_err("the old one was used up");
            assert!(error.needs_login(), "{error}");
        };
        renew(&server, &engine, &hosts[0], refused).expect("the new token");
        // Nothing else has asked the store since.
        let new = stored(&engine, TokenKind::Login);
        assert!(new > old, "{new:?} after {old:?}");
        follows(&hosts[0].0, &engine, TokenKind::Login);
        b.send("me", Ping).expect("the token that was saved");
    }
}

#[test]
fn a_login_elsewhere_is_used_at_once() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        logged_in(&hosts, Ping);
        let b = &hosts[1].0;
        let log_in = || drop(b.log_in("me", browser()).expect("a login"));
        renew(&server, &engine, &hosts[0], log_in).expect("the new login");
        follows(&hosts[0].0, &engine, TokenKind::Login);
        follows(b, &engine, TokenKind::Login);
    }
}

#[test]
fn a_logout_elsewhere_holds_at_once() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        logged_in(&hosts, Ping);
        let (a, b) = (&hosts[0].0, &hosts[1].0);
        let log_out = || drop(b.log_out("me").expect("a logout"));
        let error = renew(&server, &engine, &hosts[0], log_out).expect_err("logged out");
        assert!(error.needs_login(), "{error}");
        assert!(engine.record().is_none(), "nothing was saved again");
        let error = a.account("me").token(TokenKind::Login);
        assert!(error.expect_err("logged out").needs_login());
        assert!(a.status("me").expect("a status").unsaved.is_none());
    }
}

#[test]
fn a_derived_token_of_a_login_before_is_not_saved_over_the_new_one() {
    let server = doorkeeper();
    for (engine, hosts) in pairs(&server) {
        logged_in(&hosts, Me);
        let [(a, to_a), (b, _)] = &hosts;
        server.expire_derived_tokens();
        let log_in = || drop(b.log_in("me", browser()).expect("a login"));
        let (at, call) = ((&engine, to_a), || a.send("me", Me));
        let called = hang_at_the_save(&server, Matching::Derived, at, call, log_in);
        called.expect("the new login");
        follows(a, &engine, TokenKind::Derived);
        follows(a, &engine, TokenKind::Login);
        follows(b, &engine, TokenKind::Derived);
    }
}

#[test]
fn of_two_logins_the_later_one_holds() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        logged_in(&hosts, Ping);
        let [(a, to_a), (b, _)] = &hosts;
        let log_in = || drop(b.log_in("me", browser()).expect("a login"));
        let hang = |meanwhile: &dyn Fn()| {
            let call = || a.log_in("me", browser());
            hang_at_the_save(&server, Matching::Token, (&engine, to_a), call, meanwhile)
        };
        let status = hang(&log_in);
        assert!(status.expect("a login").is_logged_in());
        follows(a, &engine, TokenKind::Login);
        follows(b, &engine, TokenKind::Login);
        a.send("me", Ping).expect("the later login");
        // Logged out while the person logs in: the login of before has ended, not the new one.
        let log_out = || drop(b.log_out("me").expect("a logout"));
        let error = hang(&log_out);
        assert!(error.expect_err("logged out").needs_login());
        assert!(engine.record().is_none());
    }
}

#[test]
fn a_login_that_a_later_one_replaced_is_revoked_and_told() {
    let server = doorkeeper();
    for works in [true, false] {
        for (engine, [(a, to_a), (b, _)]) in pairs(&server) {
            let (a, counters) = counted(a);
            b.log_in("me", browser()).expect("a login");
            let before = server.requests().revoke();
            let meanwhile = || {
                let status = b.log_in("me", browser()).expect("a later login");
                assert!(!status.is_replaced());
                if !works {
                    server.faults().next(Matching::Revoke, Fault::Html500);
                }
            };
            let call = || a.log_in("me", browser());
            let at = (&engine, &to_a);
            let status = hang_at_the_save(&server, Matching::Token, at, call, meanwhile);
            let status = status.expect("the later login holds");
            assert!(status.is_replaced() && status.is_logged_in(), "{status:?}");
            // That of the login before, and that of the one that was replaced.
            assert_eq!(server.requests().revoke(), before + 2);
            let counts = counters.read();
            assert_eq!((counts.logins, counts.logins_replaced), (0, 1));
            follows(&a, &engine, TokenKind::Login);
            a.send("me", Me).expect("the later login");
            assert!(!a.status("me").expect("a status").is_replaced());
            // A logout does not reach a login that is not saved yet.
            let before = server.requests().revoke();
            let meanwhile = || drop(b.log_out("me").expect("a logout"));
            let call = || a.log_in("me", browser());
            let result = hang_at_the_save(&server, Matching::Token, at, call, meanwhile);
            assert!(result.expect_err("logged out").needs_login());
            assert_eq!(server.requests().revoke(), before + 2);
        }
    }
}

#[test]
fn a_login_in_a_renewal_that_a_later_one_replaced_is_told_once() {
    let server = doorkeeper();
    for (engine, [(a, to_a), (b, _)]) in pairs(&server) {
        let (a, counters) = counted(a);
        let session = a.account("me").with_login(browser());
        let before = server.requests().revoke();
        let meanwhile = || drop(b.log_in("me", browser()).expect("a later login"));
        let at = (&engine, &to_a);
        let call = || session.send(Me);
        let called = hang_at_the_save(&server, Matching::Token, at, call, meanwhile);
        called.expect("the later login");
        assert_eq!(server.requests().revoke(), before + 1);
        let counts = counters.read();
        assert_eq!(
            (counts.logins, counts.logins_replaced, counts.logins_failed),
            (0, 1, 0)
        );
        follows(&a, &engine, TokenKind::Login);
    }
}

#[test]
fn a_login_that_was_replaced_before_it_could_be_saved_is_told() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, [(a, to_a), (b, _)]) in pairs(&server) {
        let (a, counters) = counted(a);
        b.log_in("me", browser()).expect("a login");
        to_a.set(EngineState::SavesFail);
        a.log_in("me", browser()).expect_err("it is not saved");
        to_a.set(EngineState::Refused);
        engine.end_leases();
        b.log_in("me", browser()).expect("a later login");
        to_a.set(EngineState::Open);
        until("the event", || {
            a.send("me", Ping).expect("a login");
            counters.read().logins_replaced == 1
        });
        assert_eq!(counters.read().unsaved, 0);
        follows(&a, &engine, TokenKind::Login);
        // A token that is saved late replaces no login.
        to_a.set(EngineState::SavesFail);
        outages::renew(&a, "me");
        to_a.set(EngineState::Open);
        a.send("me", Ping).expect("the new token");
        until("it is saved", || counters.read().unsaved == 0);
        assert_eq!(counters.read().logins_replaced, 1);
    }
}

#[test]
fn a_renewed_token_of_a_login_that_was_replaced_is_revoked() {
    let server = renewing_doorkeeper();
    for (engine, hosts) in pairs(&server) {
        logged_in(&hosts, Ping);
        let b = &hosts[1].0;
        let log_in = || drop(b.log_in("me", browser()).expect("a login"));
        let before = server.requests().revoke();
        renew(&server, &engine, &hosts[0], log_in).expect("the new login");
        assert_eq!(server.requests().revoke(), before + 2);
        follows(&hosts[0].0, &engine, TokenKind::Login);
        b.send("me", Ping).expect("the new login");
    }
}

/// Otherwise the other host would send the old refresh token, and the server would end the login.
#[test]
fn a_token_that_the_store_refuses_stays_under_its_lease() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let mut waiting = Vec::new();
    for (engine, [(a, to_a), (b, to_b)]) in pairs(&server) {
        let (a, counters) = counted(a);
        a.log_in("me", browser()).expect("a login");
        b.send("me", Ping).expect("the stored login");
        to_a.set(EngineState::SavesRefused);
        outages::renew(&a, "me");
        waiting.push((engine, a, to_a, counters, b, to_b));
    }
    let sent = refreshes(&server);
    // Two attempts of the background.
    let end = Instant::now() + Duration::from_millis(2500);
    while Instant::now() < end {
        for (engine, _, _, counters, _, to_b) in &waiting {
            assert_eq!(counters.read().unsaved, 1);
            let lease = to_b.try_lease(&engine.key()).expect("an engine");
            assert!(lease.is_none(), "the lease was given back");
        }
        thread::sleep(Duration::from_millis(5));
    }
    for (_, _, to_a, counters, b, _) in &waiting {
        to_a.set(EngineState::Open);
        until("it is saved", || counters.read().unsaved == 0);
        b.send("me", Ping).expect("the token that was saved");
    }
    assert_eq!(refreshes(&server), sent, "no further renewal");
}

/// The derived token of the record was refused once: that says nothing of a new login token.
#[test]
fn a_renewed_token_is_kept_although_the_record_has_an_old_refusal() {
    let server = renewing_doorkeeper();
    for state in [EngineState::SavesFail, EngineState::SavesRefused] {
        for (engine, [(a, to_a), (b, _)]) in pairs(&server) {
            let (a, counters) = counted(a);
            a.log_in("me", browser()).expect("a login");
            let mut record = engine.record().expect("a record");
            let now = UnixTime::from_system(SystemTime::now());
            record.set_rejected(TokenKind::Derived, Some(now));
            assert!(record.rejected(TokenKind::Derived).is_some(), "{record:?}");
            let lease = to_a.try_lease(&engine.key()).expect("open").expect("free");
            to_a.save(&lease, &record.to_text()).expect("saved");
            drop(lease);
            let before = stored(&engine, TokenKind::Login);
            to_a.set(state);
            outages::renew(&a, "me");
            // Under its lease, before anything else looks.
            assert_eq!(counters.read().unsaved, 1, "{state:?}");
            to_a.set(EngineState::Open);
            a.account("me").token(TokenKind::Login).expect("saved now");
            until("it is saved", || stored(&engine, TokenKind::Login) > before);
            b.account("me")
                .token(TokenKind::Login)
                .expect("the new token");
        }
    }
}

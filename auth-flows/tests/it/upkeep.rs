//! What keeps an account logged in: a login by itself, cached refusals, invalidated tokens, tokens
//! that must last.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store, TokenKind};
use auth_flows::Login;
use auth_testkit::{Dialect, Matching, Rotation, TestServer, person::Person};
use keystore::Memory;

use crate::common::{
    AtServer, MAX_WAIT, Me, PASSWORD, Ping, World, browser, doorkeeper, league, since,
};

/// A login that counts how often it opened the browser.
fn counted(opened: &Arc<AtomicUsize>, says_yes: bool) -> Login {
    let opened = Arc::clone(opened);
    Login::browser(|_| {}).timeout(MAX_WAIT).open(move |url| {
        opened.fetch_add(1, SeqCst);
        let person = Person::new("alice", PASSWORD);
        let person = if says_yes { person } else { person.denies() };
        let back = person.visit(url)?.into_redirect()?;
        person.follow(&back).map(|_| ())
    })
}

#[test]
fn a_session_with_a_login_starts_it_once() {
    let server = doorkeeper();
    for (world, count) in World::both(&server, Memory::new()).iter().zip([64, 1000]) {
        let opened = Arc::new(AtomicUsize::new(0));
        let session = world.account("me").with_login(counted(&opened, true));
        let check = |browsers: usize, requests: (usize, usize)| {
            let mark = server.requests().mark();
            for result in session.crowd(count, Me, || {}) {
                assert_eq!(result.expect("a call"), r#"{"login":"alice"}"#);
            }
            let (token, derived, _) = since(&server, mark);
            assert_eq!(opened.swap(0, SeqCst), browsers, "{}", world.name());
            assert_eq!((token, derived), requests, "{}", world.name());
        };
        // Before the first call; not again; and when the login was revoked.
        check(1, (1, 1));
        check(0, (0, 0));
        server.revoke_all();
        server.expire_derived_tokens();
        check(1, (1, 2));
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_refused_login_is_not_started_again() {
    let server = doorkeeper();
    for world in &World::both(&server, Memory::new()) {
        let opened = Arc::new(AtomicUsize::new(0));
        let session = world.account("me").with_login(counted(&opened, false));
        for _ in 0..3 {
            let error = session.send(Me).expect_err("said no");
            assert_eq!(error.kind(), ErrorKind::ConsentDenied, "{error}");
        }
        assert_eq!(opened.load(SeqCst), 1, "{}", world.name());
        // Until the program starts a login itself.
        world.log_in("me", browser()).expect("a login");
        session.send(Me).expect("logged in");
        let again = world.account("other").with_login(counted(&opened, true));
        again.send(Me).expect("another session starts its own");
        assert_eq!(opened.load(SeqCst), 2);
        world.log_out("me").expect("a logout");
        world.log_out("other").expect("a logout");
    }
}

#[test]
fn many_calls_with_a_revoked_login_make_one_request() {
    let servers: [(TestServer, (usize, usize)); 2] = [
        (doorkeeper(), (0, 1)),
        (league(Dialect::league_9(), Rotation::Instant), (1, 0)),
    ];
    for (server, expect) in &servers {
        for world in &World::both(server, Memory::new()) {
            world.log_in("me", browser()).expect("a login");
            server.revoke_all();
            server.expire_derived_tokens();
            let mark = server.requests().mark();
            for _ in 0..20 {
                let error = match expect.1 {
                    0 => world.send("me", Ping).expect_err("dead"),
                    _ => world.send("me", Me).expect_err("dead"),
                };
                assert!(error.needs_login(), "{error}");
            }
            let (token, derived, _) = since(server, mark);
            assert_eq!((token, derived), *expect, "{}", world.name());
            // A new login takes effect at once.
            world.log_in("me", browser()).expect("a login");
            world.send("me", Ping).expect("a call");
            world.log_out("me").expect("a logout");
        }
    }
}

#[test]
fn a_wrong_password_is_tried_once() {
    let server = doorkeeper();
    for world in &World::both(&server, Memory::new()) {
        let wrong = world.account("me").with_password("alice", "not this one");
        let mark = server.requests().mark();
        for _ in 0..10 {
            let error = wrong.send(Me).expect_err("wrong");
            assert_eq!(error.kind(), ErrorKind::BadCredentials, "{error}");
        }
        assert_eq!(since(&server, mark).0, 1, "{}", world.name());
        let right = world.account("me").with_password("alice", PASSWORD);
        right.send(Me).expect("another password is another attempt");
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn an_invalidated_token_is_renewed() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    let store = Memory::new();
    for world in &World::both(&server, store.clone()) {
        world.log_in("me", browser()).expect("a login");
        let session = world.account("me");
        session.send(Ping).expect("a call");
        let mark = server.requests().mark();
        session.invalidate(TokenKind::Login).expect("known");
        for _ in 0..3 {
            session.send(Ping).expect("a call");
        }
        assert_eq!(
            server.requests().since(mark).grant("refresh_token"),
            1,
            "{}",
            world.name()
        );
        // Also a token that is stored, but not in memory.
        let other = &World::both(&server, store.clone())[0];
        let fresh = other.account("me");
        fresh.invalidate(TokenKind::Login).expect("stored");
        fresh.send(Ping).expect("a call");
        assert_eq!(
            server.requests().since(mark).grant("refresh_token"),
            2,
            "{}",
            world.name()
        );
        let unknown = world.account("unknown");
        unknown.invalidate(TokenKind::Login).expect("nothing to do");
        other.log_out("me").expect("a logout");
    }
}

#[test]
fn a_token_for_another_program_lasts() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    let day = Duration::from_secs(86_400);
    for world in &World::both(&server, Memory::new()) {
        world.log_in("me", browser()).expect("a login");
        let session = world.account("me");
        let mark = server.requests().mark();
        let check = |at_least: Duration, renewals: usize| {
            let token = session
                .token_for(TokenKind::Login, at_least)
                .expect("a token");
            assert!(!token.expose_secret().is_empty());
            let renewed = server.requests().since(mark).grant("refresh_token");
            assert_eq!(renewed, renewals, "{at_least:?} {}", world.name());
        };
        check(Duration::ZERO, 0);
        check(Duration::from_secs(1800), 0);
        // Just below the whole lifetime, of which this token has used a part.
        thread::sleep(Duration::from_millis(20));
        check(Duration::from_millis(3_599_990), 1);
        // Longer than the lifetime: returned as it is, without a renewal at each call.
        check(day, 1);
        check(day, 1);
        world.log_out("me").expect("a logout");
    }
}

/// A store that holds a plain token.
#[derive(Clone)]
struct PlainToken(String);

impl Store for PlainToken {
    fn load(&self, _: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        Ok(Some(SecretBytes::new(self.0.clone().into_bytes())))
    }
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(Some(Lease::new(key.clone(), ())))
    }
    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Err(Error::new(
            ErrorKind::Configuration,
            "this store is read-only",
        ))
    }
    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Err(Error::new(
            ErrorKind::Configuration,
            "this store is read-only",
        ))
    }
    fn describe(&self) -> String {
        "a note on the screen".to_owned()
    }
    fn holds_plain_token(&self) -> bool {
        true
    }
}

#[test]
fn a_stored_plain_token_is_valid() {
    let server = doorkeeper();
    let token = server.issue_derived_token("alice").expect("a token");
    for world in &World::both(&server, PlainToken(token.clone())) {
        let mark = server.requests().mark();
        for _ in 0..3 {
            world.send("me", Me).expect("a call");
        }
        assert_eq!(since(&server, mark), (0, 0, 3), "{}", world.name());
        let status = world.status("me").expect("a status");
        assert!(
            status
                .derived
                .is_some_and(|token| token.expires_at.is_some())
        );
        assert_eq!(status.store, "a note on the screen");
    }
    let expired = PlainToken("e30.eyJleHAiOjE3MDAwMDAwMDB9.x".to_owned());
    for world in &World::both(&server, expired) {
        let mark = server.requests().mark();
        let error = world.send("me", Me).expect_err("expired");
        assert!(
            error.needs_login() && error.to_string().contains("copy a new one"),
            "{error}"
        );
        assert_eq!(since(&server, mark), (0, 0, 0), "nothing was sent");
    }
    server.expire_derived_tokens();
    for world in &World::both(&server, PlainToken(token)) {
        let error = world.send("me", Me).expect_err("refused");
        assert!(
            error.needs_login() && error.to_string().contains("copy a new one"),
            "{error}"
        );
    }
    let torn = PlainToken("{\"version\":1,\"login\":{\"acc".to_owned());
    for world in &World::both(&server, torn) {
        let error = world.send("me", Me).expect_err("a torn record");
        assert_eq!(error.kind(), ErrorKind::Store, "{error}");
    }
}

#[test]
fn a_caller_that_is_cancelled_costs_the_others_nothing() {
    let server = doorkeeper();
    let World::Async(client, runtime) = World::asynchronous(&server, Memory::new()) else {
        panic!("async");
    };
    runtime.block_on(async {
        let session = client.account("me");
        session
            .log_in_with_password("alice", PASSWORD)
            .await
            .expect("a login");
        server.expire_derived_tokens();
        let mark = server.requests().mark();
        let hold = server.hold(Matching::Derived);
        let first = tokio::spawn({
            let session = session.clone();
            async move { session.send(Me).await }
        });
        let waiting = tokio::task::spawn_blocking(move || {
            assert!(hold.wait_for(1, MAX_WAIT), "a renewal has started");
            hold
        });
        let hold = waiting.await.expect("no panic");
        let others: Vec<_> = (0..1000)
            .map(|_| {
                let session = session.clone();
                tokio::spawn(async move { session.send(Me).await })
            })
            .collect();
        // Cancels the caller that started the renewal, while it runs.
        first.abort();
        assert!(first.await.is_err(), "cancelled");
        drop(hold);
        for other in others {
            other.await.expect("no panic").expect("a call");
        }
        assert_eq!(
            since(&server, mark).1,
            1,
            "one renewal, though its caller was cancelled"
        );
        session.log_out().await.expect("a logout");
    });
}

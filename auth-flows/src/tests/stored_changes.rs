//! What another program does to the stored record: a token in memory is used for a minute, then the
//! record is looked at. The real drivers, on a clock of the test's own.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{
    AccountKey, Error, ErrorKind, Lease, Lifetime, Request, Response, SecretBytes, Store,
    TokenKind, TokenRecord, TokenResponse, TransportError,
};
use keystore::Memory;

use super::{
    example::{Ask, TOKEN_URL, response, service},
    world::{AskLogin, World, call},
};
use crate::{Client, Status, clock};

/// A store that can be made to fail, and counts how often it is read.
#[derive(Clone, Default)]
pub(super) struct Shelf {
    inner: Memory,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    loads: AtomicUsize,
    unreadable: AtomicBool,
    silent: AtomicBool,
    full: AtomicBool,
    prompts: AtomicBool,
}

impl Shelf {
    fn loads(&self) -> usize {
        self.state.loads.load(SeqCst)
    }
}

impl Store for Shelf {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.state.loads.fetch_add(1, SeqCst);
        if self.state.silent.load(SeqCst) {
            return Err(Error::new(
                ErrorKind::TimedOut,
                "the shelf does not respond",
            ));
        }
        match self.state.unreadable.load(SeqCst) {
            true => Err(Error::new(ErrorKind::Store, "the shelf is away")),
            false => self.inner.load(key),
        }
    }
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.inner.try_lease(key)
    }
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        match self.state.full.load(SeqCst) {
            true => Err(Error::new(ErrorKind::Store, "the shelf is full")),
            false => self.inner.save(lease, record),
        }
    }
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.inner.remove(lease)
    }
    fn may_prompt(&self) -> bool {
        self.state.prompts.load(SeqCst)
    }
    fn describe(&self) -> String {
        "shelf".to_owned()
    }
}

/// A server that accepts every token but the one that it has ended, and notes the last one. Each
/// token request gets another token.
#[derive(Clone, Default)]
pub(super) struct Server(Arc<Mutex<(String, usize, Option<String>)>>);

impl Server {
    fn respond(&self, request: &Request) -> Result<Response, TransportError> {
        let mut state = self.0.lock().expect("no panic");
        if *request.uri() == TOKEN_URL {
            state.1 += 1;
            let body = format!(
                r#"{{"access_token":"issued-{}","token_type":"bearer","expires_in":86400}}"#,
                state.1
            );
            return Ok(response(200, &body));
        }
        let bearer = request.headers()["authorization"].to_str().expect("text");
        let token = bearer.trim_start_matches("Bearer ");
        token.clone_into(&mut state.0);
        let has_ended = state.2.as_deref() == Some(token);
        Ok(response(if has_ended { 401 } else { 200 }, "{}"))
    }

    /// From now on this token is not accepted.
    pub(super) fn end(&self, token: &str) {
        self.0.lock().expect("no panic").2 = Some(token.to_owned());
    }

    /// How many tokens it has issued.
    pub(super) fn issued(&self) -> usize {
        self.0.lock().expect("no panic").1
    }

    fn last_token(&self) -> String {
        self.0.lock().expect("no panic").0.clone()
    }
}

worlds::transport!(Server);

/// A program of either world, its store, its server and its events.
pub(super) struct Program {
    world: World,
    kind: TokenKind,
    pub(super) store: Shelf,
    pub(super) server: Server,
    events: Arc<Mutex<Vec<String>>>,
}

/// The program of each world, for an operation of each kind of token, an hour after the epoch of
/// this test's clock and with a login in the store.
pub(super) fn each(check: impl Fn(&Program)) {
    for kind in [TokenKind::Login, TokenKind::Derived] {
        for is_async in [false, true] {
            clock::test::set(Some(Duration::from_secs(3600)));
            let (store, server) = (Shelf::default(), Server::default());
            let events = Arc::<Mutex<Vec<String>>>::default();
            let seen = Arc::clone(&events);
            let note = move |event: &crate::ClientEvent<'_>| {
                seen.lock().expect("no panic").push(event.to_string());
            };
            let world = World::new(is_async, service(), &server, &store).on_event(note);
            log_in(&store, "first");
            check(&Program {
                world,
                kind,
                store,
                server,
                events,
            });
            clock::test::set(None);
        }
    }
}

/// What a login of another program stores: tokens for a day.
pub(super) fn log_in(store: &Shelf, name: &str) {
    log_in_to(store, "me", name);
}

fn log_in_to(store: &Shelf, account: &str, name: &str) {
    let day = Lifetime::For(Duration::from_secs(86_400));
    let mut record = TokenRecord::default();
    for &kind in TokenKind::ALL {
        let token = TokenResponse::new(name, day).expect("a token");
        let now = clock::now();
        let generation = record.next_generation(kind, now.wall);
        record.set(
            kind,
            Arc::new(token.into_token(now, generation).expect("a token")),
        );
    }
    let key = service().account_key(account);
    let lease = store.try_lease(&key).expect("a store").expect("free");
    store.save(&lease, &record.to_text()).expect("saved");
}

pub(super) fn log_out(store: &Shelf) {
    let lease = store.try_lease(&key()).expect("a store").expect("free");
    store.remove(&lease).expect("removed");
}

fn key() -> AccountKey {
    service().account_key("me")
}

impl Program {
    fn call(&self) -> Result<(), Error> {
        self.call_of("me")
    }

    fn call_of(&self, account: &str) -> Result<(), Error> {
        let write = Ask { write: true };
        match self.kind {
            TokenKind::Login => {
                call!(&self.world, client => client.account(account).send(AskLogin))
            }
            _ => call!(&self.world, client => client.account(account).send(write)),
        }
    }

    /// Makes a call that is to succeed with this token.
    pub(super) fn serves(&self, token: &str) {
        self.call().expect("a call");
        assert_eq!(self.server.last_token(), token);
    }

    /// Makes a call each second for so many seconds, which are to succeed with this token.
    pub(super) fn serves_for(&self, seconds: u32, token: &str) {
        for _ in 0..seconds {
            clock::test::advance(Duration::from_secs(1));
            self.serves(token);
        }
    }

    /// Marks the token invalid.
    pub(super) fn invalidate(&self) {
        call!(&self.world, client => client.account("me").invalidate(self.kind)).expect("a token");
    }

    pub(super) fn status(&self) -> Status {
        self.world.status()
    }

    fn events(&self, what: &str) -> usize {
        let events = self.events.lock().expect("no panic");
        events.iter().filter(|event| event.contains(what)).count()
    }
}

#[test]
fn a_logout_in_another_program_is_noticed_within_a_minute() {
    each(|program| {
        program.serves("first");
        log_out(&program.store);
        program.serves_for(59, "first");
        clock::test::advance(Duration::from_secs(1));
        let checked = call!(&program.world, client => client.account("me").check());
        assert!(checked.expect_err("logged out").needs_login());
        for _ in 0..3 {
            let error = program.call().expect_err("logged out");
            assert!(error.needs_login(), "{error}");
        }
        assert_eq!(program.events("logged out"), 1);
        log_in(&program.store, "second");
        program.serves("second");
    });
}

#[test]
fn a_login_of_another_user_in_another_program_is_noticed_within_a_minute() {
    each(|program| {
        program.serves("first");
        clock::test::advance(Duration::from_secs(10));
        log_out(&program.store);
        log_in(&program.store, "second");
        program.serves_for(49, "first");
        clock::test::advance(Duration::from_secs(1));
        program.serves("second");
        assert_eq!(program.events("logged out"), 0);
    });
}

#[test]
fn so_it_is_if_the_clock_of_the_other_host_is_behind() {
    // By less than a token lasts: these cannot be renewed, and an expired one is not sent.
    for wrong in [-1, -3600, -12 * 3600] {
        each(|program| {
            program.serves("first");
            log_out(&program.store);
            clock::test::advance(Duration::from_millis(100));
            let before = clock::test::set_wrong(wrong);
            log_in(&program.store, "second");
            clock::test::set_wrong(before);
            clock::test::advance(MINUTE);
            program.serves("second");
            program.serves_for(600, "second");
            assert_eq!(program.server.issued(), 0, "no renewal");
        });
    }
}

#[test]
fn the_record_is_looked_at_once_in_a_minute() {
    each(|program| {
        program.serves("first");
        let before = program.store.loads();
        program.serves_for(59, "first");
        assert_eq!(program.store.loads(), before);
        program.serves_for(600, "first");
        assert_eq!(program.store.loads() - before, 10);
    });
}

#[test]
fn a_store_that_cannot_be_read_costs_no_token() {
    each(|program| {
        program.serves("first");
        program.store.state.unreadable.store(true, SeqCst);
        let before = program.store.loads();
        program.serves_for(3600, "first");
        let looks = program.store.loads() - before;
        assert!((10..=13).contains(&looks), "{looks}");
        assert_eq!(program.events("the shelf is away"), looks);
        program.store.state.unreadable.store(false, SeqCst);
        log_out(&program.store);
        clock::test::advance(Duration::from_secs(300));
        assert!(program.call().expect_err("logged out").needs_login());
    });
}

#[test]
fn a_store_that_does_not_respond_delays_one_call_and_not_one_of_each_account() {
    each(|program| {
        let names: Vec<_> = (0..50).map(|n| n.to_string()).collect();
        let call_all = |what: &str| {
            let before = program.store.loads();
            for name in &names {
                program.call_of(name).expect(what);
            }
            program.store.loads() - before
        };
        for name in &names {
            log_in_to(&program.store, name, "first");
        }
        call_all("the stored tokens");
        program.store.state.silent.store(true, SeqCst);
        for _ in 0..5 {
            clock::test::advance(MINUTE);
            assert_eq!(call_all("a token in memory"), 1);
            assert_eq!(call_all("a token in memory"), 0);
        }
        // Each looks again once it is back, also the first of those that found it away.
        program.store.state.silent.store(false, SeqCst);
        clock::test::advance(5 * MINUTE);
        assert_eq!(call_all("a token in memory"), names.len());
    });
}

#[test]
fn a_token_that_could_not_be_saved_is_not_given_up() {
    each(|program| {
        let session = |client: &Client| client.client_session().with_renewal_timeout(MINUTE);
        let World::Blocking(client) = &program.world else {
            return;
        };
        let (session, server) = (session(client), &program.server);
        program.store.state.full.store(true, SeqCst);
        for _ in 0..600 {
            session.send(AskLogin).expect("a token in memory");
            assert_eq!(server.last_token(), "issued-1");
            clock::test::advance(Duration::from_secs(1));
        }
        assert!(session.status().expect("a status").unsaved.is_some());
        program.store.state.full.store(false, SeqCst);
        session.send(AskLogin).expect("a token in memory");
        assert!(session.status().expect("a status").unsaved.is_none());
        assert_eq!(server.last_token(), "issued-1");
    });
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_token_that_was_issued_while_the_store_was_away_is_not_given_up() {
    each(|program| {
        let World::Blocking(client) = &program.world else {
            return;
        };
        let session = client.client_session();
        session.send(AskLogin).expect("a token");
        session.invalidate(TokenKind::Login).expect("invalid");
        program.store.state.unreadable.store(true, SeqCst);
        session.send(AskLogin).expect("a token");
        assert_eq!(program.server.last_token(), "issued-2");
        program.store.state.unreadable.store(false, SeqCst);
        for _ in 0..600 {
            clock::test::advance(Duration::from_secs(1));
            session.send(AskLogin).expect("a token in memory");
            assert_eq!(program.server.last_token(), "issued-2");
        }
    });
}

#[test]
fn a_store_that_may_ask_a_person_is_left_alone() {
    each(|program| {
        program.store.state.prompts.store(true, SeqCst);
        program.serves("first");
        let before = program.store.loads();
        log_out(&program.store);
        program.serves_for(3600, "first");
        assert_eq!(program.store.loads(), before);
    });
}

//! How soon a caller continues after the holder of the lease has renewed: with messages, without,
//! and when one is lost. The real drivers, on a clock of the test's own.

use std::{
    future::{pending, ready},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{
    AccountKey, BoxFuture, Error, Lease, Lifetime, Request, Response, SecretBytes, Store,
    TokenKind, TokenRecord, TokenResponse, TransportError,
};
use keystore::Memory;

use super::{
    example::{TOKEN_URL, response, service},
    world::{AskLogin, World, call},
};
use crate::clock;

/// What the store says of changes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Messages {
    /// A lock on this machine, without messages.
    Local,
    /// A keyring, which may ask its user.
    Prompting,
    /// A database, without messages.
    Remote,
    /// A database that sends them.
    Sent,
    /// A database that says all the time that something has changed.
    Endless,
    /// A database whose messages do not arrive.
    Lost,
}

/// A store in which another program holds the lease and renews at a time.
#[derive(Clone)]
struct Fleet {
    inner: Memory,
    messages: Messages,
    state: Arc<State>,
}

struct State {
    renewed_at: Duration,
    lease: Mutex<Option<Lease>>,
    calls: Mutex<Vec<&'static str>>,
    looks: AtomicUsize,
}

impl Fleet {
    fn new(messages: Messages, renewed_at: Duration) -> Self {
        let inner = Memory::new();
        let lease = inner.try_lease(&key()).expect("a store").expect("free");
        let state = State {
            renewed_at,
            lease: Mutex::new(Some(lease)),
            calls: Mutex::default(),
            looks: AtomicUsize::new(0),
        };
        Self {
            inner,
            messages,
            state: Arc::new(state),
        }
    }

    fn note(&self, call: &'static str) {
        self.state.calls.lock().expect("no panic").push(call);
        if clock::now().monotonic >= self.state.renewed_at {
            self.renew();
        }
    }

    /// What the other program does, once.
    fn renew(&self) {
        let Some(lease) = self.state.lease.lock().expect("no panic").take() else {
            return;
        };
        let token = TokenResponse::new("renewed", Lifetime::For(Duration::from_secs(3600)));
        let token = token.and_then(|token| token.into_token(clock::now(), 7));
        let mut record = TokenRecord::default();
        record.set(TokenKind::Login, Arc::new(token.expect("a token")));
        self.inner.save(&lease, &record.to_text()).expect("saved");
    }
}

impl Store for Fleet {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.state.looks.fetch_add(1, SeqCst);
        self.note("load");
        self.inner.load(key)
    }
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.note("lease");
        self.inner.try_lease(key)
    }
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.inner.save(lease, record)
    }
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.inner.remove(lease)
    }
    fn lease_duration(&self) -> Option<Duration> {
        let is_local = matches!(self.messages, Messages::Local | Messages::Prompting);
        (!is_local).then_some(Duration::from_secs(10))
    }
    fn may_prompt(&self) -> bool {
        self.messages == Messages::Prompting
    }
    /// Brings the message at once, with the change: a wait that ends by it takes no time.
    fn next_change(&self, _: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        self.note("next_change");
        match self.messages {
            Messages::Sent => {
                self.renew();
                Some(Box::pin(ready(())))
            }
            Messages::Endless => Some(Box::pin(ready(()))),
            Messages::Lost => Some(Box::pin(pending())),
            _ => None,
        }
    }
    fn describe(&self) -> String {
        "fleet".to_owned()
    }
}

/// A server that takes the renewed token, and no token request.
#[derive(Clone)]
struct Server;

impl Server {
    fn respond(&self, request: &Request) -> Result<Response, TransportError> {
        assert!(*request.uri() != TOKEN_URL, "the other program renews");
        assert_eq!(request.headers()["authorization"], "Bearer renewed");
        Ok(response(200, "{}"))
    }
}

worlds::transport!(Server);

fn key() -> AccountKey {
    service().account_key("me")
}

/// Makes a call in each world while another program renews. Returns how much later than possible
/// the caller was served, and the store, for each.
fn each(messages: Messages, renewed_after: Duration, check: impl Fn(Duration, &Fleet)) {
    let start = Duration::from_secs(3600);
    for is_async in [false, true] {
        clock::test::set(Some(start));
        let fleet = Fleet::new(messages, start + renewed_after);
        let world = World::new(is_async, service(), &Server, &fleet);
        call!(&world, client => {
            let session = client.account("me").with_password("alice", "password");
            session.send(AskLogin)
        })
        .expect("served");
        let served = clock::now().monotonic - start;
        check(served.saturating_sub(renewed_after), &fleet);
        clock::test::set(None);
    }
}

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

#[test]
fn a_message_ends_the_wait() {
    each(Messages::Sent, Duration::MAX / 4, |_, fleet| {
        let calls = fleet.state.calls.lock().expect("no panic");
        // The message is asked for before the look, so that none in between is missed.
        let expect = ["load", "lease", "next_change", "next_change", "load"];
        assert_eq!(calls[..], expect);
        assert!(clock::now().monotonic < Duration::from_secs(3601));
    });
}

#[test]
fn a_lost_message_costs_a_pause() {
    each(Messages::Lost, MILLIS(400), |late, fleet| {
        assert!(late <= MILLIS(260), "{late:?}");
        let calls = fleet.state.calls.lock().expect("no panic");
        let count = |call| calls.iter().filter(|found| **found == call).count();
        // One before each look, and one before the first pause.
        assert_eq!(count("next_change"), count("lease") + 1, "{calls:?}");
    });
}

#[test]
fn messages_without_a_change_do_not_end_every_pause() {
    each(Messages::Endless, MILLIS(1000), |late, fleet| {
        assert!(late <= MILLIS(260), "{late:?}");
        let looks = fleet.state.looks.load(SeqCst);
        assert!((50..65).contains(&looks), "{looks} looks in a second");
    });
}

#[test]
fn a_store_on_this_machine_is_looked_at_every_20_ms_at_first() {
    for after in [100, 300, 1000] {
        each(Messages::Local, MILLIS(after), |late, _| {
            let bound = MILLIS(30).max(MILLIS(after) / 16 + MILLIS(10));
            assert!(late <= bound, "{late:?} at {after} ms");
        });
    }
    each(Messages::Local, Duration::from_secs(35), |_, fleet| {
        let looks = fleet.state.looks.load(SeqCst);
        assert!((100..300).contains(&looks), "{looks} looks in 35 s");
    });
}

#[test]
fn other_stores_are_looked_at_more_rarely() {
    for messages in [Messages::Remote, Messages::Prompting] {
        each(messages, MILLIS(1000), |late, fleet| {
            assert!(late <= MILLIS(260), "{late:?}");
            let looks = fleet.state.looks.load(SeqCst);
            assert!(looks < 12, "{looks} looks in a second");
        });
    }
}

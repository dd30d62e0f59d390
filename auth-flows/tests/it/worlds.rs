//! What concerns only one of the two clients: spawn, drop, time out, block inside a runtime.

use std::{
    cell::Cell,
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use crate::common::{MAX_WAIT, Me, PASSWORD, browser, doorkeeper, service};
use auth_core::{AccountKey, BoxFuture, Error, ErrorKind, Lease, Runtime, SecretBytes, Store};
use auth_flows::{AsyncClient, AsyncSession, Client};
use auth_testkit::{Matching, TestServer};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use worlds::Hooked;

async fn logged_in(server: &TestServer) -> AsyncSession {
    let tokio = Tokio::current().expect("a runtime");
    let client = AsyncClient::new(service(server), Reqwest::default(), tokio, Memory::new());
    let session = client.account("me");
    let login = session.log_in_with_password("alice", PASSWORD);
    login.await.expect("a login");
    session
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_can_be_spawned() {
    let server = doorkeeper();
    let session = logged_in(&server).await;
    let by_value = tokio::spawn(session.send(Me));
    assert!(by_value.await.expect("no panic").is_ok());
    let by_reference = tokio::spawn(async move { session.send(&Me).await });
    assert!(by_reference.await.expect("no panic").is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_caller_loses_nothing() {
    let server = doorkeeper();
    let session = logged_in(&server).await;
    server.expire_derived_tokens();
    let mark = server.requests().mark();
    let hold = server.hold(Matching::Derived);
    let caller = tokio::spawn(session.send(Me));
    let reached = tokio::task::spawn_blocking(move || (hold.wait_for(1, MAX_WAIT), hold))
        .await
        .expect("no panic");
    assert!(reached.0, "the renewal has started");
    caller.abort();
    assert!(caller.await.expect_err("aborted").is_cancelled());
    drop(reached.1);
    // The renewal that the caller started continues and serves the next call.
    session.send(Me).await.expect("a call");
    assert_eq!(server.requests().since(mark).derived(), 1);
}

#[test]
fn a_caller_that_times_out_does_not_end_the_renewal() {
    let server = doorkeeper();
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    let session = client.account("me");
    session
        .log_in_with_password("alice", PASSWORD)
        .expect("a login");
    server.expire_derived_tokens();
    let mark = server.requests().mark();
    let hold = server.hold(Matching::Derived);
    std::thread::scope(|scope| {
        let leader = scope.spawn(|| session.send(Me));
        assert!(hold.wait_for(1, MAX_WAIT), "the renewal has started");
        let impatient = session
            .clone()
            .with_renewal_timeout(Duration::from_millis(50));
        let error = impatient.send(Me).expect_err("timed out");
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        assert!(error.is_retryable());
        hold.release();
        leader.join().expect("no panic").expect("a call");
    });
    assert_eq!(server.requests().since(mark).derived(), 1);
}

#[test]
fn a_blocking_client_works_inside_a_runtime() {
    let server = doorkeeper();
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    for runtime in [
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build(),
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build(),
    ] {
        runtime.expect("a runtime").block_on(async {
            let session = client.account("me");
            session.log_in(browser()).expect("a login");
            session.send(Me).expect("a call");
            let session = session.clone();
            let moved = tokio::task::spawn_blocking(move || session.send(Me)).await;
            moved.expect("no panic").expect("a call");
        });
    }
}

#[test]
fn a_runtime_that_has_ended_is_an_error() {
    let server = doorkeeper();
    let gone = tokio::runtime::Runtime::new().expect("a runtime");
    let tokio = Tokio::new(gone.handle().clone());
    let client = AsyncClient::new(service(&server), Reqwest::default(), tokio, Memory::new());
    gone.shutdown_background();
    let here = tokio::runtime::Runtime::new().expect("a runtime");
    let error = here
        .block_on(client.account("me").send(Me))
        .expect_err("no runtime");
    assert!(error.to_string().contains("runtime"), "{error}");
}

#[test]
fn handles_are_shared_and_nameable() {
    fn shared<T: Clone + Send + Sync + std::fmt::Debug + 'static>() {}
    shared::<Client>();
    shared::<auth_flows::Session>();
    shared::<AsyncClient>();
    shared::<auth_flows::AsyncSession>();
}

#[test]
fn a_dropped_login_ends_its_listener() {
    let server = doorkeeper();
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    let prepared = client
        .account("me")
        .begin_login(browser().no_browser())
        .expect("prepared");
    let address = prepared
        .redirect_uri()
        .trim_start_matches("http://")
        .to_owned();
    let pending = prepared.start().expect("started");
    assert!(std::net::TcpStream::connect(&address).is_ok());
    drop(pending);
    let ended = (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        std::net::TcpStream::connect(&address).is_err()
    });
    assert!(ended);
}

thread_local! {
    /// Whether this thread runs a job that may block.
    static MAY_BLOCK: Cell<bool> = const { Cell::new(false) };
}

/// tokio, which says of its threads whether they may block.
struct Marked(Tokio);

impl Runtime for Marked {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
    fn offload(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.offload(Box::new(move || {
            MAY_BLOCK.set(true);
            job();
            MAY_BLOCK.set(false);
        }));
    }
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.spawn(task);
    }
}

/// A store as slow as a database: it notes what is asked on which kind of thread.
#[derive(Clone, Default)]
struct Slow {
    inner: Memory,
    asked: Arc<Mutex<Vec<(&'static str, bool)>>>,
}

impl Slow {
    fn note(&self, what: &'static str) {
        let mut asked = self.asked.lock().expect("no panic");
        asked.push((what, MAY_BLOCK.get()));
    }
}

/// The end of a lease is a round trip, too.
struct ObservedLease {
    store: Slow,
    inner: Option<Lease>,
}

impl Drop for ObservedLease {
    fn drop(&mut self) {
        self.store.note("free");
    }
}

impl ObservedLease {
    fn inner(lease: &Lease) -> &Lease {
        let held = lease.guard::<Self>().expect("its own lease");
        held.inner.as_ref().expect("not dropped yet")
    }
}

impl Store for Slow {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.note("load");
        self.inner.load(key)
    }
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.note("lease");
        Ok(self.inner.try_lease(key)?.map(|inner| {
            let store = self.clone();
            let inner = Some(inner);
            Lease::new(key.clone(), ObservedLease { store, inner })
        }))
    }
    fn lease_duration(&self) -> Option<Duration> {
        Some(Duration::from_secs(10))
    }
    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        self.note("confirm");
        self.inner.confirm(ObservedLease::inner(lease), at_least)
    }
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.note("save");
        self.inner.save(ObservedLease::inner(lease), record)
    }
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.note("remove");
        self.inner.remove(ObservedLease::inner(lease))
    }
    fn describe(&self) -> String {
        "slow store".to_owned()
    }
}

/// Whatever is called: each step of the store, and the end of each lease, is on the blocking pool.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_store_never_holds_up_the_runtime() {
    let (server, store) = (doorkeeper(), Slow::default());
    let runtime = Marked(Tokio::current().expect("a runtime"));
    let client = AsyncClient::new(service(&server), Reqwest::default(), runtime, store.clone());
    let session = client.account("me");
    session
        .log_in_with_password("alice", PASSWORD)
        .await
        .expect("a login");
    session.send(Me).await.expect("a call");
    server.expire_derived_tokens();
    session.send(Me).await.expect("a renewal");
    // A renewal that fails: its login is refused.
    server.revoke_all();
    server.expire_derived_tokens();
    let error = session.send(Me).await.expect_err("the login has ended");
    assert_eq!(error.kind(), ErrorKind::NeedsLogin, "{error}");
    session.status().await.expect("a status");
    session.log_out().await.expect("a logout");
    client.close().await.expect("all is saved");
    let asked = store.asked.lock().expect("no panic").clone();
    for what in ["load", "lease", "confirm", "save", "remove", "free"] {
        assert!(asked.iter().any(|(step, _)| *step == what), "no {what}");
    }
    let held_up: Vec<_> = asked.iter().filter(|(_, may_block)| !may_block).collect();
    assert!(held_up.is_empty(), "{held_up:?} of {asked:?}");
}

/// The most calls to a store at once, of whatever many callers.
const AT_ONCE: usize = 24;

/// How many calls are in a store, and the most so far.
type Calls = Arc<(Mutex<(usize, usize)>, Condvar)>;

/// A store that hangs until as many calls as may be are in it.
fn hanging(calls: &Calls) -> Hooked {
    let calls = Arc::clone(calls);
    Hooked::new(Memory::new(), move |step| {
        if step == "load" {
            let (calls, changed) = &*calls;
            let mut now = calls.lock().expect("no panic");
            now.0 += 1;
            now.1 = now.1.max(now.0);
            changed.notify_all();
            let full = |now: &mut (usize, usize)| now.1 < AT_ONCE;
            let waited = changed.wait_timeout_while(now, MAX_WAIT, full);
            drop(waited.expect("no panic"));
            // Time for one more than may be.
            std::thread::sleep(Duration::from_millis(5));
            calls.lock().expect("no panic").0 -= 1;
        }
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_hangs_leaves_the_blocking_pool_to_the_program() {
    let (server, calls) = (doorkeeper(), Calls::default());
    let store = hanging(&calls);
    let runtime = Tokio::current().expect("a runtime");
    let client = AsyncClient::new(service(&server), Reqwest::default(), runtime, store);
    let callers: Vec<_> = (0..3 * AT_ONCE)
        .map(|number| {
            let session = client.account(&number.to_string());
            tokio::spawn(async move { session.status().await })
        })
        .collect();
    for caller in callers {
        let status = caller.await.expect("no panic").expect("a status");
        assert!(!status.is_logged_in());
    }
    assert_eq!(*calls.0.lock().expect("no panic"), (0, AT_ONCE));
}

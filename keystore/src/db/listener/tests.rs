//! Messages over a hub in this process: who is woken, and what becomes of a connection.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    thread,
};

use auth_core::{AccountKey, ErrorKind};

use super::*;

/// Delivers each word to all connections.
#[derive(Default)]
struct Hub {
    connections: Mutex<Vec<mpsc::Sender<String>>>,
    opened: AtomicUsize,
    /// As a pooler does that gives each transaction another connection.
    drops_messages: AtomicBool,
    is_down: AtomicBool,
}

impl Hub {
    fn send(&self, word: &str) {
        if !self.drops_messages.load(SeqCst) {
            for connection in &*self.connections.lock().unwrap() {
                let _closed = connection.try_send(word.to_owned());
            }
        }
    }

    fn cut(&self) {
        self.connections.lock().unwrap().clear();
    }

    /// How many connections are open.
    fn open(&self) -> usize {
        let connections = self.connections.lock().unwrap();
        connections.iter().filter(|one| !one.is_closed()).count()
    }
}

impl Messenger for Hub {
    async fn listen(&self) -> Result<Messages, Error> {
        self.opened.fetch_add(1, SeqCst);
        if self.is_down.load(SeqCst) {
            return Err(Error::new(ErrorKind::Transport, "down"));
        }
        let (sender, words) = mpsc::channel(MESSAGES);
        self.connections.lock().unwrap().push(sender);
        Ok(Messages::new(words, ()))
    }

    async fn announce(&self, word: &str) -> Result<(), Error> {
        self.send(word);
        Ok(())
    }
}

struct Process {
    listener: Listener,
    hub: Arc<Hub>,
    thread: EngineThread,
}

const LONG: Duration = Duration::from_secs(600);

/// Times under which nothing happens by itself.
fn patient() -> Times {
    Times {
        first: Duration::ZERO,
        open: LONG,
        probe: LONG,
        idle: LONG,
        pauses: (Duration::from_millis(1), Duration::from_millis(1)),
        deaf: LONG,
    }
}

fn id(account: &str) -> Id {
    Id::of(&AccountKey::new("s", "c", account))
}

/// Waits for this to be true, as a caller looks again and again.
fn until<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    for _ in 0..2000 {
        if let Some(found) = check() {
            return found;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("{what}")
}

fn is_ready(future: &mut BoxFuture<'static, ()>) -> Option<()> {
    let ready = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    matches!(ready, Poll::Ready(())).then_some(())
}

impl Process {
    fn new(times: Times) -> Self {
        Self {
            listener: Listener::new(times),
            hub: Arc::default(),
            thread: EngineThread::start().unwrap(),
        }
    }

    fn ask(&self, account: &str) -> Option<BoxFuture<'static, ()>> {
        self.listener
            .next_change(&id(account), &self.hub, &self.thread)
    }

    fn waits(&self, account: &str) -> BoxFuture<'static, ()> {
        until("it listens", || self.ask(account))
    }

    fn freed(&self, account: &str) {
        self.hub.send(&id(account).digits());
    }
}

#[test]
fn a_message_wakes_all_waiters_of_its_account_and_no_other() {
    let process = Process::new(patient());
    assert!(process.ask("one").is_none(), "it connects first");
    let (mut one, mut again) = (process.waits("one"), process.waits("one"));
    let mut other = process.waits("other");
    assert!(is_ready(&mut one).is_none());
    process.freed("one");
    until("woken", || is_ready(&mut one));
    until("woken", || is_ready(&mut again));
    assert!(is_ready(&mut other).is_none());
    // What was sent before a waiter asked does not wake it.
    let mut next = process.waits("one");
    process.freed("other");
    until("woken", || is_ready(&mut other));
    assert!(is_ready(&mut next).is_none());
    assert_eq!(process.hub.opened.load(SeqCst), 1, "for all accounts");
}

#[test]
fn a_short_wait_opens_no_connection() {
    let process = Process::new(Times {
        first: Duration::from_millis(200),
        ..patient()
    });
    let began = std::time::Instant::now();
    assert!(process.ask("one").is_none());
    assert!(process.ask("one").is_none());
    if began.elapsed() < Duration::from_millis(200) {
        let phase = &process.listener.state.lock().unwrap().phase;
        assert!(matches!(phase, Phase::Closed));
    }
    let mut waiting = process.waits("one");
    assert!(began.elapsed() >= Duration::from_millis(200));
    process.freed("one");
    until("woken", || is_ready(&mut waiting));
    let mut state = State::default();
    let (now, wait) = (Instant::now(), Duration::from_millis(30));
    let at = |millis| now + Duration::from_millis(millis);
    // Looks of one wait, then those of the next one.
    let mut last = None;
    for (millis, expect) in [
        (0, false),
        (20, false),
        (31, true),
        (5000, false),
        (5020, false),
        (5031, true),
    ] {
        let found = state.lasts(at(millis), last.replace(at(millis)), wait);
        assert_eq!(found, expect, "{millis}");
    }
}

#[test]
fn a_lost_connection_wakes_its_waiters_and_is_opened_again() {
    let process = Process::new(patient());
    let mut waiting = process.waits("one");
    process.hub.is_down.store(true, SeqCst);
    process.hub.cut();
    until("woken", || is_ready(&mut waiting));
    until("it tries again", || {
        assert!(process.ask("one").is_none());
        (process.hub.opened.load(SeqCst) > 3).then_some(())
    });
    process.hub.is_down.store(false, SeqCst);
    let mut waiting = process.waits("one");
    process.freed("one");
    until("woken", || is_ready(&mut waiting));
}

#[test]
fn lost_connections_are_opened_again_ever_more_rarely() {
    let process = Process::new(Times {
        pauses: (Duration::from_millis(40), LONG),
        ..patient()
    });
    process.hub.is_down.store(true, SeqCst);
    // 0, 40, 120, 280 ms: the fifth is at 600 ms at the earliest.
    let end = std::time::Instant::now() + Duration::from_millis(500);
    while std::time::Instant::now() < end {
        assert!(process.ask("one").is_none());
        thread::sleep(Duration::from_millis(1));
    }
    let opened = process.hub.opened.load(SeqCst);
    assert!((1..=4).contains(&opened), "{opened}");
}

#[test]
fn a_pooler_that_brings_no_messages_is_left_alone() {
    let process = Process::new(Times {
        probe: Duration::from_millis(20),
        ..patient()
    });
    process.hub.drops_messages.store(true, SeqCst);
    assert!(process.ask("one").is_none());
    until("its own message did not arrive", || {
        let phase = &process.listener.state.lock().unwrap().phase;
        matches!(phase, Phase::ClosedUntil(_)).then_some(())
    });
    for _ in 0..100 {
        assert!(process.ask("one").is_none());
    }
    assert_eq!(process.hub.opened.load(SeqCst), 1);
    until("closed", || (process.hub.open() == 0).then_some(()));
}

#[test]
fn a_connection_without_waiters_is_closed_and_opened_when_it_is_needed() {
    let process = Process::new(Times {
        idle: Duration::from_millis(20),
        ..patient()
    });
    drop(process.waits("one"));
    until("closed", || {
        process.freed("of another process"); // messages alone do not keep it open
        (process.hub.open() == 0).then_some(())
    });
    let mut waiting = process.waits("one");
    process.freed("one");
    until("woken", || is_ready(&mut waiting));
}

#[test]
fn a_waiter_of_a_closed_store_is_woken() {
    let process = Process::new(patient());
    let (mut waiting, hub) = (process.waits("one"), Arc::clone(&process.hub));
    drop(process);
    until("woken", || is_ready(&mut waiting));
    until("closed", || (hub.open() == 0).then_some(()));
}

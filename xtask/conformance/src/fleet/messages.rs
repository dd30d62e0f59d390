//! Waiters that get a message of the end of a lease, instead of looking for it: how soon, over how
//! many connections, and after the engine was away.

use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{AccountKey, BoxFuture, SecretBytes, Store};
use auth_testkit::{Fault, Matching, Rotation};
use support::servers::postgres_folder;

use super::engine::{Engine, EngineKind};
use crate::expect::ensure;
use crate::output;
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{StoreDir, counted, rotations, server, since};
use crate::stores::worker_process::{Start, WorkerReply};

/// How long a connection and a message may take on a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// How long a store waits for its own message.
const PROBE: Duration = Duration::from_millis(2500);
/// How long the server takes for a token request.
const SERVER: Duration = Duration::from_millis(300);
/// How much later than the server's response half of the rounds may end on a busy machine.
const LATE: Duration = Duration::from_millis(400);
const PROCESSES: usize = 32;
const ROUNDS: usize = 4;

pub(super) fn run(engine: &Engine, report: &mut Report) {
    if engine.kind == EngineKind::Pooled {
        report.single("a pooler that brings no messages is found out", || {
            found_out(engine)
        });
        return;
    }
    report.single("a waiter gets a message of the end of a lease", || {
        gets_message(engine)
    });
    report.single("one connection listens for 1,000 accounts", || {
        connections(engine)
    });
    report.single("32 processes at a dead token, a server of 300 ms", || {
        let namespace = engine.namespace()?;
        last_of_many(|server| Start::over(server, &engine.url(), &namespace))
    });
    // Once, beside the cases over the other engine.
    if engine.kind == EngineKind::Redis {
        report.single(
            "a crash of the engine wakes waiters; they listen again",
            || crashed(engine),
        );
        report.single("the same processes over the files of one host", || {
            let dir = StoreDir::new()?;
            last_of_many(|server| Start::at(server, &dir))
        });
    }
}

fn key(account: &str) -> AccountKey {
    AccountKey::new("fleet", "tool", account)
}

/// Asks until the store listens.
fn awaited(store: &dyn Store, key: &AccountKey) -> Result<BoxFuture<'static, ()>, Failure> {
    let end = Instant::now() + TIME_LIMIT;
    while Instant::now() < end {
        if let Some(change) = store.next_change(key) {
            return Ok(change);
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err("the store does not listen".into())
}

/// Waits for the message, and returns when it came.
fn arrival(mut change: BoxFuture<'static, ()>) -> Result<Instant, Failure> {
    struct Bell(mpsc::Sender<Instant>);
    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            // The case may be over.
            let _ = self.0.send(Instant::now());
        }
    }
    let (sender, rings) = mpsc::channel();
    let waker = Waker::from(Arc::new(Bell(sender)));
    let mut rang = Instant::now();
    loop {
        if let Poll::Ready(()) = change.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Ok(rang);
        }
        rang = rings
            .recv_timeout(TIME_LIMIT)
            .map_err(|_| "no message came")?;
    }
}

fn gets_message(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let (holder, waiter) = (engine.open(&namespace)?, engine.open(&namespace)?);
    let (own, record) = (key("message"), SecretBytes::new(vec![b'x'; 2000]));
    let mut times = Vec::new();
    for _ in 0..50 {
        let lease = holder.try_lease(&own)?.ok_or("the lease is taken")?;
        let change = awaited(&*waiter, &own)?;
        holder.save(&lease, &record)?;
        let freed = Instant::now();
        drop(lease);
        times.push(arrival(change)?.saturating_duration_since(freed));
        ensure(waiter.load(&own)?.is_some(), "the record is not there")?;
        ensure(waiter.try_lease(&own)?.is_some(), "the lease is not free")?;
    }
    times.sort();
    figure("from freeing to hearing", &times);
    Ok(())
}

fn connections(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let waiter = engine.open(&namespace)?;
    let mut all = Vec::new();
    for number in 0..1000 {
        all.push(awaited(&*waiter, &key(&number.to_string()))?);
    }
    if engine.kind == EngineKind::Postgres {
        waiter.load(&key("none"))?; // the statement by which it is counted
        let folder = postgres_folder().ok_or("PostgreSQL is missing")?;
        let listening = Command::new(folder.join("psql"))
            .args(["-At", "-c"])
            .arg(format!(
                "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN keystore_{namespace}'"
            ))
            .arg(engine.url())
            .output()?;
        let listening = String::from_utf8(listening.stdout)?.trim().parse()?;
        counted("listening connections", listening, 1)?;
        let others = engine.connections(&namespace)?;
        counted("other connections", others.unwrap_or(1), 1)?;
    }
    let lease = waiter.try_lease(&key("700"))?.ok_or("it is taken")?;
    drop(lease);
    arrival(all.swap_remove(700)).map(drop)
}

fn crashed(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let (holder, waiter) = (engine.open(&namespace)?, engine.open(&namespace)?);
    let own = key("crashed");
    let change = awaited(&*waiter, &own)?;
    engine.crash(Duration::ZERO)?;
    arrival(change)?;
    let lease = holder.try_lease(&own)?.ok_or("the lease is taken")?;
    let change = awaited(&*waiter, &own)?;
    drop(lease);
    arrival(change).map(drop)
}

fn found_out(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let store = engine.open(&namespace)?;
    let (own, end) = (key("pooled"), Instant::now() + PROBE);
    while Instant::now() < end {
        ensure(store.next_change(&own).is_none(), "it relies on messages")?;
        drop(store.try_lease(&own)?.ok_or("the lease is taken")?);
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Many processes whose token was revoked, again and again: one request each time, and how much later
/// than its response the last process is served.
fn last_of_many(start: impl Fn(&auth_testkit::TestServer) -> Start) -> CheckResult {
    let server = server(Rotation::KillFamily)?;
    let start = start(&server);
    let workers: Result<Vec<_>, _> = (0..PROCESSES).map(|_| start.spawn()).collect();
    let mut workers = workers?;
    let first = workers.first_mut().ok_or("no processes")?;
    first.ask("log-in")?.went_well()?;
    let mut late = Vec::new();
    // The first round opens the connections that listen.
    for round in 0..=ROUNDS {
        let mark = server.requests().mark();
        server.revoke_access_tokens();
        server.faults().next(Matching::Token, Fault::Delay(SERVER));
        let began = Instant::now();
        for (number, worker) in workers.iter_mut().enumerate() {
            let order = ["calls 1 0", "calls 0 1"][number % 2]; // both worlds
            worker.tell(order)?;
        }
        for worker in &mut workers {
            match worker.reply()? {
                WorkerReply::Ok => {}
                other => return Err(format!("expected success, got {other:?}").into()),
            }
        }
        if round > 0 {
            late.push(began.elapsed().saturating_sub(SERVER));
        }
        let log = since(&server, mark);
        counted("token requests", log.token(), 1)?;
        counted("renewals", rotations(&log), 1)?;
    }
    late.sort();
    figure("the last of 32, after the server's response", &late);
    let half = late[late.len() / 2];
    ensure(half < LATE, format!("half of the rounds end {half:?} late"))
}

fn figure(what: &str, sorted: &[Duration]) {
    let millis = |at: usize| sorted[at].as_secs_f64() * 1000.0;
    let (half, last) = (millis(sorted.len() / 2), millis(sorted.len() - 1));
    output::line(format_args!(
        "      {what}: p50 {half:.1} ms, longest {last:.1} ms"
    ));
}

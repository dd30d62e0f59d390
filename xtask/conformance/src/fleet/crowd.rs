//! Many processes at one account, with a server that ends the login if a refresh token is used
//! twice: one renewal for each end of a token.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{AccountKey, Error, SecretBytes};
use auth_testkit::{Rotation, TestServer};

use super::engine::{Engine, EngineKind};
use crate::expect::ensure;
use crate::output;
use crate::report::{CheckResult, Failure, Report};
use crate::stores::clock::FakeClock;
use crate::stores::store_dir::{LIFE, StoreDir, counted, rotations, server, server_with, since};
use crate::stores::worker_process::{Start, Worker, WorkerReply};

/// How many threads and tasks of each process call at once.
const THREADS: usize = 1;
const TASKS: usize = 1;
const ROUNDS: usize = 50;
/// How far a host's clock is off, in seconds: one ahead, one behind.
const OFF: i64 = 3600;
/// The same of clocks that nothing corrects.
const FAR_OFF: i64 = 3 * 24 * 3600;
/// All hosts agree that a token of this lifetime is valid.
const LONG_LIFE: Duration = LIFE.saturating_mul(6);
/// The same of hosts that are days apart.
const LONGEST_LIFE: Duration = LIFE.saturating_mul(6 * 3 * 24);

pub(super) fn run(engine: &Engine, report: &mut Report) {
    let sizes: &[(&str, usize)] = match engine.kind {
        // What it does otherwise than Redis is no matter of how many.
        EngineKind::Valkey => &[("8 processes: 50 rounds, 50 renewals", 8)],
        _ => &[
            ("2 processes: 50 rounds, 50 renewals", 2),
            ("8 processes: 50 rounds, 50 renewals", 8),
            ("32 processes: 50 rounds, 50 renewals", 32),
        ],
    };
    let mut figures = String::new();
    report.single(
        "one connection for all threads; what a renewal costs",
        || {
            figures = cost(engine)?;
            Ok(())
        },
    );
    output::line(format_args!("      {figures}"));
    for (name, processes) in sizes {
        report.single(name, || WorkerPool::new(engine, *processes)?.rounds(ROUNDS));
    }
    if engine.kind == EngineKind::Pooled {
        return;
    }
    report.single(
        "clocks an hour ahead and behind: 10 rounds, 10 renewals",
        || WorkerPool::with_clocks(engine, OFF, LONG_LIFE)?.rounds(10),
    );
    report.single(
        "the same, tokens of an hour, calls in turn: none is reused",
        || WorkerPool::with_clocks(engine, OFF, LIFE)?.calm_rounds(10),
    );
    report.single("the same, calls at once: each has a token", || {
        WorkerPool::with_clocks(engine, OFF, LIFE)?.hasty_rounds(5)
    });
    report.single(
        "clocks three days ahead and behind: 10 rounds, 10 renewals",
        || WorkerPool::with_clocks(engine, FAR_OFF, LONGEST_LIFE)?.rounds(10),
    );
    report.single("10,000 leases held at once: none is lost", || {
        many_leases(engine)
    });
    report.single(
        "a note changed by 8 stores at once: nothing is lost",
        || notes(engine),
    );
}

/// The same at an engine with a URL of its own.
pub(super) fn at(url: &str, namespace: &str, processes: usize, rounds: usize) -> CheckResult {
    let server = server(Rotation::KillFamily)?;
    let start = Start::over(&server, url, namespace);
    WorkerPool::of(server, vec![start; processes], Vec::new())?.rounds(rounds)
}

/// The same over the file store, whose processes are on one host.
pub(super) fn over_files(processes: usize) -> CheckResult {
    let (server, dir) = (server(Rotation::KillFamily)?, StoreDir::new()?);
    let start = Start::at(&server, &dir);
    WorkerPool::of(server, vec![start; processes], Vec::new())?.rounds(ROUNDS)
}

struct WorkerPool {
    server: TestServer,
    workers: Vec<Worker>,
    _clocks: Vec<FakeClock>,
}

impl WorkerPool {
    fn new(engine: &Engine, processes: usize) -> Result<Self, Failure> {
        let server = server(Rotation::KillFamily)?;
        let start = Start::over(&server, &engine.url(), &engine.namespace()?);
        Self::of(server, vec![start; processes], Vec::new())
    }

    /// Two processes whose clock is ahead, and two whose clock is behind.
    fn with_clocks(engine: &Engine, off: i64, life: Duration) -> Result<Self, Failure> {
        let server = server_with(Rotation::KillFamily, life)?;
        let start = Start::over(&server, &engine.url(), &engine.namespace()?);
        let clocks = [off, -off].map(FakeClock::ahead);
        let clocks = clocks.into_iter().collect::<Result<Vec<_>, _>>()?;
        let starts = clocks.iter().cycle().take(4);
        let starts = starts.map(|clock| start.clone().clock(clock)).collect();
        Self::of(server, starts, clocks)
    }

    fn of(server: TestServer, starts: Vec<Start>, clocks: Vec<FakeClock>) -> Result<Self, Failure> {
        let workers: Result<Vec<_>, _> = starts.iter().map(Start::spawn).collect();
        let mut workers = workers?;
        let first = workers.first_mut().ok_or("no processes")?;
        first.ask("log-in")?.went_well()?;
        Ok(Self {
            server,
            workers,
            _clocks: clocks,
        })
    }

    /// One renewal for each token that the server rejects.
    fn rounds(mut self, times: usize) -> CheckResult {
        self.all_call()?;
        for round in 0..times {
            let mark = self.server.requests().mark();
            self.server.revoke_access_tokens();
            let wrong = |failure| format!("round {round}: {failure}");
            self.all_call().map_err(wrong)?;
            let log = since(&self.server, mark);
            counted("token requests", log.token(), 1)
                .and_then(|()| counted("renewals", rotations(&log), 1))
                .map_err(wrong)?;
        }
        Ok(())
    }

    /// A host ahead of the one that saved takes the token for expired, and renews it again; the one
    /// behind does not. Each host is the first one in turn.
    fn calm_rounds(mut self, times: usize) -> CheckResult {
        for round in 0..times {
            let mark = self.server.requests().mark();
            self.server.revoke_access_tokens();
            let wrong = |failure| format!("round {round}: {failure}");
            for worker in &mut self.workers {
                worker
                    .ask("call")
                    .and_then(WorkerReply::went_well)
                    .map_err(wrong)?;
            }
            self.workers.reverse();
            let log = since(&self.server, mark);
            counted("token requests", log.token(), rotations(&log)).map_err(wrong)?;
            let renewals = rotations(&log);
            let calm = (1..=2).contains(&renewals);
            ensure(calm, format!("round {round}: {renewals} renewals"))?;
        }
        Ok(())
    }

    /// Hosts that call at the same time renew each other's tokens, some of which the server has ended
    /// before they are used.
    fn hasty_rounds(mut self, times: usize) -> CheckResult {
        for round in 0..times {
            let wrong = |failure| format!("round {round}: {failure}");
            let mark = self.server.requests().mark();
            self.server.revoke_access_tokens();
            self.all_call().map_err(wrong)?;
            let log = since(&self.server, mark);
            counted("token requests", log.token(), rotations(&log)).map_err(wrong)?;
        }
        Ok(())
    }

    /// Each time another process is first. One that renewed a dozen times in a row within moments of a
    /// rejection would be refused the next one.
    fn all_call(&mut self) -> CheckResult {
        self.workers.rotate_left(1);
        for worker in &mut self.workers {
            worker.tell(&format!("calls {THREADS} {TASKS}"))?;
        }
        for worker in &mut self.workers {
            for _ in 0..THREADS + TASKS {
                match worker.reply()? {
                    WorkerReply::Ok => {}
                    other => return Err(format!("expected success, got {other:?}").into()),
                }
            }
        }
        Ok(())
    }
}

/// The store's work for a renewal, again and again from some threads: the figures in words. They
/// depend on the machine, so none of them is a goal here.
fn cost(engine: &Engine) -> Result<String, Failure> {
    const TIMES: usize = 200;
    const THREADS: usize = 4;
    let namespace = engine.namespace()?;
    let store = engine.open(&namespace)?;
    let record = SecretBytes::new(vec![b'x'; 2000]);
    let cycle = |key: &AccountKey| -> Result<Duration, Error> {
        let began = Instant::now();
        store.load(key)?;
        let taken = || Error::internal("the lease is taken");
        let lease = store.try_lease(key)?.ok_or_else(taken)?;
        store.load(key)?;
        store.confirm(&lease, Duration::from_secs(35))?;
        store.save(&lease, &record)?;
        drop(lease);
        Ok(began.elapsed())
    };
    let key = |number: usize| AccountKey::new("fleet", "tool", &number.to_string());
    let mut alone = Vec::new();
    for number in 0..TIMES {
        alone.push(cycle(&key(number))?);
    }
    alone.sort();
    let began = Instant::now();
    thread::scope(|scope| -> CheckResult {
        let work = |thread: usize| {
            let (cycle, key) = (&cycle, &key);
            move || (0..TIMES).try_for_each(|_| cycle(&key(TIMES + thread)).map(drop))
        };
        let all: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(work(thread)))
            .collect();
        for one in all {
            one.join().map_err(|_| "it panicked")??;
        }
        Ok(())
    })?;
    let took = began.elapsed();
    let open = engine.connections(&namespace)?;
    if let Some(open) = open {
        counted("connections", open, 1)?;
    }
    let rate = (TIMES * THREADS) as f64 / took.as_secs_f64();
    Ok(format!(
        "load, lease, load, confirm, save, free: p50 {:.2} ms, p99 {:.2} ms; {rate:.0}/s from \
         {THREADS} threads",
        alone[TIMES / 2].as_secs_f64() * 1000.0,
        alone[TIMES * 99 / 100].as_secs_f64() * 1000.0,
    ))
}

/// Longer than a lease lasts without a heartbeat.
fn many_leases(engine: &Engine) -> CheckResult {
    const MANY: usize = 10_000;
    const THREADS: usize = 8;
    let namespace = engine.namespace()?;
    let (store, other) = (engine.open(&namespace)?, engine.open(&namespace)?);
    let key = |number: usize| AccountKey::new("fleet", "tool", &number.to_string());
    let leases = thread::scope(|scope| -> Result<Vec<_>, Failure> {
        let take = |first: usize| {
            let store = &store;
            move || {
                (first..MANY)
                    .step_by(THREADS)
                    .map(|number| store.try_lease(&key(number)))
                    .collect::<Result<Vec<_>, _>>()
            }
        };
        let all: Vec<_> = (0..THREADS).map(|first| scope.spawn(take(first))).collect();
        let mut leases = Vec::new();
        for one in all {
            leases.extend(one.join().map_err(|_| "it panicked")??);
        }
        Ok(leases)
    })?;
    ensure(leases.iter().all(Option::is_some), "a lease was not free")?;
    let end = Instant::now() + super::engine::LEASE * 2;
    while Instant::now() < end {
        thread::sleep(Duration::from_millis(50));
    }
    for number in (0..MANY).step_by(200) {
        let stolen = other.try_lease(&key(number))?.is_some();
        ensure(!stolen, format!("lease {number} was lost"))?;
    }
    for lease in leases.iter().flatten().step_by(200) {
        ensure(store.confirm(lease, Duration::ZERO)?, "it is not confirmed")?;
    }
    Ok(())
}

fn notes(engine: &Engine) -> CheckResult {
    const STEPS: usize = 100;
    let namespace = engine.namespace()?;
    let count = || -> Result<(), Error> {
        let store = engine.open(&namespace)?;
        for _ in 0..STEPS {
            store.update_note("count", &mut |text| {
                (text.parse::<usize>().unwrap_or(0) + 1).to_string()
            })?;
        }
        Ok(())
    };
    thread::scope(|scope| -> CheckResult {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(count)).collect();
        for one in all {
            one.join().map_err(|_| "it panicked")??;
        }
        Ok(())
    })?;
    let mut found = String::new();
    engine.open(&namespace)?.update_note("count", &mut |text| {
        text.clone_into(&mut found);
        text.to_owned()
    })?;
    ensure(found == "800", format!("expected 800, got {found}"))
}

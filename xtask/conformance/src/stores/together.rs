//! Several processes, each with threads and tasks, at one store, with a server that ends the login
//! if a refresh token is reused: one renewal for each token end.

use std::thread;
use std::time::{Duration, Instant};

use auth_testkit::{RequestKind, RequestLog, Rotation, TestServer};

use super::clock::FakeClock;
use super::store_dir::{LIFE, StoreDir, TWO_HOURS, counted, rotations, server, since, with_status};
use super::watch::FolderWatcher;
use super::worker_process::{Start, Worker, WorkerReply};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};
use worlds::MAX_WAIT;

/// How many threads and tasks of each process call at once.
const THREADS: usize = 4;
const TASKS: usize = 8;
const CALLS: usize = THREADS + TASKS;

/// How a token ends. The variants alternate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// All clocks move by two hours: each process knows that the token has expired, and must not
    /// send it.
    Expired,
    /// The token is due for renewal and still valid, until it is rotated.
    Due,
    /// The server rejects it long before its expiry: 401.
    Refused,
}

const ENDINGS: [Ending; 3] = [Ending::Expired, Ending::Due, Ending::Refused];

/// Past the point of renewal, which is a tenth of its lifetime before its expiry, and before the
/// margin in which it is no longer sent.
const DUE: Duration = LIFE.saturating_sub(Duration::from_secs(200));

pub(super) fn run(report: &mut Report) {
    report.about("several processes at one store, a server that ends the login on reuse");
    report.single(
        "2 processes, threads and tasks: 50 rounds, 50 renewals",
        || WorkerPool::new(2)?.rounds(50),
    );
    report.single(
        "8 processes, threads and tasks: 50 rounds, 50 renewals",
        || WorkerPool::new(8)?.rounds(50),
    );
}

struct WorkerPool {
    workers: Vec<Worker>,
    watcher: FolderWatcher,
    server: TestServer,
    clock: FakeClock,
    ahead: Duration,
    dir: StoreDir,
}

impl WorkerPool {
    fn new(processes: usize) -> Result<Self, Failure> {
        let (server, dir, clock) = (
            server(Rotation::KillFamily)?,
            StoreDir::new()?,
            FakeClock::ahead(0)?,
        );
        let start = Start::at(&server, &dir).clock(&clock);
        let mut workers = Vec::new();
        for _ in 0..processes {
            workers.push(start.spawn()?);
        }
        let first = workers.first_mut().ok_or("no processes")?;
        first.ask("log-in")?.went_well()?;
        Ok(Self {
            watcher: FolderWatcher::over(dir.folder()),
            ahead: Duration::ZERO,
            server,
            clock,
            workers,
            dir,
        })
    }

    fn rounds(mut self, times: usize) -> CheckResult {
        self.all_call()?;
        for (round, ending) in ENDINGS.into_iter().cycle().take(times).enumerate() {
            let wrong = |failure| format!("round {round}, {ending:?}: {failure}");
            self.round(ending).map_err(wrong)?;
        }
        // Run until the watcher has met an unfinished save.
        let deadline = Instant::now() + MAX_WAIT;
        while self.watcher.half_written() == 0 && Instant::now() < deadline {
            self.round(Ending::Expired)?;
        }
        let half_written = self.watcher.half_written();
        self.watcher.end()?;
        ensure(half_written > 0, "the watcher met no half-written file")?;
        self.dir.is_tidy()
    }

    fn round(&mut self, ending: Ending) -> CheckResult {
        let mark = self.server.requests().mark();
        match ending {
            Ending::Expired => self.go_on_by(TWO_HOURS)?,
            Ending::Due => self.go_on_by(DUE)?,
            Ending::Refused => self.server.revoke_access_tokens(),
        }
        self.all_call()?;
        if ending == Ending::Due {
            // The old token is valid while the renewal runs; once it is rotated, every caller has
            // the new one.
            let deadline = Instant::now() + MAX_WAIT;
            while rotations(&since(&self.server, mark)) == 0 && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(2));
            }
            self.all_call()?;
        }
        self.check(ending, &since(&self.server, mark))
    }

    /// Moves the server's clock first: a token issued from now on is not older than its reader's
    /// clock.
    fn go_on_by(&mut self, time: Duration) -> CheckResult {
        self.server.advance(time);
        self.ahead += time;
        self.clock.set(i64::try_from(self.ahead.as_secs())?)
    }

    fn all_call(&mut self) -> CheckResult {
        for worker in &mut self.workers {
            worker.tell(&format!("calls {THREADS} {TASKS}"))?;
        }
        for worker in &mut self.workers {
            for _ in 0..CALLS {
                match worker.reply()? {
                    WorkerReply::Ok => {}
                    other => return Err(format!("expected success, got {other:?}").into()),
                }
            }
        }
        Ok(())
    }

    fn check(&self, ending: Ending, log: &RequestLog) -> CheckResult {
        counted("token requests", log.token(), 1)?;
        counted("renewals", rotations(log), 1)?;
        if ending == Ending::Expired {
            let expired = with_status(log, RequestKind::Api, 401);
            counted("calls with a token known to be expired", expired, 0)?;
        }
        Ok(())
    }
}

//! Several processes, each with threads and tasks, at one store and a server that ends the login when a refresh token comes
//! back: one renewal for each expiry.

use std::thread;
use std::time::{Duration, Instant};

use auth_testkit::{RequestKind, RequestLog, Rotation, TestServer};

use super::clock::FakeClock;
use super::store_dir::{LIFE, StoreDir, TWO_HOURS, answered, counted, rotations, server, since};
use super::watch::Watcher;
use super::worker_process::{Heard, Start, Worker};
use crate::conformance::expect::ensure;
use crate::conformance::report::{CheckResult, Failure, Report};
use crate::rig::PATIENCE;

/// How many threads and tasks each process calls from, at once.
const THREADS: usize = 4;
const TASKS: usize = 8;
const CALLS: usize = THREADS + TASKS;

/// How a token comes to its end. They take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// All clocks go on by two hours: everybody knows, and nobody may send it.
    Expired,
    /// It is time for the next one, and the old one still serves: until it is rotated, which ends it.
    Due,
    /// The server refuses it long before its date: 401.
    Refused,
}

const ENDINGS: [Ending; 3] = [Ending::Expired, Ending::Due, Ending::Refused];

/// Past the point of renewal, which is a tenth of its life before its end, and not yet too late to send it.
const DUE: Duration = LIFE.saturating_sub(Duration::from_secs(200));

pub(super) fn run(report: &mut Report) {
    report.about("several processes at one store, a server that ends the login on reuse");
    report.single(
        "2 processes, threads and tasks: 50 ends, 50 renewals",
        || Crew::new(2)?.rounds(50),
    );
    report.single(
        "8 processes, threads and tasks: 50 ends, 50 renewals",
        || Crew::new(8)?.rounds(50),
    );
}

struct Crew {
    workers: Vec<Worker>,
    watcher: Watcher,
    server: TestServer,
    clock: FakeClock,
    ahead: Duration,
    home: StoreDir,
}

impl Crew {
    fn new(processes: usize) -> Result<Self, Failure> {
        let (server, home, clock) = (
            server(Rotation::KillFamily)?,
            StoreDir::new()?,
            FakeClock::ahead(0)?,
        );
        let start = Start::at(&server, &home).clock(&clock);
        let mut workers = Vec::new();
        for _ in 0..processes {
            workers.push(start.spawn()?);
        }
        let first = workers.first_mut().ok_or("no processes")?;
        first.ask("log-in")?.went_well()?;
        Ok(Self {
            watcher: Watcher::over(home.folder()),
            ahead: Duration::ZERO,
            server,
            clock,
            workers,
            home,
        })
    }

    fn rounds(mut self, times: usize) -> CheckResult {
        self.all_call()?;
        for (round, ending) in ENDINGS.into_iter().cycle().take(times).enumerate() {
            let wrong = |complaint| format!("round {round}, {ending:?}: {complaint}");
            self.round(ending).map_err(wrong)?;
        }
        // The watcher has seen what it is there for; if it has not, there is more to see.
        let deadline = Instant::now() + PATIENCE;
        while self.watcher.half_written() == 0 && Instant::now() < deadline {
            self.round(Ending::Expired)?;
        }
        let seen = self.watcher.half_written();
        self.watcher.end()?;
        ensure(seen > 0, "no file was seen half-way: nothing was watched")?;
        self.home.is_tidy()
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
            // The old token serves while the renewal is under way; once it is dead, everybody has the new one.
            let deadline = Instant::now() + PATIENCE;
            while rotations(&since(&self.server, mark)) == 0 && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(2));
            }
            self.all_call()?;
        }
        self.check(ending, &since(&self.server, mark))
    }

    /// The server first: a token that is given out from now on is not older than its reader.
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
                match worker.hear()? {
                    Heard::Ok => {}
                    other => return Err(format!("a call ended so: {other:?}").into()),
                }
            }
        }
        Ok(())
    }

    fn check(&self, ending: Ending, seen: &RequestLog) -> CheckResult {
        counted("token requests", seen.token(), 1)?;
        counted("renewals", rotations(seen), 1)?;
        if ending == Ending::Expired {
            let expired = answered(seen, RequestKind::Api, 401);
            counted("calls with a token known to be expired", expired, 0)?;
        }
        Ok(())
    }
}

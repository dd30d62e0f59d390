//! SIGKILL before and after each step of logins and renewals, and inside a save; checks what a
//! fresh process finds.

use std::sync::{Mutex, MutexGuard, PoisonError};

use auth_core::{ErrorKind, SecretBytes, TokenKind, TokenRecord};
use auth_testkit::{Mark, Rotation, TestServer};

use super::store_dir::{MORE_THAN_A_DAY, StoreDir, TWO_HOURS, rotations, server, since};
use super::syscalls;
use super::worker_process::{Start, WorkerReply};
use crate::expect::ensure;
use crate::output;
use crate::report::{CheckResult, Failure, Report};
use worlds::World;

/// What is killed: its set-up, the order to the process, and the check that the account is usable
/// afterwards.
pub(super) struct Job {
    name: &'static str,
    rotation: Rotation,
    begin: fn(&TestServer, &World) -> Result<StoreDir, Failure>,
    order: &'static str,
    afterwards: &'static str,
    lost: Lost,
}

/// When only a new login helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    Never,
    /// Before there was a login.
    WithoutLogin,
    /// When the server has rotated the refresh token, and the new one was not saved.
    RotatedUnsaved,
}

const RENEWAL: Job = Job {
    name: "a renewal, old token revoked at once",
    rotation: Rotation::KillFamily,
    begin: expired,
    order: "call",
    afterwards: "call",
    lost: Lost::RotatedUnsaved,
};

const JOBS: &[Job] = &[
    Job {
        name: "a first login",
        rotation: Rotation::KillFamily,
        begin: |_, _| StoreDir::new(),
        order: "log-in",
        afterwards: "me",
        lost: Lost::WithoutLogin,
    },
    Job {
        name: "a login that replaces another one",
        rotation: Rotation::KillFamily,
        begin: |server, world| StoreDir::logged_in(server.url(), world),
        order: "log-in",
        afterwards: "me",
        lost: Lost::Never,
    },
    RENEWAL,
    Job {
        name: "a renewal, old token revoked on first use of the new",
        rotation: Rotation::OnUse,
        begin: expired,
        order: "call",
        afterwards: "call",
        lost: Lost::Never,
    },
    Job {
        name: "a renewal of the API token",
        rotation: Rotation::KillFamily,
        begin: without_api_token,
        order: "me",
        afterwards: "me",
        lost: Lost::Never,
    },
];

/// With fewer, some steps were missed.
const AT_LEAST: usize = 20;

pub(super) fn run(worlds: &[World; 2], report: &mut Report) {
    report.heading("killed before and after each step", worlds);
    let killed = Mutex::new(0);
    for job in JOBS {
        let points = Mutex::new(Vec::new());
        report.row(job.name, worlds, |world| {
            let found = job.at_each_step(world)?;
            *locked(&killed) += found.len();
            *locked(&points) = found;
            Ok(())
        });
        for (number, point) in (1..).zip(locked(&points).iter()) {
            output::line(format_args!("      {number:>2}  {point}"));
        }
    }
    let each = *locked(&killed) / worlds.len();
    report.single("in all: at least 20 kill points in each world", || {
        ensure(
            each >= AT_LEAST,
            format!("expected at least {AT_LEAST} kill points, got {each}"),
        )
    });
    output::line(format_args!("      {each} in each world"));
    let [world, _] = worlds;
    let points = Mutex::new(Vec::new());
    report.single(
        "a renewal, at each system call with a visible effect",
        || {
            let found = syscalls::at_each(&RENEWAL, world)?;
            *locked(&points) = found;
            Ok(())
        },
    );
    for point in locked(&points).iter() {
        output::line(format_args!("      before {point}"));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn expired(server: &TestServer, world: &World) -> Result<StoreDir, Failure> {
    let dir = StoreDir::logged_in(server.url(), world)?;
    dir.age(TokenKind::Login, TWO_HOURS)?;
    Ok(dir)
}

fn without_api_token(server: &TestServer, world: &World) -> Result<StoreDir, Failure> {
    let dir = StoreDir::logged_in(server.url(), world)?;
    dir.age(TokenKind::Derived, MORE_THAN_A_DAY)?;
    Ok(dir)
}

impl Job {
    pub(super) fn order(&self) -> &'static str {
        self.order
    }

    pub(super) fn server(&self) -> Result<TestServer, Failure> {
        server(self.rotation)
    }

    /// Kills at each step in turn; returns the names of the steps.
    fn at_each_step(&self, world: &World) -> Result<Vec<String>, Failure> {
        let server = self.server()?;
        let mut names = Vec::new();
        // A step that is never reached ends the loop; the bound is for a flow that never ends.
        for step in 1..100 {
            let accident = Accident::begin(self, &server, world)?;
            let mut worker = accident.start().halt_at(step).spawn()?;
            let reply = worker.ask(self.order)?;
            let WorkerReply::Halted(name) = reply else {
                reply.went_well()?;
                return Ok(names);
            };
            worker.kill()?;
            let at_this = |failure| format!("killed at step {step}, {name}: {failure}");
            accident.aftermath().map_err(at_this)?;
            names.push(name);
        }
        Err("the flow does not end".into())
    }
}

/// A process that is about to be killed.
pub(super) struct Accident<'a> {
    job: &'a Job,
    server: &'a TestServer,
    world: &'a World,
    dir: StoreDir,
    before: Option<SecretBytes>,
    mark: Mark,
}

impl<'a> Accident<'a> {
    pub(super) fn begin(
        job: &'a Job,
        server: &'a TestServer,
        world: &'a World,
    ) -> Result<Self, Failure> {
        let dir = (job.begin)(server, world)?;
        let before = dir.text()?;
        let mark = server.requests().mark();
        Ok(Self {
            job,
            server,
            world,
            dir,
            before,
            mark,
        })
    }

    pub(super) fn start(&self) -> Start {
        Start::at(self.server, &self.dir).like(self.world)
    }

    pub(super) fn dir(&self) -> &StoreDir {
        &self.dir
    }

    /// Checks, after the kill, that a fresh process finds the account in order.
    pub(super) fn aftermath(&self) -> CheckResult {
        self.dir.is_private()?;
        let record = self.dir.record()?;
        let lost = self.is_lost(&record)?;
        let mark = self.server.requests().mark();
        let mut fresh = self.start().spawn()?;
        let reply = fresh.ask(self.job.afterwards)?;
        if lost {
            let needs_login = reply.is(ErrorKind::NeedsLogin);
            ensure(needs_login, format!("expected NeedsLogin, got {reply:?}"))?;
            fresh.ask("log-in")?.went_well()?;
            fresh.ask(self.job.afterwards)?.went_well()?;
        } else {
            reply.went_well()?;
        }
        let again = since(self.server, mark);
        ensure(again.grant("refresh_token") <= 1, "renewed twice")?;
        drop(fresh);
        self.dir.is_tidy()?;
        self.dir.is_private()
    }

    /// Whether only a new login helps, by what the server has done and what was saved.
    fn is_lost(&self, now: &TokenRecord) -> Result<bool, Failure> {
        let text = self.dir.text()?;
        let bytes = |text: &Option<SecretBytes>| text.as_ref().map(|text| text.as_ref().to_vec());
        let saved = bytes(&self.before) != bytes(&text);
        let rotated = rotations(&since(self.server, self.mark));
        Ok(match self.job.lost {
            Lost::Never => false,
            Lost::WithoutLogin => now.token(TokenKind::Login).is_none(),
            Lost::RotatedUnsaved => {
                ensure(rotated <= 1, "renewed twice")?;
                rotated == 1 && !saved
            }
        })
    }
}

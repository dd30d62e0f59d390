//! An account in the middle of a renewal, for accidents at each of its steps.

use std::ffi::OsString;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use auth_testkit::{Mark, Rotation, TestServer};

use super::engine::{Engine, LEASE, PASSWORD};
use super::line::Line;
use crate::expect::ensure;
use crate::report::{CheckResult, Failure};
use crate::stores::store_dir::{StoreDir, counted, rotations, server, since};
use crate::stores::worker_process::{Start, Worker, WorkerReply};

/// More steps than a renewal has.
pub(super) const MOST_STEPS: usize = 24;
/// How long a lease is confirmed for at most: the time of a token request, and that of the save.
pub(super) const CONFIRMED: Duration = Duration::from_secs(35);
/// What a busy machine may need in addition.
pub(super) const SLACK: Duration = Duration::from_secs(10);

/// Waits for the turn of a crowd: one of them is set up at a time, so that the machine is no slower
/// than the engines that the cases wait for.
pub(super) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a case for each step, all at once, until one says that there is no such step.
pub(super) fn each_step(case: impl Fn(usize) -> Result<bool, Failure> + Sync) -> CheckResult {
    let reached = thread::scope(|scope| -> Result<usize, Failure> {
        let case = &case;
        let all: Vec<_> = (1..=MOST_STEPS)
            .map(|step| scope.spawn(move || case(step)))
            .collect();
        let mut reached = 0;
        for (step, one) in (1..).zip(all) {
            let result = one.join().map_err(|_| "it panicked")?;
            let found = result.map_err(|failure| format!("step {step}: {failure}"))?;
            reached += usize::from(found);
        }
        Ok(reached)
    })?;
    ensure(
        (10..MOST_STEPS).contains(&reached),
        format!("expected at least 10 steps, got {reached}"),
    )
}

/// A server and the way to start a process at it.
pub(super) struct Scene {
    pub(super) server: TestServer,
    pub(super) start: Start,
    /// The way to start the holder.
    holder: Start,
    /// What is between the holder and another program, if it is no cable.
    line: Option<Line>,
}

impl Scene {
    /// A login whose access token the server rejects.
    pub(super) fn new(engine: &Engine) -> Result<Self, Failure> {
        Self::at(&engine.url(), &engine.namespace()?)
    }

    /// The same, at an engine with a URL of its own.
    pub(super) fn at(url: &str, namespace: &str) -> Result<Self, Failure> {
        Self::with(Rotation::KillFamily, url, namespace)
    }

    /// The same, at a server that treats refresh tokens in this way.
    pub(super) fn with(rotation: Rotation, url: &str, namespace: &str) -> Result<Self, Failure> {
        let server = server(rotation)?;
        let start = Start::over(&server, url, namespace);
        start.spawn()?.ask("log-in")?.went_well()?;
        Ok(Self::of(server, start))
    }

    /// The same in files.
    pub(super) fn in_files(dir: &StoreDir) -> Result<Self, Failure> {
        let server = server(Rotation::KillFamily)?;
        let start = Start::at(&server, dir);
        start.spawn()?.ask("log-in")?.went_well()?;
        Ok(Self::of(server, start))
    }

    fn of(server: TestServer, start: Start) -> Self {
        Self {
            server,
            holder: start.clone(),
            start,
            line: None,
        }
    }

    /// Lets all programs call in the async world.
    pub(super) fn in_async(mut self) -> Self {
        self.start = self.start.asynchronous();
        self.holder = self.holder.asynchronous();
        self
    }

    /// Runs the holder under another program.
    pub(super) fn with_holder_under(mut self, program: Vec<OsString>) -> Self {
        self.holder = self.holder.under(program);
        self
    }

    /// Puts a line between the holder and the engine.
    pub(super) fn with_line_to_engine(
        mut self,
        engine: &Engine,
        namespace: &str,
    ) -> Result<Self, Failure> {
        let line = Line::to(engine.port())?;
        let url = engine.url_with(PASSWORD, line.port());
        self.holder = Start::over(&self.server, &url, namespace);
        self.line = Some(line);
        Ok(self)
    }

    /// Puts a line between the holder and the server.
    pub(super) fn with_line_to_server(mut self) -> Result<Self, Failure> {
        let (address, port) = self.server.url().rsplit_once(':').ok_or("no port")?;
        let line = Line::to(port.parse()?)?;
        self.holder = self.holder.at_origin(&format!("{address}:{}", line.port()));
        self.line = Some(line);
        Ok(self)
    }

    pub(super) fn line(&self) -> Result<&Line, Failure> {
        Ok(self.line.as_ref().ok_or("it has no line")?)
    }

    /// Starts a call that halts at this step for so long. `None` if there is no such step.
    pub(super) fn halted(
        &self,
        step: usize,
        pause: Option<Duration>,
    ) -> Result<Option<(Worker, String)>, Failure> {
        self.server.revoke_access_tokens();
        let mut start = self.holder.clone().halt_at(step);
        if let Some(pause) = pause {
            start = start.halt_for(pause);
        }
        let mut worker = start.spawn()?;
        match worker.ask("call")? {
            WorkerReply::Halted(name) => Ok(Some((worker, name))),
            reply => {
                reply.went_well()?;
                Ok(None)
            }
        }
    }

    /// Calls until the call does not fail for a reason that passes, at most for this time.
    pub(super) fn call_within(
        &self,
        worker: &mut Worker,
        limit: Duration,
    ) -> Result<WorkerReply, Failure> {
        let end = Instant::now() + limit;
        loop {
            match worker.ask("call")? {
                WorkerReply::Failed(failure) if failure.retryable && Instant::now() < end => {
                    thread::sleep(Duration::from_millis(100));
                }
                reply => return Ok(reply),
            }
        }
    }

    /// Fails unless the holder ends well or may try again, then serves, as a fresh process does, with
    /// one renewal since the mark.
    pub(super) fn goes_on(&self, own: &WorkerReply, mut worker: Worker, mark: Mark) -> CheckResult {
        ensure(may_be_tried_again(own), format!("{own:?}"))?;
        self.call_within(&mut worker, SLACK)?.went_well()?;
        drop(worker);
        let mut fresh = self.start.spawn()?;
        self.call_within(&mut fresh, CONFIRMED + LEASE + SLACK)?
            .went_well()?;
        counted("renewals", rotations(&since(&self.server, mark)), 1)
    }
}

/// Whether the call succeeded, or failed for a reason that passes.
pub(super) fn may_be_tried_again(reply: &WorkerReply) -> bool {
    match reply {
        WorkerReply::Ok => true,
        WorkerReply::Failed(failure) => failure.retryable,
        _ => false,
    }
}

/// A holder that was stopped in mid-renewal.
pub(super) struct Holder {
    pub(super) scene: Scene,
    pub(super) worker: Worker,
    /// The step that it was stopped at.
    pub(super) name: String,
    pub(super) mark: Mark,
    /// What it has said since.
    reply: Option<WorkerReply>,
}

impl Holder {
    /// Whether its call has not ended yet.
    pub(super) fn is_silent(&mut self) -> Result<bool, Failure> {
        self.reply = self.worker.reply_within(Duration::ZERO)?;
        Ok(self.reply.is_none())
    }

    /// As [`Scene::goes_on`].
    pub(super) fn goes_on(mut self) -> CheckResult {
        let own = match self.reply {
            Some(reply) => reply,
            None => self.worker.reply()?,
        };
        let name = self.name;
        let ended = self.scene.goes_on(&own, self.worker, self.mark);
        ended.map_err(|failure| format!("{name}: {failure}").into())
    }
}

/// Holders that are stopped at each step of a renewal, all at the same time.
pub(super) fn stopped_at_each_step(
    engine: &Engine,
    scene: impl Fn(&str) -> Result<Scene, Failure> + Sync,
) -> Result<Vec<Holder>, Failure> {
    let _turn = turn();
    let namespaces = engine.namespaces(MOST_STEPS)?;
    let stop = |step: usize, namespace: &str| -> Result<Option<Holder>, Failure> {
        let scene = scene(namespace)?;
        let mark = scene.server.requests().mark();
        let Some((worker, name)) = scene.halted(step, Some(Duration::from_millis(300)))? else {
            return Ok(None);
        };
        worker.stop()?;
        Ok(Some(Holder {
            scene,
            worker,
            name,
            mark,
            reply: None,
        }))
    };
    let stop = &stop;
    thread::scope(|scope| {
        let all: Vec<_> = (1..)
            .zip(&namespaces)
            .map(|(step, namespace)| scope.spawn(move || stop(step, namespace)))
            .collect();
        let mut holders = Vec::new();
        for one in all {
            holders.extend(one.join().map_err(|_| "it panicked")??);
        }
        ensure(
            (10..MOST_STEPS).contains(&holders.len()),
            format!("expected at least 10 steps, got {}", holders.len()),
        )?;
        Ok(holders)
    })
}

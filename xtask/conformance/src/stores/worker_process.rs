//! The master's side of a worker process: orders go in, lines come back, and it can be killed,
//! stopped and continued.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::ErrorKind;
use auth_testkit::TestServer;
use serde_json::Value;

use super::clock::{FakeClock, clean_up_after};
use super::store_dir::{MARK, StoreDir};
use super::worker_main::TASK;
use crate::report::{CheckResult, Failure};
use worlds::{MAX_WAIT, World};

/// How to start a worker.
#[derive(Clone)]
pub(crate) struct Start {
    origin: String,
    options: Vec<OsString>,
    faked_clock: bool,
    /// The program that runs it, with its arguments.
    under: Vec<OsString>,
}

impl Start {
    /// For this server and this store.
    pub(crate) fn at(server: &TestServer, dir: &StoreDir) -> Self {
        Self::of(server, ["--folder".into(), dir.folder().into()])
    }

    /// For this server and the engine at this URL.
    pub(crate) fn over(server: &TestServer, url: &str, namespace: &str) -> Self {
        let options = ["--engine", url, "--namespace", namespace];
        Self::of(server, options.map(Into::into))
    }

    fn of(server: &TestServer, options: impl Into<Vec<OsString>>) -> Self {
        Self {
            origin: server.url().to_owned(),
            options: options.into(),
            faked_clock: false,
            under: Vec::new(),
        }
    }

    /// In this world, where it executes single orders.
    pub(crate) fn like(self, world: &World) -> Self {
        match world {
            World::Blocking(_) => self,
            World::Async(..) => self.asynchronous(),
        }
    }

    /// In the async world, where it executes single orders.
    pub(crate) fn asynchronous(self) -> Self {
        self.option("--async")
    }

    /// Halts it at this step, counted from 1.
    pub(crate) fn halt_at(self, step: usize) -> Self {
        self.option("--halt-at").option(step.to_string())
    }

    /// Ends the halt after this time.
    pub(crate) fn halt_for(self, time: Duration) -> Self {
        let millis = time.as_millis().to_string();
        self.option("--halt-ms").option(millis)
    }

    /// Sets how long its calls wait for a renewal.
    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        let millis = timeout.as_millis().to_string();
        self.option("--renewal-timeout-ms").option(millis)
    }

    /// Gives it another clock.
    pub(crate) fn clock(mut self, clock: &FakeClock) -> Self {
        self.faked_clock = true;
        self.under(clock.command())
    }

    /// For a proxy in front of the server.
    pub(crate) fn at_origin(mut self, origin: &str) -> Self {
        origin.clone_into(&mut self.origin);
        self
    }

    /// Runs it under another program, given with its arguments.
    pub(crate) fn under<S: Into<OsString>>(mut self, program: impl IntoIterator<Item = S>) -> Self {
        self.under = program.into_iter().map(Into::into).collect();
        self
    }

    fn option(mut self, option: impl Into<OsString>) -> Self {
        self.options.push(option.into());
        self
    }

    pub(crate) fn spawn(&self) -> Result<Worker, Failure> {
        // A umask of 0 removes no permission, so files are private only because the store makes
        // them so.
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask 000; exec \"$0\" \"$@\""])
            .args(&self.under)
            .arg(std::env::current_exe()?)
            .args([TASK, "--origin", &self.origin])
            .args(&self.options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        Worker::of(command.spawn()?, self.faked_clock)
    }
}

/// A line from a worker, or its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum WorkerReply {
    Ok,
    Failed(WorkerFailure),
    /// It halted at the step of this name.
    Halted(String),
    /// The process has ended.
    Gone,
}

/// An error as a worker reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkerFailure {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) retryable: bool,
}

impl WorkerReply {
    /// Fails unless the call succeeded.
    pub(crate) fn went_well(self) -> CheckResult {
        match self {
            Self::Ok => Ok(()),
            other => Err(format!("expected success, got {other:?}").into()),
        }
    }

    /// Whether the error is of this kind.
    pub(crate) fn is(&self, kind: ErrorKind) -> bool {
        matches!(self, Self::Failed(failure) if failure.kind == format!("{kind:?}"))
    }
}

/// A running worker; killed on drop.
pub(crate) struct Worker {
    child: Child,
    orders: Option<ChildStdin>,
    lines: Receiver<String>,
    faked_clock: bool,
}

impl Worker {
    fn of(mut child: Child, faked_clock: bool) -> Result<Self, Failure> {
        let orders = child.stdin.take();
        let output = child
            .stdout
            .take()
            .ok_or("the worker has no standard output")?;
        let (giver, lines) = mpsc::channel();
        thread::spawn(move || {
            let written = BufReader::new(output).lines().map_while(Result::ok);
            written
                .take_while(|line| giver.send(line.clone()).is_ok())
                .for_each(drop);
        });
        Ok(Self {
            child,
            orders,
            lines,
            faked_clock,
        })
    }

    pub(crate) fn tell(&mut self, order: &str) -> CheckResult {
        let orders = self
            .orders
            .as_mut()
            .ok_or("the worker has no standard input")?;
        Ok(writeln!(orders, "{order}")?)
    }

    /// The next line it writes.
    pub(crate) fn reply(&mut self) -> Result<WorkerReply, Failure> {
        self.reply_within(MAX_WAIT)?
            .ok_or_else(|| "the worker did not write a line".into())
    }

    /// The next line it writes, or `None` if there is none within this time.
    pub(crate) fn reply_within(&mut self, limit: Duration) -> Result<Option<WorkerReply>, Failure> {
        let line = match self.lines.recv_timeout(limit) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Err(RecvTimeoutError::Disconnected) => return Ok(Some(WorkerReply::Gone)),
        };
        if line.contains(MARK) {
            return Err("the worker's line contains a secret".into());
        }
        let value: Value = serde_json::from_str(&line)?;
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Ok(Some(if value["ok"] == true {
            WorkerReply::Ok
        } else if let Some(step) = text("halt") {
            WorkerReply::Halted(step)
        } else {
            WorkerReply::Failed(WorkerFailure {
                kind: text("kind").ok_or("the worker's line has no kind")?,
                text: text("text").unwrap_or_default(),
                retryable: value["again"] == true,
            })
        }))
    }

    pub(crate) fn ask(&mut self, order: &str) -> Result<WorkerReply, Failure> {
        self.tell(order)?;
        self.reply()
    }

    /// Sends SIGKILL and waits for the end.
    pub(crate) fn kill(mut self) -> CheckResult {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends SIGSTOP: the process hangs and keeps its locks.
    pub(crate) fn stop(&self) -> CheckResult {
        self.signal("STOP")
    }

    /// Sends SIGCONT.
    pub(crate) fn go_on(&self) -> CheckResult {
        self.signal("CONT")
    }

    fn signal(&self, name: &str) -> CheckResult {
        let id = self.child.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -s \"$0\" \"$1\"", name, &id])
            .status()?;
        match sent.success() {
            true => Ok(()),
            false => Err(format!("cannot send SIG{name}").into()),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Closing its input ends it, which lets libfaketime clean up.
        drop(self.orders.take());
        let deadline = Instant::now() + Duration::from_secs(2);
        while self.faked_clock
            && matches!(self.child.try_wait(), Ok(None))
            && Instant::now() < deadline
        {
            thread::sleep(Duration::from_millis(1));
        }
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
        if self.faked_clock {
            clean_up_after(self.child.id());
        }
    }
}

//! A process of the run as its master sees it: orders go in, lines come back.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Stop;

/// Nothing that is ordered takes longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that was started here; it is ended when dropped.
pub(super) struct Process {
    name: String,
    child: Child,
    orders: Option<ChildStdin>,
    replies: Receiver<Value>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts one of our own tasks. All its lines but replies go to `told`.
    pub(super) fn start<S: AsRef<OsStr>>(
        name: String,
        args: impl IntoIterator<Item = S>,
        told: impl Fn(&Value) + Send + 'static,
    ) -> Result<Self, Stop> {
        let failed = |error| Stop::Failed(format!("{name} does not start: {error}"));
        let own = std::env::current_exe().map_err(failed)?;
        let mut child = Command::new(own)
            .args(args)
            // One heap for all threads: how much memory is in use then does not hang on which thread asked for it.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let orders = child.stdin.take();
        let output = child.stdout.take();
        let (giver, replies) = mpsc::channel();
        let reader = thread::spawn(move || {
            let lines = output
                .map(BufReader::new)
                .into_iter()
                .flat_map(BufRead::lines);
            for line in lines.map_while(Result::ok) {
                let value: Value = serde_json::from_str(&line).unwrap_or_default();
                match value.get("reply") {
                    // Nobody waits for it any more: then it is of no use.
                    Some(reply) => drop(giver.send(reply.clone())),
                    None => told(&value),
                }
            }
        });
        Ok(Self {
            name,
            child,
            orders,
            replies,
            reader: Some(reader),
        })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn tell(&mut self, order: &str) -> Result<(), Stop> {
        let written = match &mut self.orders {
            Some(orders) => writeln!(orders, "{order}"),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        written.map_err(|error| Stop::Failed(format!("{} takes no orders: {error}", self.name)))
    }

    /// The end of the oldest order that has not been waited for.
    pub(super) fn hear(&self) -> Result<Value, Stop> {
        let name = &self.name;
        self.replies.recv_timeout(PATIENCE).map_err(|error| {
            Stop::Failed(match error {
                RecvTimeoutError::Timeout => format!("{name} says nothing"),
                RecvTimeoutError::Disconnected => format!("{name} has ended before its time"),
            })
        })
    }

    pub(super) fn ask(&mut self, order: &str) -> Result<Value, Stop> {
        self.tell(order)?;
        self.hear()
    }

    /// Ends it, and waits for the last of its lines.
    pub(super) fn end(mut self) -> Result<(), Stop> {
        self.stop();
        match self.reader.take().map(JoinHandle::join) {
            Some(Err(_)) => Err(Stop::Failed(format!("reading {} panicked", self.name))),
            _ => Ok(()),
        }
    }

    /// The end of its orders ends it.
    fn stop(&mut self) {
        drop(self.orders.take());
        let deadline = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

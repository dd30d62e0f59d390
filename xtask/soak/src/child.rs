//! The master's side of a process of the run: orders go in, lines come back.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Stop;

/// The longest time an order may take.
const MAX_WAIT: Duration = Duration::from_secs(120);

/// A child process, ended on drop.
pub(super) struct Process {
    name: String,
    child: Child,
    orders: Option<ChildStdin>,
    replies: Receiver<Value>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts one of our own tasks. Sends all its lines except replies to `lines`.
    pub(super) fn start<S: AsRef<OsStr>>(
        name: String,
        args: impl IntoIterator<Item = S>,
        report: impl Fn(&Value) + Send + 'static,
    ) -> Result<Self, Stop> {
        let failed = |error| Stop::Failed(format!("cannot start {name}: {error}"));
        let own = std::env::current_exe().map_err(failed)?;
        let mut child = Command::new(own)
            .args(args)
            // One heap for all threads. Otherwise the memory in use depends on which thread
            // allocated it.
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
                    // A failed send means that the waiting side has given up.
                    Some(reply) => drop(giver.send(reply.clone())),
                    None => report(&value),
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
        written.map_err(|error| {
            Stop::Failed(format!("cannot send an order to {}: {error}", self.name))
        })
    }

    /// Waits for the reply to the oldest pending order.
    pub(super) fn hear(&self) -> Result<Value, Stop> {
        let name = &self.name;
        self.replies.recv_timeout(MAX_WAIT).map_err(|error| {
            Stop::Failed(match error {
                RecvTimeoutError::Timeout => format!("{name} did not reply"),
                RecvTimeoutError::Disconnected => format!("{name} ended early"),
            })
        })
    }

    pub(super) fn ask(&mut self, order: &str) -> Result<Value, Stop> {
        self.tell(order)?;
        self.hear()
    }

    /// Ends the process and waits for its last lines.
    pub(super) fn end(mut self) -> Result<(), Stop> {
        self.stop();
        match self.reader.take().map(JoinHandle::join) {
            Some(Err(_)) => Err(Stop::Failed(format!("reading {} panicked", self.name))),
            _ => Ok(()),
        }
    }

    /// Closing its input ends the process.
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

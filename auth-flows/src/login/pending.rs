//! A login that waits for its person: a one-shot cell, and a flag that says whether anybody still waits.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    thread,
    time::Duration,
};

use auth_core::{CodeGrant, Error, ErrorKind};

use crate::sync::{
    oneshot::{Receiver, Sender, channel},
    park::park_on,
};

/// A login that waits for its person: a future, and something a thread can wait on. Dropping it ends the listener.
///
/// Any executor will do; none is needed.
#[derive(Debug)]
#[must_use = "a login that is dropped is given up"]
pub struct PendingLogin {
    outcome: Receiver<Result<CodeGrant, Error>>,
    given_up: Arc<AtomicBool>,
    /// Why no browser was opened.
    problem: Arc<OnceLock<String>>,
}

/// The other end, for whoever brings the response.
pub(crate) struct LoginSender {
    giver: Sender<Result<CodeGrant, Error>>,
    given_up: Arc<AtomicBool>,
}

impl PendingLogin {
    pub(crate) fn new() -> (LoginSender, Self) {
        let (giver, outcome) = channel();
        let given_up = Arc::new(AtomicBool::new(false));
        let other = LoginSender {
            giver,
            given_up: Arc::clone(&given_up),
        };
        let waiting = Self {
            outcome,
            given_up,
            problem: Arc::default(),
        };
        (other, waiting)
    }

    /// Where to write down that no browser was opened: if nobody comes, that is why.
    pub(crate) fn problem(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.problem)
    }

    /// Waits on this thread.
    ///
    /// # Errors
    /// [`ErrorKind::ConsentDenied`]: the person refused. [`ErrorKind::TimedOut`]: the deadline passed. Otherwise why the answer was
    /// not accepted.
    pub fn wait(self) -> Result<CodeGrant, Error> {
        // The listener has a deadline of its own, and a prompt is the program's.
        park_on(self, Duration::MAX).unwrap_or_else(|| Err(no_response()))
    }
}

impl Future for PendingLogin {
    type Output = Result<CodeGrant, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = Pin::new(&mut self.outcome).poll(context);
        outcome.map(|outcome| {
            let outcome = outcome.unwrap_or_else(|| Err(no_response()));
            outcome.map_err(|error| match self.problem.get() {
                Some(problem) if error.kind() == ErrorKind::TimedOut => {
                    error.with_source(format!("no browser could be opened ({problem})"))
                }
                _ => error,
            })
        })
    }
}

impl Drop for PendingLogin {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

impl LoginSender {
    /// Gives the response; a second one is dropped.
    pub(crate) fn send(&self, answer: Result<CodeGrant, Error>) {
        self.giver.send(answer);
    }

    /// Nobody waits any more.
    pub(crate) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }
}

/// A thread of its own, with a name. The job is a box, so that threads are compiled once for all.
pub(crate) fn spawn(name: &str, job: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(job).map(drop)
}

/// The program's own prompt panicked.
fn no_response() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "the login ended without a response",
    )
    .with_help("begin the login again")
}

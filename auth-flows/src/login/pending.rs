//! A login that waits for the user: a one-shot channel, and a flag that the caller has dropped it.

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

use super::listener::port::Port;
use crate::sync::{
    oneshot::{Receiver, Sender, channel},
    park::park_on,
};

/// A login that waits for the user: await it on any executor, or block on [`wait`](Self::wait).
///
/// Dropping it cancels the login and ends the listener.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, session, login) = setup::login();
/// let pending = session.begin_login(login)?.start()?;
/// let grant = pending.wait()?; // in async code: `pending.await?`
/// let status = session.complete_login(grant)?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "dropping it cancels the login"]
#[doc(alias = "cancel")]
pub struct PendingLogin {
    outcome: Receiver<Result<CodeGrant, Error>>,
    dropped: Arc<AtomicBool>,
    /// Why the browser did not open.
    problem: Arc<OnceLock<String>>,
    /// The listener's port.
    port: Option<Arc<Port>>,
}

/// Sends the result of a [`PendingLogin`]; held by the listener or the prompt.
pub(crate) struct LoginSender {
    sender: Sender<Result<CodeGrant, Error>>,
    dropped: Arc<AtomicBool>,
}

impl PendingLogin {
    pub(crate) fn new() -> (LoginSender, Self) {
        let (sender, outcome) = channel();
        let dropped = Arc::new(AtomicBool::new(false));
        let sender = LoginSender {
            sender,
            dropped: Arc::clone(&dropped),
        };
        let pending = Self {
            outcome,
            dropped,
            problem: Arc::default(),
            port: None,
        };
        (sender, pending)
    }

    /// A login at a listener: dropping it before it has its result frees the port.
    pub(crate) fn at(port: Arc<Port>) -> (LoginSender, Self) {
        let (sender, mut pending) = Self::new();
        pending.port = Some(port);
        (sender, pending)
    }

    /// Returns the cell for the reason why the browser did not open; a timeout reports it.
    pub(crate) fn problem(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.problem)
    }

    /// Blocks this thread until the login has its result.
    ///
    /// # Errors
    /// [`ErrorKind::ConsentDenied`] if the user refused, or entered nothing. [`ErrorKind::TimedOut`] if
    /// the redirect did not arrive in time. Otherwise the reason why the response was rejected.
    pub fn wait(self) -> Result<CodeGrant, Error> {
        // No timeout here: the listener has its own, and a prompt ends with the program's function.
        park_on(self, Duration::MAX).unwrap_or_else(|| Err(no_response()))
    }
}

impl Future for PendingLogin {
    type Output = Result<CodeGrant, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = Pin::new(&mut self.outcome).poll(context);
        outcome.map(|outcome| {
            // The listener has closed it, or shows its page for a while.
            self.port = None;
            let outcome = outcome.unwrap_or_else(|| Err(no_response()));
            outcome.map_err(|error| match self.problem.get() {
                Some(problem) if error.kind() == ErrorKind::TimedOut => {
                    error.with_source(format!("the browser did not open ({problem})"))
                }
                _ => error,
            })
        })
    }
}

impl Drop for PendingLogin {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Relaxed);
        if let Some(port) = &self.port {
            port.close();
        }
    }
}

impl LoginSender {
    /// Sends the result; discards a second one.
    pub(crate) fn send(&self, outcome: Result<CodeGrant, Error>) {
        self.sender.send(outcome);
    }

    /// Returns whether the program has dropped the [`PendingLogin`].
    pub(crate) fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// Spawns a detached thread with a name. The job is boxed, so that this is compiled once.
pub(crate) fn spawn(name: &str, job: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(job).map(drop)
}

/// The error if the program's prompt panicked.
fn no_response() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "the login ended without a response",
    )
    .with_help("start the login again")
}

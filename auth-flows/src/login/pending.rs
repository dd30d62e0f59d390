//! A login that waits for the user: a one-shot channel, and the handles that end it.

use std::{
    fmt, io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use auth_core::{CodeGrant, Error, ErrorKind, PendingAuthorization};

use super::{canceller::Canceller, ending::Ending, listener::port::Port, paster::Paster};
use crate::sync::{
    oneshot::{Receiver, channel},
    park::park_on,
};

/// A login that waits for the user: await it on any executor, or block on [`wait`](Self::wait).
///
/// [`try_wait`](Self::try_wait) and [`wait_timeout`](Self::wait_timeout) look for the result
/// without giving the login up. Dropping it cancels the login and ends the listener, and so does
/// its [`canceller`](Self::canceller) from elsewhere.
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
    ending: Arc<Ending>,
    authorization: Arc<PendingAuthorization>,
    canceller: Canceller,
    /// Why the browser did not open.
    problem: Arc<OnceLock<io::Error>>,
}

/// Why the browser did not open, as the source of a timeout.
#[derive(Debug)]
struct NotOpened {
    what: String,
    /// An error of the system, which is not repeated in the words.
    system: Option<io::Error>,
}

impl NotOpened {
    fn new(problem: &io::Error) -> Self {
        let what = "the browser did not open";
        match problem.raw_os_error() {
            Some(code) => Self {
                what: what.to_owned(),
                system: Some(io::Error::from_raw_os_error(code)),
            },
            None => Self {
                what: format!("{what} ({problem})"),
                system: None,
            },
        }
    }
}

impl fmt::Display for NotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for NotOpened {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.system.as_ref().map(|system| system as _)
    }
}

/// Sends the result of a [`PendingLogin`]; held by the listener or the prompt.
pub(crate) struct LoginSender(Arc<Ending>);

impl PendingLogin {
    /// Makes a login and its sender. Dropping the login before it is over frees the port.
    pub(crate) fn new(
        authorization: Arc<PendingAuthorization>,
        port: Option<Arc<Port>>,
    ) -> (LoginSender, Self) {
        let (sender, outcome) = channel();
        let ending = Arc::new(Ending::new(sender, port));
        let canceller = Canceller::new();
        canceller.add(&ending);
        let pending = Self {
            outcome,
            ending: Arc::clone(&ending),
            authorization,
            canceller,
            problem: Arc::default(),
        };
        (LoginSender(ending), pending)
    }

    /// Makes this canceller end the login, too.
    pub(super) fn cancelled_by(mut self, canceller: &Canceller) -> Self {
        canceller.add(&self.ending);
        self.canceller = canceller.clone();
        self
    }

    /// Returns the cell for the reason why the browser did not open; a timeout reports it.
    pub(crate) fn problem(&self) -> Arc<OnceLock<io::Error>> {
        Arc::clone(&self.problem)
    }

    /// Returns the canceller of this login, to keep elsewhere: the one of
    /// [`Login::canceller`](crate::Login::canceller), or else one of its own.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, login) = setup::login();
    /// # let login = login.no_browser();
    /// let pending = session.begin_login(login)?.start()?;
    /// let canceller = pending.canceller();
    /// std::thread::spawn(move || canceller.cancel());
    /// let error = pending.wait().expect_err("cancelled");
    /// assert_eq!(error.kind(), auth_core::ErrorKind::Cancelled);
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Returns the handle through which the program hands over an address that the user copied from
    /// the browser. The listener listens on meanwhile: the first response ends the login.
    #[must_use]
    pub fn paster(&self) -> Paster {
        Paster::new(Arc::clone(&self.ending), Arc::clone(&self.authorization))
    }

    /// Returns the result if it is there. `None` while the login waits. Afterwards the login is
    /// over: do not wait for it again.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, login) = setup::login();
    /// let mut pending = session.begin_login(login)?.start()?;
    /// let grant = loop {
    ///     if let Some(outcome) = pending.try_wait() {
    ///         break outcome?;
    ///     }
    ///     std::thread::yield_now(); // the program's own work: its window, its other clients
    /// };
    /// # session.complete_login(grant)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias = "poll")]
    pub fn try_wait(&mut self) -> Option<Result<CodeGrant, Error>> {
        let outcome = Pin::new(self).poll(&mut Context::from_waker(Waker::noop()));
        match outcome {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    }

    /// Blocks this thread until the login has its result; returns `None` if `timeout` passes first.
    /// The login then continues. In async code give `&mut pending` to the runtime's own timeout.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, login) = setup::login();
    /// use std::time::Duration;
    ///
    /// let mut pending = session.begin_login(login)?.start()?;
    /// let grant = loop {
    ///     match pending.wait_timeout(Duration::from_secs(10)) {
    ///         Some(outcome) => break outcome?,
    ///         None => eprintln!("still waiting for the login in your browser"),
    ///     }
    /// };
    /// # session.complete_login(grant)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub fn wait_timeout(&mut self, timeout: Duration) -> Option<Result<CodeGrant, Error>> {
        park_on(self, timeout)
    }

    /// Blocks this thread until the login has its result.
    ///
    /// # Errors
    /// [`ErrorKind::ConsentDenied`] if the user refused, or entered nothing.
    /// [`ErrorKind::TimedOut`] if the redirect did not arrive in time. [`ErrorKind::Cancelled`] if
    /// the program cancelled it. Otherwise the reason why the response was rejected.
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
            let outcome = outcome.unwrap_or_else(|| Err(no_response()));
            outcome.map_err(|error| match self.problem.get() {
                Some(problem) if error.kind() == ErrorKind::TimedOut => {
                    error.with_source(NotOpened::new(problem))
                }
                _ => error,
            })
        })
    }
}

impl Drop for PendingLogin {
    fn drop(&mut self) {
        // If it is over, the listener has closed the port, or shows its page for a while.
        if self.ending.claim() {
            self.ending.close();
        }
    }
}

impl LoginSender {
    /// Returns true to the first of those that end the login; the caller then must
    /// [`send`](Self::send) the result.
    pub(crate) fn claim(&self) -> bool {
        self.0.claim()
    }

    /// Sends the result after [`claim`](Self::claim); discards a second one.
    pub(crate) fn send(&self, outcome: Result<CodeGrant, Error>) {
        self.0.send(outcome);
    }

    /// Ends the login with this result, unless it is over.
    pub(crate) fn finish(&self, outcome: Result<CodeGrant, Error>) {
        self.0.finish(outcome);
    }

    /// Returns whether the login has ended: by a response, its deadline, a canceller or the drop.
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_over()
    }
}

impl Drop for LoginSender {
    /// Ends a login whose prompt panicked.
    fn drop(&mut self) {
        // The one that has claimed the end sends it.
        if self.0.claim() {
            self.0.send(Err(no_response()));
        }
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

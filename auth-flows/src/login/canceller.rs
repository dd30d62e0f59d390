//! Cancels logins from outside: another thread, a button, a shutdown.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, Waker},
    time::Duration,
};

use auth_core::{Error, ErrorKind};

use super::ending::Ending;
use crate::sync::park::{park_on, within};

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// Cancels logins that wait for their user. Cheap to clone, and may be sent to another thread.
///
/// Get it from [`PendingLogin::canceller`](crate::PendingLogin::canceller), or make one and pass it
/// to [`Login::canceller`](crate::Login::canceller) or
/// [`Session::log_in_with_device_until`](crate::Session::log_in_with_device_until). One canceller
/// may serve many logins. It is used up when it has cancelled: make another for the next login.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, session) = setup::session();
/// use auth_flows::{Canceller, Login};
///
/// let canceller = Canceller::new();
/// let login = Login::browser(|prompt| eprintln!("{prompt}")).canceller(&canceller);
/// # let login = login.no_browser();
/// let button = std::thread::spawn(move || canceller.cancel()); // when the user presses it
/// let error = session.log_in(login).expect_err("cancelled");
/// assert_eq!(error.kind(), auth_core::ErrorKind::Cancelled);
/// # button.join().expect("no panic");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Default)]
#[doc(alias = "abort")]
pub struct Canceller(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_cancelled: bool,
    logins: Vec<Weak<Ending>>,
    /// The tasks that wait for the cancellation itself.
    wakers: Vec<Waker>,
}

impl Canceller {
    /// Makes a canceller for logins that have not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the logins of this canceller with an error of kind
    /// [`ErrorKind::Cancelled`], and those that begin with it later. Their ports are free when this
    /// returns.
    ///
    /// A login whose response has arrived is not cancelled: its code is valid once, so the login
    /// has its grant. Neither is what follows, the exchange of the code.
    pub fn cancel(&self) {
        let (logins, wakers) = {
            let mut state = self.state();
            state.is_cancelled = true;
            (
                std::mem::take(&mut state.logins),
                std::mem::take(&mut state.wakers),
            )
        };
        for login in logins.iter().filter_map(Weak::upgrade) {
            login.finish(Err(cancelled()));
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Returns whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.state().is_cancelled
    }

    /// Fails if this has cancelled.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.is_cancelled() {
            false => Ok(()),
            true => Err(cancelled()),
        }
    }

    /// Adds a login, which ends at once if this has cancelled.
    #[inline]
    pub(super) fn add(&self, login: &Arc<Ending>) {
        let is_cancelled = {
            let mut state = self.state();
            state.logins.retain(|login| login.strong_count() > 0);
            if !state.is_cancelled {
                state.logins.push(Arc::downgrade(login));
            }
            state.is_cancelled
        };
        if is_cancelled {
            login.finish(Err(cancelled()));
        }
    }

    /// Blocks this thread for a while; fails as soon as this cancels.
    pub(crate) fn sleep(&self, wait: Duration) -> Result<(), Error> {
        park_on(Cancelled::of(self), wait);
        self.check()
    }

    /// Waits for this sleep; fails as soon as this cancels.
    pub(crate) async fn during(&self, sleep: impl Future<Output = ()>) -> Result<(), Error> {
        within(Cancelled::of(self), sleep).await;
        self.check()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The code under this lock cannot panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller")
            .field("is_cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

/// A future for the moment of the cancelling.
struct Cancelled<'a> {
    canceller: &'a Canceller,
    /// The waker of this future, until it is dropped.
    waker: Option<Waker>,
}

impl<'a> Cancelled<'a> {
    fn of(canceller: &'a Canceller) -> Self {
        Self {
            canceller,
            waker: None,
        }
    }
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.canceller.state();
        if state.is_cancelled {
            return Poll::Ready(());
        }
        if !state.wakers.iter().any(|w| w.will_wake(context.waker())) {
            state.wakers.push(context.waker().clone());
        }
        drop(state);
        self.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        if let Some(own) = &self.waker {
            let mut state = self.canceller.state();
            state.wakers.retain(|waker| !waker.will_wake(own));
            drop(state);
            // Another wait of the same task registers anew.
            own.wake_by_ref();
        }
    }
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the login was cancelled")
}

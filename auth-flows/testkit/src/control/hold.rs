//! Holds back requests, so that a test decides which of them overlap.
//!
//! All waits end with the server.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::control::request_kind::{Matching, RequestClass};
use crate::sync::locked;

/// The holds of a server and the requests that wait for them.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    holds: Vec<(u64, Matching)>,
    waiting: Vec<(u64, RequestClass)>,
    next_id: u64,
    stopped: bool,
}

impl Inner {
    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn waiting_for(&self, matching: &Matching) -> usize {
        self.waiting
            .iter()
            .filter(|(_, t)| matching.matches(t))
            .count()
    }
}

impl Holds {
    /// Holds back matching requests until the guard is dropped.
    pub(crate) fn hold(self: &Arc<Self>, matching: Matching) -> Hold {
        let mut inner = locked(&self.inner);
        let id = inner.id();
        inner.holds.push((id, matching.clone()));
        drop(inner);
        Hold {
            holds: Arc::clone(self),
            id,
            matching,
        }
    }

    /// Waits while a hold matches the request. Returns `false` if the server stopped meanwhile.
    pub(crate) fn wait_until_released(&self, class: &RequestClass) -> bool {
        let mut inner = locked(&self.inner);
        let is_blocked = |inner: &Inner| {
            inner
                .holds
                .iter()
                .any(|(_, matching)| matching.matches(class))
        };
        if is_blocked(&inner) && !inner.stopped {
            let id = inner.id();
            inner.waiting.push((id, class.clone()));
            self.changed.notify_all();
            while is_blocked(&inner) && !inner.stopped {
                inner = self
                    .changed
                    .wait(inner)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            inner.waiting.retain(|(waiter, _)| *waiter != id);
            self.changed.notify_all();
        }
        !inner.stopped
    }

    /// Waits this long. Returns `false` if the server stopped meanwhile.
    pub(crate) fn sleep(&self, duration: Duration) -> bool {
        let inner = locked(&self.inner);
        let (inner, _) = self
            .changed
            .wait_timeout_while(inner, duration, |inner| !inner.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        !inner.stopped
    }

    /// Releases all requests and waits, permanently.
    pub(crate) fn stop(&self) {
        locked(&self.inner).stopped = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        locked(&self.inner).stopped
    }
}

/// Holds back requests until it is dropped; made by [`TestServer::hold`].
///
/// The server has read and logged a held request, but not begun to process it.
///
/// ```
/// use std::{thread, time::Duration};
/// use auth_testkit::{Dialect, Matching, TestServer};
/// # use auth_testkit::person::Person;
/// # fn request(server: &TestServer) {
/// #     Person::new("alice", "password").visit(server.url()).unwrap();
/// # }
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
/// let hold = server.hold(Matching::Any);
/// thread::scope(|scope| {
///     for _ in 0..3 {
///         scope.spawn(|| request(&server));
///     }
///     assert!(hold.wait_for(3, Duration::from_secs(10))); // all three overlap now
///     assert_eq!(server.in_flight(), 3);
///     hold.release();
/// });
/// assert_eq!(server.in_flight(), 0);
/// # Ok(())
/// # }
/// ```
///
/// [`TestServer::hold`]: crate::TestServer::hold
#[derive(Debug)]
#[must_use = "requests are held back only until this value is dropped"]
pub struct Hold {
    holds: Arc<Holds>,
    id: u64,
    matching: Matching,
}

impl Hold {
    /// Returns how many requests are held back now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        locked(&self.holds.inner).waiting_for(&self.matching)
    }

    /// Waits until at least `n` requests are held back, for at most `limit`.
    ///
    /// Returns `false` if the time ran out or the server stopped.
    #[must_use = "`false` means that the requests did not arrive"]
    pub fn wait_for(&self, n: usize, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut inner = locked(&self.holds.inner);
        while inner.waiting_for(&self.matching) < n && !inner.stopped {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            (inner, _) = self
                .holds
                .changed
                .wait_timeout(inner, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        inner.waiting_for(&self.matching) >= n
    }

    /// Releases the requests, as dropping the value does.
    pub fn release(self) {}
}

impl Drop for Hold {
    fn drop(&mut self) {
        locked(&self.holds.inner)
            .holds
            .retain(|(id, _)| *id != self.id);
        self.holds.changed.notify_all();
    }
}

//! Making requests wait, so that a test decides what happens at the same time, and waits that end with the server.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::control::request_kind::{Matching, Target};
use crate::sync::locked;

/// Where requests wait.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    holds: Vec<(u64, Matching)>,
    waiting: Vec<(u64, Target)>,
    next_id: u64,
    stopped: bool,
}

impl Inner {
    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn waiting_for(&self, on: &Matching) -> usize {
        self.waiting.iter().filter(|(_, t)| on.matches(t)).count()
    }
}

impl Holds {
    /// Lets no matching request pass until the guard is dropped.
    pub(crate) fn hold(self: &Arc<Self>, on: Matching) -> Hold {
        let mut inner = locked(&self.inner);
        let id = inner.id();
        inner.holds.push((id, on.clone()));
        drop(inner);
        Hold {
            holds: Arc::clone(self),
            id,
            on,
        }
    }

    /// Waits while the request is held. False when the server stopped meanwhile.
    pub(crate) fn pass(&self, target: &Target) -> bool {
        let mut inner = locked(&self.inner);
        let held = |inner: &Inner| inner.holds.iter().any(|(_, on)| on.matches(target));
        if held(&inner) && !inner.stopped {
            let id = inner.id();
            inner.waiting.push((id, target.clone()));
            self.changed.notify_all();
            while held(&inner) && !inner.stopped {
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

    /// Waits this long. False when the server stopped meanwhile.
    pub(crate) fn sleep(&self, duration: Duration) -> bool {
        let inner = locked(&self.inner);
        let (inner, _) = self
            .changed
            .wait_timeout_while(inner, duration, |inner| !inner.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        !inner.stopped
    }

    /// Lets everything go, for good.
    pub(crate) fn stop(&self) {
        locked(&self.inner).stopped = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        locked(&self.inner).stopped
    }
}

/// Holds back requests until it is dropped; made by [`TestServer::hold`](crate::TestServer::hold).
#[derive(Debug)]
#[must_use = "requests are held back only as long as this value lives"]
pub struct Hold {
    holds: Arc<Holds>,
    id: u64,
    on: Matching,
}

impl Hold {
    /// How many requests wait here now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        locked(&self.holds.inner).waiting_for(&self.on)
    }

    /// Waits until at least `n` requests are held back, at most `limit`. False when the time ran out.
    #[must_use = "false says that the requests did not come"]
    pub fn wait_for(&self, n: usize, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut inner = locked(&self.holds.inner);
        while inner.waiting_for(&self.on) < n && !inner.stopped {
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
        inner.waiting_for(&self.on) >= n
    }

    /// Lets the requests go on; the same as dropping it.
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

//! The clock of one exchange: ends it when its limits say so, unless something moves.

use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use auth_core::{Deadline, Limits};

/// The clock of one exchange. Clones are of the same exchange: its upload counts on one of them.
#[derive(Clone)]
pub(crate) struct Clock {
    start: Instant,
    deadline: Arc<Mutex<Deadline>>,
}

impl Clock {
    pub(crate) fn start(limits: &Limits) -> Self {
        Self {
            start: Instant::now(),
            deadline: Arc::new(Mutex::new(Deadline::new(limits))),
        }
    }

    /// Begins the timeout anew.
    pub(crate) fn step(&self) {
        self.change(Deadline::step);
    }

    /// Counts bytes that were sent or received.
    pub(crate) fn moved(&self, bytes: u64) {
        self.change(|deadline, now| deadline.moved(bytes, now));
    }

    /// Waits for `future`. `None` if the time runs out before.
    pub(crate) async fn wait<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        loop {
            let waited = ::tokio::time::timeout(self.left(), future.as_mut()).await;
            match waited {
                Ok(output) => return Some(output),
                Err(_) if self.left().is_zero() => return None,
                Err(_) => {} // something has moved in the meantime
            }
        }
    }

    fn left(&self) -> Duration {
        self.change(|deadline, now| deadline.left(now))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Deadline, Duration) -> T) -> T {
        let mut deadline = self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut deadline, self.start.elapsed())
    }
}

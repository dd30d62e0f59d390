//! The clock of one exchange: ends it when its limits say so, unless something moves.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, ready},
    time::{Duration, Instant},
};

use ::tokio::{task::unconstrained, time::sleep};
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

    /// Waits for `future`. `None` if the time runs out before. What is ready at once costs no
    /// timer.
    pub(crate) async fn wait<F: Future>(&self, future: F) -> Option<F::Output> {
        let (mut future, mut timer) = (pin!(future), pin!(None));
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            loop {
                let Some(running) = timer.as_mut().as_pin_mut() else {
                    timer.set(Some(sleep(self.left())));
                    continue;
                };
                // Also where the future has used up the budget of its task.
                ready!(pin!(unconstrained(running)).poll(context));
                if self.left().is_zero() {
                    return Poll::Ready(None);
                }
                timer.set(None); // something has moved in the meantime
            }
        })
        .await
    }

    fn left(&self) -> Duration {
        self.change(|deadline, now| deadline.left(now))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Deadline, Duration) -> T) -> T {
        let mut deadline = self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut deadline, self.start.elapsed())
    }
}

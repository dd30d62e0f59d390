//! A sleep that ends in time wherever it is awaited.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use ::tokio::runtime::{Handle, Id};

use crate::background;

/// Waits for `duration` by the timer of the runtime that polls it; outside a runtime, by that of
/// this crate. The timer of any other runtime may not run, and panics once that has shut down.
pub(crate) struct Sleep {
    start: Instant,
    duration: Duration,
    timer: Option<(Id, Pin<Box<::tokio::time::Sleep>>)>,
}

impl Sleep {
    pub(crate) fn new(duration: Duration) -> Self {
        Self {
            start: Instant::now(),
            duration,
            timer: None,
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.duration.is_zero() {
            return Poll::Ready(());
        }
        let current = Handle::try_current().ok();
        let Some(handle) = current.as_ref().or_else(|| background::background()) else {
            // No thread can be started: the wait ends at once rather than never.
            return Poll::Ready(());
        };
        if self.timer.as_ref().is_none_or(|(id, _)| *id != handle.id()) {
            let left = match self.timer {
                None => self.duration,
                Some(_) => self.duration.saturating_sub(self.start.elapsed()),
            };
            let _entered = handle.enter();
            self.timer = Some((handle.id(), Box::pin(::tokio::time::sleep(left))));
        }
        match &mut self.timer {
            Some((_, timer)) => timer.as_mut().poll(context),
            None => Poll::Ready(()),
        }
    }
}

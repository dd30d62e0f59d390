//! Counts what is in flight, so that a program can wait for it to end.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use super::{lock::lock, primitives::Mutex};

/// The work of one kind that is in flight.
#[derive(Default)]
pub(crate) struct InFlight {
    running: AtomicUsize,
    /// Whether there may be wakers.
    awaited: AtomicBool,
    wakers: Mutex<Vec<Waker>>,
}

/// One piece of work. Dropping it ends it.
pub(crate) struct Running(Arc<InFlight>);

/// A future for the moment at which nothing is in flight.
pub(crate) struct Idle(Arc<InFlight>);

impl InFlight {
    #[inline]
    pub(crate) fn begin(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::SeqCst);
        Running(Arc::clone(self))
    }

    pub(crate) fn idle(self: &Arc<Self>) -> Idle {
        Idle(Arc::clone(self))
    }

    fn wake(&self) {
        self.awaited.store(false, Ordering::SeqCst);
        let wakers = std::mem::take(&mut *lock(&self.wakers));
        for waker in wakers {
            waker.wake();
        }
    }
}

impl Drop for Running {
    #[inline]
    fn drop(&mut self) {
        let last = self.0.running.fetch_sub(1, Ordering::SeqCst) == 1;
        if last && self.0.awaited.load(Ordering::SeqCst) {
            self.0.wake();
        }
    }
}

impl Future for Idle {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let all = &*self.0;
        if all.running.load(Ordering::SeqCst) == 0 {
            return Poll::Ready(());
        }
        lock(&all.wakers).push(context.waker().clone());
        all.awaited.store(true, Ordering::SeqCst);
        // The last one may have ended before it could see this waker.
        match all.running.load(Ordering::SeqCst) {
            0 => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }
}

//! One flight at a time: a lock and a list of wakers. Threads and tasks wait on the same futures.
//!
//! ```text
//!             join                      land(value), or the leader is dropped
//!   idle ───────────────► flying ───────────────────────────────────────────► idle
//!         (Join::Lead)      │  join (Join::Wait)                                │
//!                           └─► waiting ◄──────────── all waiters woken ────────┘
//! ```

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use super::{lock::lock, primitives::Mutex};

/// At most one flight at a time; everybody else waits for its landing.
pub(crate) struct SingleFlight<T> {
    state: Mutex<State<T>>,
    /// The state's `flying` for those who only want to know: it may be told a moment late.
    flying: AtomicBool,
}

struct State<T> {
    flying: bool,
    /// How many flights have landed.
    landings: u64,
    /// What the last flight landed with, for as long as somebody may still ask for it.
    last: Option<T>,
    waits: usize,
    next_key: u64,
    wakers: Vec<(u64, Waker)>,
}

/// What joining came to.
pub(crate) enum Join<T: Clone> {
    /// Nobody was flying: now we are.
    Lead(Leader<T>),
    /// Somebody is flying.
    Wait(Follower<T>),
}

/// The right to land. Dropping it without landing lets everybody try again.
pub(crate) struct Leader<T: Clone>(Option<Arc<SingleFlight<T>>>);

/// A landing to come. `None` means that the leader vanished: join again.
pub(crate) struct Follower<T> {
    gate: Arc<SingleFlight<T>>,
    landings: u64,
    key: Option<u64>,
}

impl<T: Clone> SingleFlight<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                flying: false,
                landings: 0,
                last: None,
                waits: 0,
                next_key: 0,
                wakers: Vec::new(),
            }),
            flying: AtomicBool::new(false),
        })
    }

    /// Somebody is flying, or was a moment ago. No lock.
    #[inline]
    pub(crate) fn is_flying(&self) -> bool {
        self.flying.load(Ordering::Relaxed)
    }

    pub(crate) fn join(self: &Arc<Self>) -> Join<T> {
        let mut state = lock(&self.state);
        if state.flying {
            return Join::Wait(self.wait(&mut state));
        }
        state.flying = true;
        self.flying.store(true, Ordering::Relaxed);
        Join::Lead(Leader(Some(Arc::clone(self))))
    }

    fn wait(self: &Arc<Self>, state: &mut State<T>) -> Follower<T> {
        state.waits += 1;
        Follower {
            gate: Arc::clone(self),
            landings: state.landings,
            key: None,
        }
    }

    fn finish(&self, value: Option<T>) {
        let wakers = {
            let mut state = lock(&self.state);
            state.flying = false;
            self.flying.store(false, Ordering::Relaxed);
            state.landings += 1;
            state.last = value.filter(|_| state.waits > 0);
            std::mem::take(&mut state.wakers)
        };
        for (_, waker) in wakers {
            waker.wake();
        }
    }
}

impl<T: Clone> Leader<T> {
    /// A way for the leader itself to wait for its own flight, when that goes on elsewhere.
    pub(crate) fn wait(&self) -> Option<Follower<T>> {
        let gate = self.0.as_ref()?;
        let mut state = lock(&gate.state);
        Some(gate.wait(&mut state))
    }

    /// Ends the flight and gives everybody the value.
    pub(crate) fn finish(mut self, value: T) {
        if let Some(gate) = self.0.take() {
            gate.finish(Some(value));
        }
    }
}

impl<T: Clone> Drop for Leader<T> {
    fn drop(&mut self) {
        if let Some(gate) = self.0.take() {
            gate.finish(None);
        }
    }
}

impl<T: Clone> Future for Follower<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let gate = Arc::clone(&self.gate);
        let mut state = lock(&gate.state);
        if state.landings != self.landings {
            self.key = None;
            return Poll::Ready(state.last.clone());
        }
        let known = self
            .key
            .and_then(|key| state.wakers.iter_mut().find(|(k, _)| *k == key));
        match known {
            Some((_, waker)) => waker.clone_from(context.waker()),
            None => {
                let key = state.next_key;
                state.next_key += 1;
                state.wakers.push((key, context.waker().clone()));
                self.key = Some(key);
            }
        }
        Poll::Pending
    }
}

impl<T> Drop for Follower<T> {
    fn drop(&mut self) {
        let mut state = lock(&self.gate.state);
        if let Some(key) = self.key {
            state.wakers.retain(|(k, _)| *k != key);
        }
        state.waits -= 1;
        if state.waits == 0 {
            state.last = None;
        }
    }
}

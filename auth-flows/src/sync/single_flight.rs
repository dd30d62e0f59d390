//! Runs one flight at a time, with a lock and a list of wakers. Threads and tasks wait on the same
//! futures.
//!
//! ```text
//!             join                    finish(value), or the leader is dropped
//!   idle ───────────────► flying ───────────────────────────────────────────► idle
//!         (Join::Leader)    │  join (Join::Follower)                            │
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

/// At most one flight at a time; other callers wait for its end.
pub(crate) struct SingleFlight<T> {
    state: Mutex<State<T>>,
    /// A copy of the state's `flying` that is read without the lock, and may be a moment late.
    flying: AtomicBool,
}

struct State<T> {
    flying: bool,
    /// How many flights have finished.
    finished: u64,
    /// The value of the last flight, as long as a follower may still need it.
    last: Option<T>,
    followers: usize,
    wakers: Wakers,
}

/// The wakers of the followers of one flight. Each keeps its place, so that a crowd costs each
/// follower the same.
#[derive(Default)]
struct Wakers {
    places: Vec<Option<Waker>>,
    free: Vec<usize>,
}

impl Wakers {
    fn add(&mut self, waker: &Waker) -> usize {
        let waker = Some(waker.clone());
        match self.free.pop() {
            Some(place) => {
                self.places[place] = waker;
                place
            }
            None => {
                self.places.push(waker);
                self.places.len() - 1
            }
        }
    }

    fn remove(&mut self, place: usize) {
        self.places[place] = None;
        self.free.push(place);
    }
}

/// The result of joining a flight.
pub(crate) enum Join<T: Clone> {
    /// There was no flight: the caller leads one.
    Leader(Leader<T>),
    /// There is a flight: the caller follows it.
    Follower(Follower<T>),
}

/// The right to finish the flight. Dropping it unfinished lets the followers join again.
pub(crate) struct Leader<T: Clone>(Option<Arc<SingleFlight<T>>>);

/// A future for the end of a flight. `None` means that the leader was dropped: join again.
pub(crate) struct Follower<T> {
    flight: Arc<SingleFlight<T>>,
    finished: u64,
    place: Option<usize>,
}

impl<T: Clone> SingleFlight<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                flying: false,
                finished: 0,
                last: None,
                followers: 0,
                wakers: Wakers::default(),
            }),
            flying: AtomicBool::new(false),
        })
    }

    /// Returns whether there is a flight, or was a moment ago. Takes no lock.
    #[inline]
    pub(crate) fn is_flying(&self) -> bool {
        self.flying.load(Ordering::Relaxed)
    }

    pub(crate) fn join(self: &Arc<Self>) -> Join<T> {
        let mut state = lock(&self.state);
        if state.flying {
            return Join::Follower(self.follow(&mut state));
        }
        state.flying = true;
        self.flying.store(true, Ordering::Relaxed);
        Join::Leader(Leader(Some(Arc::clone(self))))
    }

    fn follow(self: &Arc<Self>, state: &mut State<T>) -> Follower<T> {
        state.followers += 1;
        Follower {
            flight: Arc::clone(self),
            finished: state.finished,
            place: None,
        }
    }

    fn finish(&self, value: Option<T>) {
        let wakers = {
            let mut state = lock(&self.state);
            state.flying = false;
            self.flying.store(false, Ordering::Relaxed);
            state.finished += 1;
            state.last = value.filter(|_| state.followers > 0);
            std::mem::take(&mut state.wakers)
        };
        for waker in wakers.places.into_iter().flatten() {
            waker.wake();
        }
    }
}

impl<T: Clone> Leader<T> {
    /// Returns a future with which the leader waits for its own flight, if another task runs it.
    pub(crate) fn follow(&self) -> Option<Follower<T>> {
        let flight = self.0.as_ref()?;
        let mut state = lock(&flight.state);
        Some(flight.follow(&mut state))
    }

    /// Ends the flight and gives its followers the value.
    pub(crate) fn finish(mut self, value: T) {
        if let Some(flight) = self.0.take() {
            flight.finish(Some(value));
        }
    }
}

impl<T: Clone> Drop for Leader<T> {
    fn drop(&mut self) {
        if let Some(flight) = self.0.take() {
            flight.finish(None);
        }
    }
}

impl<T: Clone> Future for Follower<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let flight = Arc::clone(&self.flight);
        let mut state = lock(&flight.state);
        if state.finished != self.finished {
            self.place = None;
            return Poll::Ready(state.last.clone());
        }
        match self.place {
            Some(place) => state.wakers.places[place] = Some(context.waker().clone()),
            None => self.place = Some(state.wakers.add(context.waker())),
        }
        Poll::Pending
    }
}

impl<T> Drop for Follower<T> {
    fn drop(&mut self) {
        let mut state = lock(&self.flight.state);
        // After the end of the flight its places are gone.
        if let Some(place) = self.place.filter(|_| state.finished == self.finished) {
            state.wakers.remove(place);
        }
        state.followers -= 1;
        if state.followers == 0 {
            state.last = None;
        }
    }
}

//! The only synchronisation: a list of wakers. Threads and tasks wait on the same futures.
//!
//! ```text
//!             join                      land(value), or the leader is dropped
//!   idle ───────────────► flying ───────────────────────────────────────────► idle
//!         (Join::Lead)      │  join (Join::Wait)                                │
//!                           └─► waiting ◄──────────── all waiters woken ────────┘
//! ```

use std::{
    fmt,
    pin::{Pin, pin},
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use crate::sync::{
    Mutex, MutexGuard,
    thread::{self, Thread},
};

/// At most one flight at a time; everybody else waits for its landing.
pub(crate) struct Gate<T> {
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
    Lead(Lead<T>),
    /// Somebody is flying.
    Wait(Wait<T>),
}

/// The right to land. Dropping it without landing lets everybody try again.
pub(crate) struct Lead<T: Clone>(Option<Arc<Gate<T>>>);

/// A landing to come. `None` means that the leader vanished: join again.
pub(crate) struct Wait<T> {
    gate: Arc<Gate<T>>,
    landings: u64,
    key: Option<u64>,
}

impl<T: Clone> Gate<T> {
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
        Join::Lead(Lead(Some(Arc::clone(self))))
    }

    fn wait(self: &Arc<Self>, state: &mut State<T>) -> Wait<T> {
        state.waits += 1;
        Wait {
            gate: Arc::clone(self),
            landings: state.landings,
            key: None,
        }
    }

    fn land(&self, value: Option<T>) {
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

impl<T: Clone> Lead<T> {
    /// A way for the leader itself to wait for its own flight, when that goes on elsewhere.
    pub(crate) fn wait(&self) -> Option<Wait<T>> {
        let gate = self.0.as_ref()?;
        let mut state = lock(&gate.state);
        Some(gate.wait(&mut state))
    }

    /// Ends the flight and gives everybody the value.
    pub(crate) fn land(mut self, value: T) {
        if let Some(gate) = self.0.take() {
            gate.land(Some(value));
        }
    }
}

impl<T: Clone> Drop for Lead<T> {
    fn drop(&mut self) {
        if let Some(gate) = self.0.take() {
            gate.land(None);
        }
    }
}

impl<T: Clone> Future for Wait<T> {
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

impl<T> Drop for Wait<T> {
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

/// A value that somebody will give once: the giver's end, and the taker's.
pub(crate) fn promise<T>() -> (Giver<T>, Taker<T>) {
    let shared = Arc::new(Mutex::new(Promise {
        value: None,
        over: false,
        waker: None,
    }));
    (Giver(Arc::clone(&shared)), Taker(shared))
}

struct Promise<T> {
    value: Option<T>,
    over: bool,
    waker: Option<Waker>,
}

/// Gives the value. Dropped without giving, it tells the taker that nothing will come.
pub(crate) struct Giver<T>(Arc<Mutex<Promise<T>>>);

/// The value to come; `None` if it never will.
pub(crate) struct Taker<T>(Arc<Mutex<Promise<T>>>);

impl<T> Giver<T> {
    /// Gives the value; a second one is dropped.
    pub(crate) fn give(&self, value: T) {
        self.end(Some(value));
    }

    fn end(&self, value: Option<T>) {
        let waker = {
            let mut promise = lock(&self.0);
            if promise.over {
                return;
            }
            promise.over = true;
            promise.value = value;
            promise.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        self.end(None);
    }
}

impl<T> Future for Taker<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut promise = lock(&self.0);
        if promise.over {
            return Poll::Ready(promise.value.take());
        }
        promise.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> fmt::Debug for Taker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Taker")
    }
}

/// Waits on a future from a thread; `None` when `limit` passed first.
pub(crate) fn park_on<F: Future>(future: F, limit: Duration) -> Option<F::Output> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let end = Instant::now().checked_add(limit);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
        match end {
            Some(end) => thread::park_timeout(end.checked_duration_since(Instant::now())?),
            None => thread::park(),
        }
    }
}

/// The first of two futures; `None` if `clock` was it.
pub(crate) async fn within<F: Future>(
    future: F,
    clock: impl Future<Output = ()>,
) -> Option<F::Output> {
    let (mut future, mut clock) = (pin!(future), pin!(clock));
    std::future::poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        clock.as_mut().poll(context).map(|()| None)
    })
    .await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic runs under these locks, and what they guard is whole at every moment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

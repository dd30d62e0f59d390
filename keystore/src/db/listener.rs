//! Receives messages about changes by other processes, over one connection for all accounts. It is
//! open while a caller waits for any of them.
//!
//! A message only ends a pause sooner. If it is lost, the waiter looks at the end of its pause, as
//! it does without a connection. A wait that lasts opens the connection, and does not wait
//! for it.
//!
//! A pooler that hands out a connection for each transaction delivers no messages, and reports no
//! error. So a message to itself, sent over the other connection, has to arrive before any waiter
//! relies on this one.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use auth_core::{BoxFuture, Error};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};

use super::{id::Id, random_word, thread::EngineThread};

/// What a database offers to receive messages about changes.
pub(super) trait Messenger: Send + Sync + 'static {
    /// Opens a connection that receives the words of all processes. For each account whose lease
    /// was freed it receives the digits of its digest.
    fn listen(&self) -> impl Future<Output = Result<Messages, Error>> + Send;

    /// Sends a word to all that listen, over the connection of the store's operations.
    fn announce(&self, word: &str) -> impl Future<Output = Result<(), Error>> + Send;
}

/// A connection that listens. It ends when this is dropped.
pub(super) struct Messages {
    words: mpsc::Receiver<String>,
    _connection: Box<dyn Send>,
}

/// Ends a task when dropped.
#[cfg(feature = "redis")]
pub(super) struct EndsTask(pub(super) tokio::task::JoinHandle<()>);

#[cfg(feature = "redis")]
impl Drop for EndsTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How many messages wait for this thread until a connection is not read further.
pub(super) const MESSAGES: usize = 64;

impl Messages {
    pub(super) fn new(words: mpsc::Receiver<String>, connection: impl Send + 'static) -> Self {
        Self {
            words,
            _connection: Box::new(connection),
        }
    }

    /// Returns the next word. `None` if the connection has ended.
    async fn next(&mut self) -> Option<String> {
        self.words.recv().await
    }
}

/// The times and timeouts of a listener.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// How long a wait has lasted when the connection is opened. Until then the holder takes the
    /// lease, confirms it and sends its request. A crowd that logs in to the server at the same
    /// moment would take the processor from it. A shorter wait costs no connection.
    first: Duration,
    /// To open the connection.
    open: Duration,
    /// Until its own message arrives.
    probe: Duration,
    /// Without a waiter, until the connection is closed: a process that waits again within it pays
    /// for no new one.
    idle: Duration,
    /// Until it is opened again, doubled up to the second one.
    pauses: (Duration, Duration),
    /// Until a server is asked again that refused, or brought no message.
    deaf: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(30),
            open: Duration::from_secs(5),
            probe: Duration::from_secs(2),
            idle: Duration::from_secs(60),
            pauses: (Duration::from_secs(1), Duration::from_secs(60)),
            deaf: Duration::from_secs(600),
        }
    }
}

/// The waiters of all accounts, and the state of the connection.
pub(super) struct Listener {
    times: Times,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    phase: Phase,
    failures: u32,
    waiting: HashMap<String, Vec<oneshot::Sender<()>>>,
    last_wait: Option<Instant>,
    /// The first of the looks of the wait that may open the connection.
    began: Option<Instant>,
}

#[derive(Default)]
enum Phase {
    #[default]
    Closed,
    ClosedUntil(Instant),
    Opening,
    Open,
}

/// The longest pause between two looks of one wait: those of the drivers are at most a quarter of a
/// second.
const SAME_WAIT: Duration = Duration::from_secs(1);

impl State {
    /// Returns whether waits have lasted long enough. `last` is the time of the look before.
    fn lasts(&mut self, now: Instant, last: Option<Instant>, first: Duration) -> bool {
        if last.is_none_or(|last| now - last > SAME_WAIT) {
            self.began = None;
        }
        now - *self.began.get_or_insert(now) >= first
    }
}

/// Why the connection is not open.
enum Ended {
    Idle,
    Lost,
    Deaf,
}

impl Listener {
    pub(super) fn new(times: Times) -> Self {
        Self {
            times,
            state: Arc::default(),
        }
    }

    /// Returns a future that is ready at the next change of this account. `None` while there is no
    /// connection, which this then opens on `thread`.
    pub(super) fn next_change<M: Messenger>(
        &self,
        id: &Id,
        messenger: &Arc<M>,
        thread: &EngineThread,
    ) -> Option<BoxFuture<'static, ()>> {
        let (now, mut state) = (Instant::now(), locked(&self.state));
        let last = state.last_wait.replace(now);
        let closed = match state.phase {
            Phase::Closed => state.lasts(now, last, self.times.first),
            Phase::ClosedUntil(end) => now >= end,
            Phase::Opening => return None,
            Phase::Open => false,
        };
        if closed {
            state.phase = Phase::Opening;
            let (state, messenger) = (Arc::clone(&self.state), Arc::downgrade(messenger));
            thread.spawn(listen(state, messenger, self.times));
            return None;
        }
        if !matches!(state.phase, Phase::Open) {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        let waiters = state.waiting.entry(id.digits()).or_default();
        waiters.retain(|waiter| !waiter.is_closed());
        waiters.push(sender);
        Some(Box::pin(async move {
            // A sender that is gone is news as well: the connection is.
            let _ = receiver.await;
        }))
    }
}

/// Opens the connection, and wakes waiters until it ends.
async fn listen<M: Messenger>(state: Arc<Mutex<State>>, messenger: Weak<M>, times: Times) {
    let opened = match messenger.upgrade() {
        Some(messenger) => open(&*messenger, times).await,
        None => return,
    };
    let ended = match opened {
        Ok(messages) => {
            {
                let mut state = locked(&state);
                (state.phase, state.failures) = (Phase::Open, 0);
            }
            hear(&state, messages, times.idle).await
        }
        Err(ended) => ended,
    };
    let mut state = locked(&state);
    let pause = match ended {
        Ended::Idle => None,
        Ended::Deaf => Some(times.deaf),
        Ended::Lost => {
            let (first, longest) = times.pauses;
            state.failures = (state.failures + 1).min(16);
            Some((first * (1 << (state.failures - 1))).min(longest))
        }
    };
    state.phase = match pause {
        None => Phase::Closed,
        Some(pause) => Phase::ClosedUntil(Instant::now() + pause),
    };
    state.waiting.clear();
}

async fn open<M: Messenger>(messenger: &M, times: Times) -> Result<Messages, Ended> {
    let failed = |error: Error| match error.is_retryable() {
        true => Ended::Lost,
        false => Ended::Deaf,
    };
    let opened = timeout(times.open, messenger.listen()).await;
    let mut messages = opened.map_err(|_| Ended::Lost)?.map_err(failed)?;
    let word = random_word().map_err(failed)?;
    let announced = timeout(times.open, messenger.announce(&word)).await;
    announced.map_err(|_| Ended::Lost)?.map_err(failed)?;
    let arrives = async {
        loop {
            match messages.next().await {
                Some(found) if found == word => return Ok(()),
                Some(_) => {}
                None => return Err(Ended::Lost),
            }
        }
    };
    timeout(times.probe, arrives)
        .await
        .map_err(|_| Ended::Deaf)??;
    Ok(messages)
}

async fn hear(state: &Mutex<State>, mut messages: Messages, idle: Duration) -> Ended {
    let mut tick = Instant::now() + idle;
    loop {
        match timeout_at(tick, messages.next()).await {
            Ok(Some(word)) => {
                for waiter in locked(state).waiting.remove(&word).into_iter().flatten() {
                    let _gone = waiter.send(());
                }
            }
            Ok(None) => return Ended::Lost,
            Err(_) => {}
        }
        if Instant::now() >= tick {
            let mut state = locked(state);
            state.waiting.retain(|_, waiters| {
                waiters.retain(|waiter| !waiter.is_closed());
                !waiters.is_empty()
            });
            let is_idle = state.last_wait.is_none_or(|last| last.elapsed() >= idle);
            if is_idle && state.waiting.is_empty() {
                // Before the lock is free: a waiter from now on opens another connection.
                state.phase = Phase::Opening;
                return Ended::Idle;
            }
            tick = Instant::now() + idle;
        }
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // Each change is one step: a panic elsewhere leaves it consistent.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

//! A limit on how much work of one kind is done at once. The rest waits in line.

use std::{collections::VecDeque, sync::Arc};

use super::{
    lock::lock,
    oneshot::{Receiver, Sender, channel},
    primitives::Mutex,
};

/// A number of permits, handed out in the order in which they were asked for.
pub(crate) struct Semaphore(Mutex<State>);

struct State {
    free: usize,
    line: VecDeque<Sender<SemaphorePermit>>,
}

/// A permit of a [`Semaphore`]. Dropping it passes it to the next in line.
pub(crate) struct SemaphorePermit(Option<Arc<Semaphore>>);

impl Semaphore {
    pub(crate) fn new(count: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            free: count,
            line: VecDeque::new(),
        })))
    }

    /// Waits for a permit.
    pub(crate) async fn acquire(self: &Arc<Self>) -> SemaphorePermit {
        match self.ask() {
            Ok(permit) => permit,
            // The sender is never dropped unsent; without a permit the work would still continue.
            Err(line) => line.await.unwrap_or(SemaphorePermit(None)),
        }
    }

    fn ask(self: &Arc<Self>) -> Result<SemaphorePermit, Receiver<SemaphorePermit>> {
        let mut state = lock(&self.0);
        if state.free > 0 {
            state.free -= 1;
            return Ok(SemaphorePermit(Some(Arc::clone(self))));
        }
        let (sender, receiver) = channel();
        state.line.push_back(sender);
        Err(receiver)
    }
}

impl Drop for SemaphorePermit {
    fn drop(&mut self) {
        let Some(semaphore) = self.0.take() else {
            return;
        };
        let next = {
            let mut state = lock(&semaphore.0);
            let mut next = state.line.pop_front();
            while next.as_ref().is_some_and(Sender::is_closed) {
                next = state.line.pop_front();
            }
            state.free += usize::from(next.is_none());
            next
        };
        // One that goes away at this moment drops the permit, which passes it on.
        if let Some(next) = next {
            next.send(SemaphorePermit(Some(semaphore)));
        }
    }
}

//! A limit on how much work of one kind is done at once. The rest waits in line.

use std::{collections::VecDeque, sync::Arc};

use super::{
    lock::lock,
    oneshot::{Receiver, Sender, channel},
    primitives::Mutex,
};

/// A number of slots, handed out in the order in which they were asked for.
pub(crate) struct Slots(Mutex<State>);

struct State {
    free: usize,
    line: VecDeque<Sender<Slot>>,
}

/// A slot. Dropping it passes it to the next in line.
pub(crate) struct Slot(Option<Arc<Slots>>);

impl Slots {
    pub(crate) fn new(count: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            free: count,
            line: VecDeque::new(),
        })))
    }

    /// Waits for a slot.
    pub(crate) async fn take(self: &Arc<Self>) -> Slot {
        match self.ask() {
            Ok(slot) => slot,
            // The sender is never dropped unsent; without a slot the work would go on all the same.
            Err(line) => line.await.unwrap_or(Slot(None)),
        }
    }

    fn ask(self: &Arc<Self>) -> Result<Slot, Receiver<Slot>> {
        let mut state = lock(&self.0);
        if state.free > 0 {
            state.free -= 1;
            return Ok(Slot(Some(Arc::clone(self))));
        }
        let (sender, receiver) = channel();
        state.line.push_back(sender);
        Err(receiver)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(slots) = self.0.take() else {
            return;
        };
        let next = {
            let mut state = lock(&slots.0);
            let mut next = state.line.pop_front();
            while next.as_ref().is_some_and(Sender::is_closed) {
                next = state.line.pop_front();
            }
            state.free += usize::from(next.is_none());
            next
        };
        // One that goes away at this moment drops the slot, which passes it on.
        if let Some(next) = next {
            next.send(Slot(Some(slots)));
        }
    }
}

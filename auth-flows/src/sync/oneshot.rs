//! A one-shot channel: passes one value, for threads and tasks alike.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{lock::lock, primitives::Mutex};

/// Creates a channel for one value.
pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mutex::new(Shared {
        value: None,
        over: false,
        waker: None,
    }));
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

struct Shared<T> {
    value: Option<T>,
    over: bool,
    waker: Option<Waker>,
}

/// Sends the value. If it is dropped unsent, the receiver gets `None`.
pub(crate) struct Sender<T>(Arc<Mutex<Shared<T>>>);

/// Receives the value; `None` if the sender was dropped.
pub(crate) struct Receiver<T>(Arc<Mutex<Shared<T>>>);

impl<T> Sender<T> {
    /// Sends the value; a second one is dropped.
    pub(crate) fn send(&self, value: T) {
        self.end(Some(value));
    }

    /// Returns whether the receiver is gone.
    pub(crate) fn is_closed(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    fn end(&self, value: Option<T>) {
        let waker = {
            let mut shared = lock(&self.0);
            if shared.over {
                return;
            }
            shared.over = true;
            shared.value = value;
            shared.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.end(None);
    }
}

impl<T> Future for Receiver<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut shared = lock(&self.0);
        if shared.over {
            return Poll::Ready(shared.value.take());
        }
        shared.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver")
    }
}

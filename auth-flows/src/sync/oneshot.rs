//! A one-shot channel: one value from one end to the other, for threads and tasks alike.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{lock::lock, primitives::Mutex};

/// A value that somebody will give once: the giver's end, and the taker's.
pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mutex::new(Promise {
        value: None,
        over: false,
        waker: None,
    }));
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

struct Promise<T> {
    value: Option<T>,
    over: bool,
    waker: Option<Waker>,
}

/// Gives the value. Dropped without giving, it tells the taker that nothing will come.
pub(crate) struct Sender<T>(Arc<Mutex<Promise<T>>>);

/// The value to come; `None` if it never will.
pub(crate) struct Receiver<T>(Arc<Mutex<Promise<T>>>);

impl<T> Sender<T> {
    /// Gives the value; a second one is dropped.
    pub(crate) fn send(&self, value: T) {
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

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.end(None);
    }
}

impl<T> Future for Receiver<T> {
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

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Taker")
    }
}

//! Waits for a future: on a thread, or with a time limit.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use super::primitives::thread::{self, Thread};

/// Blocks the thread until the future is ready; `None` if `limit` passed first.
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

/// Returns the result of the future; `None` if `clock` was ready first.
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

//! Waiting for a future: from a thread, or until a clock wins.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use super::primitives::thread::{self, Thread};

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

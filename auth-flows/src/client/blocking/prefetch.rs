//! A page that is requested on a thread of its own, while the caller works on the one before.

use std::{fmt, time::Duration};

use auth_core::{Error, Operation, Paged};

use super::Session;
use crate::{
    client::{
        run::Run,
        trace::{Span, operation_name},
    },
    flow::erased::ErasedOperation,
    login::{canceller::Canceller, pending::spawn},
    sync::{oneshot::channel, park::park_on},
};

/// Starts the request of a page. A function, because its bounds are those of `prefetch` alone.
pub(super) type Start<P> = fn(&Session, &P) -> Option<Ahead<<P as Operation>::Output>>;

/// A page that is under way. Dropping it cancels the request: it is not sent, not sent again, or
/// its response is dropped.
pub(super) struct Ahead<T>(Box<dyn FnOnce() -> Option<Result<T, Error>> + Send + Sync>);

impl<T> Ahead<T> {
    /// Blocks until the response is there. `None` if there is none, because the rate limit had no
    /// room.
    pub(super) fn wait(self) -> Option<Result<T, Error>> {
        (self.0)()
    }
}

impl<T> fmt::Debug for Ahead<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ahead")
    }
}

/// Cancels what the iterator no longer waits for.
struct CancelsOnDrop(Canceller);

impl Drop for CancelsOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Starts the request on a thread, which ends with it. `None` if the system starts no thread.
pub(super) fn start<P>(session: &Session, operation: &P) -> Option<Ahead<P::Output>>
where
    P: Paged + Clone + Send + 'static,
    P::Output: Send + 'static,
{
    let (session, operation, span) = (session.clone(), operation.clone(), Span::current());
    let (canceller, (sender, receiver)) = (Canceller::new(), channel());
    let cancels = CancelsOnDrop(canceller.clone());
    let job = move || {
        let _entered = span.enter();
        let erased = ErasedOperation::new(&operation);
        let called = session.call_ahead(&erased, operation_name::<P>(), &canceller);
        // A panic drops the sender: the caller then requests the page itself, and meets it there.
        sender.send(called.map(|called| called.and_then(|()| erased.output())));
    };
    spawn("auth-flows page", Box::new(job)).ok()?;
    Some(Ahead(Box::new(move || {
        let response = park_on(receiver, Duration::MAX);
        drop(cancels);
        response.flatten().flatten()
    })))
}

impl Session {
    /// Does what `call` does, ahead of the caller. `None` if the rate limit has no room.
    #[inline]
    fn call_ahead(
        &self,
        operation: &dyn Operation<Output = ()>,
        name: &'static str,
        canceller: &Canceller,
    ) -> Option<Result<(), Error>> {
        let span = Span::call(self.key(), name);
        let _entered = span.enter();
        let mut run = Run::ahead(&span).until(canceller);
        let result = self.call_within(operation, &mut run);
        run.end(result)
    }
}

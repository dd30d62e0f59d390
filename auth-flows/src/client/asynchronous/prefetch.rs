//! A page that is requested in a task of its own, while the caller works on the one before.

use std::convert::Infallible;

use auth_core::{BoxFuture, Error, Operation, Paged};

use super::AsyncSession;
use crate::{
    client::{
        run::Run,
        trace::{Span, operation_name},
    },
    flow::erased::ErasedOperation,
    sync::{oneshot::channel, park::within},
};

/// The request of a page that is under way. `None` if the rate limit had no room.
pub(super) type InFlight<T> = BoxFuture<'static, Option<Result<T, Error>>>;

/// Starts the request of a page. A function, because its bounds are those of `prefetch` alone.
pub(super) type Start<P> = fn(&AsyncSession, &P) -> InFlight<<P as Operation>::Output>;

/// Starts the request in a task, which the returned future waits for. Dropping that ends the task.
///
/// The future returns `None` without a response: the rate limit had no room, or the runtime has
/// shut down.
pub(super) fn start<P>(session: &AsyncSession, operation: &P) -> InFlight<P::Output>
where
    P: Paged + Clone + Send + Sync + 'static,
    P::Output: Send + 'static,
{
    let (own, operation) = (session.clone(), operation.clone());
    let (sender, receiver) = channel();
    let (wanted, unwanted) = channel::<Infallible>();
    let task = async move {
        let request = async {
            let erased = ErasedOperation::new(&operation);
            let called = own.call_ahead(&erased, operation_name::<P>()).await?;
            Some(called.and_then(|()| erased.output()))
        };
        let dropped = async {
            let _: Option<Infallible> = unwanted.await;
        };
        // A panic drops the sender: the caller then requests the page itself, and meets it there.
        sender.send(within(request, dropped).await.flatten());
    };
    let task = Box::pin(Span::current().within(task));
    session.client.0.host.runtime.spawn(task);
    Box::pin(async move {
        let response = receiver.await;
        drop(wanted);
        response.flatten()
    })
}

impl AsyncSession {
    /// Does what `call` does, ahead of the caller. `None` if the rate limit has no room.
    #[inline]
    async fn call_ahead(
        &self,
        operation: &(dyn Operation<Output = ()> + Sync),
        name: &'static str,
    ) -> Option<Result<(), Error>> {
        let span = Span::call(self.key(), name);
        let mut run = Run::ahead(&span);
        let within = span.clone();
        let result = within.within(self.call_within(operation, &mut run)).await;
        run.end(result)
    }
}

//! What an async client stands on: a transport, and a runtime that takes blocking jobs.

use std::fmt;

use auth_core::{
    AsyncTransport, BoxFuture, Error, ErrorKind, Limits, Request, Response, Runtime, TransportError,
};

use super::AsyncClient;
use crate::sync::oneshot::promise;

/// What an async client sends with and runs on, without their types, so that handles have no type parameters.
pub(in crate::client) struct Host {
    pub(super) transport: Box<dyn Erased>,
    pub(super) runtime: Box<dyn Runtime>,
}

/// A transport without its type.
pub(super) trait Erased: Send + Sync {
    fn send<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>>;
}

impl<T: AsyncTransport> Erased for T {
    fn send<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(AsyncTransport::send(self, request, limits))
    }
}

impl AsyncClient {
    /// Runs a blocking job where it holds up nobody. It runs to its end even if nobody waits for it any more.
    pub(super) async fn offload<R, J>(&self, job: J) -> Result<R, Error>
    where
        R: Send + 'static,
        J: FnOnce() -> Result<R, Error> + Send + 'static,
    {
        let (giver, taker) = promise();
        let job = Box::new(move || giver.give(job()));
        self.0.host.runtime.offload(job);
        taker.await.unwrap_or_else(|| Err(ended()))
    }
}

pub(super) fn ended() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "the runtime ended the work before it was done",
    )
    .advice("try again")
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

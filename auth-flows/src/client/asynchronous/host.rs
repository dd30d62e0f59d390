//! What an async client is built on: a transport, and a runtime that takes blocking jobs.

use std::fmt;

use auth_core::{
    AsyncTransport, BoxFuture, Error, ErrorKind, Limits, Request, Response, Runtime, TransportError,
};

use super::AsyncClient;
use crate::sync::oneshot::channel;

/// What an async client sends with and runs on, without their types, so that handles have no type parameters.
pub(in crate::client) struct Host {
    pub(super) transport: Box<dyn DynTransport>,
    pub(super) runtime: Box<dyn Runtime>,
}

/// A transport without its type.
pub(super) trait DynTransport: Send + Sync {
    fn send<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>>;
}

impl<T: AsyncTransport> DynTransport for T {
    fn send<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(AsyncTransport::send(self, request, limits))
    }
}

impl AsyncClient {
    /// Runs a blocking job on the blocking pool. It runs to its end even if the caller is dropped.
    pub(super) async fn offload<R, J>(&self, job: J) -> Result<R, Error>
    where
        R: Send + 'static,
        J: FnOnce() -> Result<R, Error> + Send + 'static,
    {
        let (sender, receiver) = channel();
        let job = Box::new(move || sender.send(job()));
        self.0.host.runtime.offload(job);
        receiver.await.unwrap_or_else(|| Err(ended()))
    }
}

pub(super) fn ended() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "the runtime ended the work before it was done",
    )
    .with_help("try again")
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

//! One interface for a blocking session over ureq and an async one over reqwest, for a program that
//! sends its requests in sequence.

use auth_core::{Error, Operation, Service, Store};
use auth_flows::{AsyncClient, AsyncSession, Client, Session};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use tokio::runtime::Runtime;

use crate::support::{Args, LogsIn};

/// The session of a user, blocking or async.
pub(crate) enum World {
    Blocking(Session),
    Async(AsyncSession, Runtime),
}

impl World {
    /// Blocking, unless `--async` is set.
    pub(crate) fn of(
        service: Service,
        store: impl Store,
        args: &Args,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        if !args.is_async(false) {
            let client = Client::new(service, Ureq::default(), store);
            return Ok(Self::Blocking(client.account("me").with_login_of(args)?));
        }
        let runtime = Runtime::new()?;
        let tokio = Tokio::new(runtime.handle().clone());
        let client = AsyncClient::new(service, Reqwest::default(), tokio, store);
        let session = client.account("me").with_login_of(args)?;
        Ok(Self::Async(session, runtime))
    }

    /// Sends an operation and waits for its output.
    pub(crate) fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        match self {
            Self::Blocking(session) => session.send(operation),
            Self::Async(session, runtime) => runtime.block_on(session.send(operation)),
        }
    }
}

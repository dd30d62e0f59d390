//! A world: a transport, and for async its runtime.

use std::io;
use std::sync::Arc;

use auth_core::{
    AsyncTransport, Error, Limits, Message, Request, Response, Service, Store, Transport,
};
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use tokio::runtime::{Builder, Runtime};

use crate::bounded;
use crate::client::AnyClient;
use crate::session::AnySession;

/// A transport and the runtime it needs. Clones share both.
#[derive(Clone, Debug)]
pub enum World {
    /// Blocking, over ureq.
    Blocking(Ureq),
    /// Async, over reqwest.
    Async(Reqwest, Arc<Runtime>),
}

impl World {
    /// The blocking world.
    pub fn blocking() -> Self {
        Self::Blocking(Ureq::default())
    }

    /// The async world, with a runtime of its own.
    ///
    /// # Errors
    ///
    /// Fails if the system starts no thread.
    pub fn asynchronous() -> io::Result<Self> {
        Ok(Self::Async(Reqwest::default(), runtime()?))
    }

    /// Both worlds.
    ///
    /// # Errors
    ///
    /// Fails if the system starts no thread.
    pub fn both() -> io::Result<[Self; 2]> {
        Ok([Self::blocking(), Self::asynchronous()?])
    }

    /// Its name, in messages and tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Blocking(_) => "blocking, ureq",
            Self::Async(..) => "async, reqwest",
        }
    }

    /// Starts a program with an empty memory.
    pub fn program(&self, service: Service, store: impl Store) -> AnyClient {
        match self {
            Self::Blocking(ureq) => AnyClient::Blocking(Client::new(service, ureq.clone(), store)),
            Self::Async(reqwest, runtime) => {
                let tokio = Tokio::new(runtime.handle().clone());
                let client = AsyncClient::new(service, reqwest.clone(), tokio, store);
                AnyClient::Async(client, Arc::clone(runtime))
            }
        }
    }

    /// Opens a person's account in a program of its own.
    pub fn account(&self, service: Service, store: impl Store, name: &str) -> AnySession {
        self.program(service, store).account(name)
    }

    /// Opens the client's own session, by client credentials.
    pub fn client_session(&self, service: Service, store: impl Store) -> AnySession {
        self.program(service, store).client_session()
    }

    /// Sends one message over the bare transport, without client, store or flow.
    ///
    /// # Errors
    ///
    /// Those of the message and of the transport.
    pub fn exchange<M: Message>(&self, message: &M) -> Result<M::Output, Error> {
        message.parse(self.send(message.request()?, &message.limits())?)
    }

    /// Sends a request unchanged.
    ///
    /// # Errors
    ///
    /// Those of the transport.
    pub fn send(&self, request: Request, limits: &Limits) -> Result<Response, Error> {
        match self {
            Self::Blocking(ureq) => Ok(Transport::send(ureq, request, limits)?),
            Self::Async(reqwest, runtime) => bounded(runtime, async {
                Ok(AsyncTransport::send(reqwest, request, limits).await?)
            }),
        }
    }
}

/// A runtime of two threads: enough for tasks to meet each other.
///
/// # Errors
///
/// Fails if the system starts no thread.
pub fn runtime() -> io::Result<Arc<Runtime>> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let failed = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("cannot start an async runtime: {error}"),
        )
    };
    runtime.map(Arc::new).map_err(failed)
}

//! A client of either kind.

use std::sync::Arc;

use auth_core::{AsyncTransport, Error, Service, Store};
use auth_flows::{AsyncClient, Client, ClientEvent};
use http_reqwest::Tokio;
use tokio::runtime::Runtime;

use crate::bounded;
use crate::session::AnySession;
use crate::world::World;

/// A client of either kind: a service, a transport and a store.
#[derive(Clone, Debug)]
pub enum AnyClient {
    /// Blocking.
    Blocking(Client),
    /// Async, in a runtime.
    Async(AsyncClient, Arc<Runtime>),
}

/// Makes the same call on either client.
macro_rules! open {
    ($any:expr, $client:ident => $call:expr) => {
        match $any {
            AnyClient::Blocking($client) => AnySession::Blocking($call),
            AnyClient::Async($client, runtime) => AnySession::Async($call, Arc::clone(runtime)),
        }
    };
}

impl AnyClient {
    /// A client in each world, over the same store.
    ///
    /// # Panics
    ///
    /// Panics if the system starts no thread.
    pub fn pair(service: &Service, store: impl Store + Clone) -> [Self; 2] {
        let worlds = World::both().expect("threads for a runtime");
        worlds.map(|world| world.client(service.clone(), store.clone()))
    }

    /// An async client over any transport, with a runtime of its own.
    ///
    /// # Panics
    ///
    /// Panics if the system starts no thread.
    pub fn in_tasks(service: Service, transport: impl AsyncTransport, store: impl Store) -> Self {
        let runtime = crate::runtime().expect("threads for a runtime");
        let tokio = Tokio::new(runtime.handle().clone());
        Self::Async(AsyncClient::new(service, transport, tokio, store), runtime)
    }

    /// `blocking` or `async`, in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Blocking(_) => "blocking",
            Self::Async(..) => "async",
        }
    }

    /// The account with this name.
    pub fn account(&self, name: &str) -> AnySession {
        open!(self, client => client.account(name))
    }

    /// The client's own session, by client credentials.
    pub fn client_session(&self) -> AnySession {
        open!(self, client => client.client_session())
    }

    /// The same with these scopes.
    pub fn client_session_with_scope(&self, scope: &str) -> AnySession {
        open!(self, client => client.client_session_with_scope(scope))
    }

    /// A session without an account.
    pub fn anonymous(&self) -> AnySession {
        open!(self, client => client.anonymous())
    }

    /// Reports what happens to an observer.
    #[must_use]
    pub fn on_event(self, observer: impl Fn(&ClientEvent<'_>) + Send + Sync + 'static) -> Self {
        match self {
            Self::Blocking(client) => Self::Blocking(client.on_event(observer)),
            Self::Async(client, runtime) => Self::Async(client.on_event(observer), runtime),
        }
    }

    /// Waits until nothing is in flight, and saves what could not be saved before.
    ///
    /// # Errors
    ///
    /// Those of the client's method of the same name.
    pub fn settle(&self) -> Result<(), Error> {
        match self {
            Self::Blocking(client) => client.settle(),
            Self::Async(client, runtime) => bounded(runtime, client.settle()),
        }
    }

    /// Ends its background work, and then does the same.
    ///
    /// # Errors
    ///
    /// Those of the client's method of the same name.
    pub fn close(&self) -> Result<(), Error> {
        match self {
            Self::Blocking(client) => client.close(),
            Self::Async(client, runtime) => bounded(runtime, client.close()),
        }
    }
}

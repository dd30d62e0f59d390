//! One interface for blocking and async sessions.

use std::sync::Arc;

use auth_core::{Error, Operation, Service, Store, TokenKind};
use auth_flows::{AsyncClient, AsyncSession, Client, Session};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use tokio::runtime::Runtime;

/// A session, blocking or async.
pub(crate) enum World {
    Blocking(Session),
    Async(AsyncSession, Arc<Runtime>),
}

impl World {
    /// The account `alice` in each world, with a store for each.
    pub(crate) fn both<S: Store>(service: &Service, store: impl Fn() -> S) -> [Self; 2] {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        let runtime = Arc::new(runtime.expect("a runtime"));
        let asynchronous = {
            let _inside = runtime.enter();
            let tokio = Tokio::current().expect("the runtime");
            AsyncClient::new(service.clone(), Reqwest::default(), tokio, store())
        };
        let blocking = Client::new(service.clone(), Ureq::default(), store());
        [
            Self::Blocking(blocking.account("alice")),
            Self::Async(asynchronous.account("alice"), runtime),
        ]
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Blocking(_) => "ureq",
            Self::Async(..) => "reqwest",
        }
    }

    pub(crate) fn import(&self, token: &str) {
        match self {
            Self::Blocking(session) => session.import_token(token).map(|_| ()),
            Self::Async(session, runtime) => {
                runtime.block_on(session.import_token(token)).map(|_| ())
            }
        }
        .expect("a token to import");
    }

    pub(crate) fn log_in(&self, password: &str) {
        match self {
            Self::Blocking(session) => session.log_in_with_password("alice", password).map(|_| ()),
            Self::Async(session, runtime) => runtime
                .block_on(session.log_in_with_password("alice", password))
                .map(|_| ()),
        }
        .expect("a login");
    }

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

    /// The output of a success.
    pub(crate) fn sent<O>(&self, operation: O) -> O::Output
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        let response = self.send(operation);
        response.unwrap_or_else(|error| panic!("{}: {error}", self.name()))
    }

    /// The generation of the API token in use.
    pub(crate) fn generation(&self) -> u64 {
        match self {
            Self::Blocking(session) => session.token(TokenKind::Derived),
            Self::Async(session, runtime) => runtime.block_on(session.token(TokenKind::Derived)),
        }
        .expect("a token")
        .generation()
    }
}

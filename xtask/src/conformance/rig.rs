//! The two drivers behind one face, so that a case is written once and runs over both.

use std::sync::Arc;

use auth_core::{
    AccountKey, AsyncTransport, Error, Message, Operation, Service, Store, Token, TokenKind,
    Transport,
};
use auth_flows::{AsyncClient, AsyncSession, Client, LoggedOut, Login, Session, Status};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::Stop;

/// A driver with its transport.
#[derive(Debug)]
pub(crate) enum Rig {
    Blocking(Ureq),
    Async(Reqwest, Runtime),
}

/// An account of a client, on one of the drivers. What it offers means what it means there.
#[derive(Clone, Debug)]
pub(crate) enum Seat {
    Blocking(Session),
    Async(AsyncSession, Handle),
}

impl Rig {
    pub(crate) fn both() -> Result<[Self; 2], Stop> {
        let runtime = Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Stop::Failed(format!("no async runtime: {e}")))?;
        Ok([
            Self::Blocking(Ureq::default()),
            Self::Async(Reqwest::default(), runtime),
        ])
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Blocking(_) => "blocking, ureq",
            Self::Async(..) => "async, reqwest",
        }
    }

    /// A person's account, of a client of its own.
    pub(crate) fn account(&self, service: Service, store: impl Store, name: &str) -> Seat {
        match self {
            Self::Blocking(ureq) => {
                Seat::Blocking(Client::new(service, ureq.clone(), store).account(name))
            }
            Self::Async(reqwest, runtime) => {
                let client = async_client(service, reqwest, runtime, store);
                Seat::Async(client.account(name), runtime.handle().clone())
            }
        }
    }

    /// The program itself, by client credentials.
    pub(crate) fn daemon(&self, service: Service, store: impl Store) -> Seat {
        match self {
            Self::Blocking(ureq) => {
                Seat::Blocking(Client::new(service, ureq.clone(), store).daemon())
            }
            Self::Async(reqwest, runtime) => {
                let client = async_client(service, reqwest, runtime, store);
                Seat::Async(client.daemon(), runtime.handle().clone())
            }
        }
    }

    /// Values only: a message and the bare transport, without client, store and flow.
    pub(crate) fn exchange<M: Message>(&self, message: &M) -> Result<M::Output, Error> {
        let (request, limits) = (message.request()?, message.limits());
        let answer = match self {
            Self::Blocking(ureq) => Transport::send(ureq, request, &limits),
            Self::Async(reqwest, runtime) => {
                runtime.block_on(AsyncTransport::send(reqwest, request, &limits))
            }
        };
        message.parse(answer?)
    }
}

fn async_client(
    service: Service,
    reqwest: &Reqwest,
    runtime: &Runtime,
    store: impl Store,
) -> AsyncClient {
    let tokio = Tokio::new(runtime.handle().clone());
    AsyncClient::new(service, reqwest.clone(), tokio, store)
}

impl Seat {
    pub(crate) fn log_in(&self, login: Login) -> Result<Status, Error> {
        match self {
            Self::Blocking(session) => session.log_in(login),
            Self::Async(session, tokio) => tokio.block_on(session.log_in(login)),
        }
    }

    pub(crate) fn log_in_with_password(&self, name: &str, password: &str) -> Result<Status, Error> {
        match self {
            Self::Blocking(session) => session.log_in_with_password(name, password),
            Self::Async(session, tokio) => {
                tokio.block_on(session.log_in_with_password(name, password))
            }
        }
    }

    pub(crate) fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        match self {
            Self::Blocking(session) => session.send(operation),
            Self::Async(session, tokio) => tokio.block_on(session.send(operation)),
        }
    }

    pub(crate) fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        match self {
            Self::Blocking(session) => session.token(kind),
            Self::Async(session, tokio) => tokio.block_on(session.token(kind)),
        }
    }

    pub(crate) fn status(&self) -> Result<Status, Error> {
        match self {
            Self::Blocking(session) => session.status(),
            Self::Async(session, tokio) => tokio.block_on(session.status()),
        }
    }

    pub(crate) fn log_out(&self) -> Result<LoggedOut, Error> {
        match self {
            Self::Blocking(session) => session.log_out(),
            Self::Async(session, tokio) => tokio.block_on(session.log_out()),
        }
    }

    pub(crate) fn key(&self) -> Option<&AccountKey> {
        match self {
            Self::Blocking(session) => session.key(),
            Self::Async(session, _) => session.key(),
        }
    }
}

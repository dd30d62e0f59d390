//! One program in two worlds: blocking over ureq, async over reqwest. Scenarios and cases are
//! written once for both.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use auth_core::{
    AccountKey, AsyncTransport, CodeGrant, DeviceAuthorizationResponse, Error, ErrorKind, Limits,
    Message, Operation, Paged, Request, Response, Service, Store, Token, TokenKind, Transport,
};
use auth_flows::{
    AsyncClient, AsyncSession, Client, LoggedOut, Login, PendingLogin, PreparedLogin, Session,
    Status,
};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::AbortHandle;

use crate::Stop;

/// The longest wait for anything but a person in front of a real browser.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(60);

/// A world: a transport and the runtime it needs.
#[derive(Debug)]
pub(crate) enum Rig {
    Blocking(Ureq),
    Async(Reqwest, Runtime),
}

impl Rig {
    pub(crate) fn blocking() -> Self {
        Self::Blocking(Ureq::default())
    }

    pub(crate) fn asynchronous() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        Ok(Self::Async(Reqwest::default(), runtime))
    }

    pub(crate) fn both() -> Result<[Self; 2], Stop> {
        let other = Self::asynchronous();
        let other =
            other.map_err(|e| Stop::Failed(format!("cannot start an async runtime: {e}")))?;
        Ok([Self::blocking(), other])
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Blocking(_) => "blocking, ureq",
            Self::Async(..) => "async, reqwest",
        }
    }

    /// Starts a program with an empty memory.
    pub(crate) fn program(&self, service: Service, store: impl Store) -> Program {
        match self {
            Self::Blocking(ureq) => Program::Blocking(Client::new(service, ureq.clone(), store)),
            Self::Async(reqwest, runtime) => {
                let handle = runtime.handle().clone();
                let tokio = Tokio::new(handle.clone());
                let client = AsyncClient::new(service, reqwest.clone(), tokio, store);
                Program::Async(client, handle)
            }
        }
    }

    /// Opens a person's account in a program of its own.
    pub(crate) fn account(&self, service: Service, store: impl Store, name: &str) -> Seat {
        self.program(service, store).account(name)
    }

    /// Opens the client's own session, by client credentials.
    pub(crate) fn client_session(&self, service: Service, store: impl Store) -> Seat {
        self.program(service, store).client_session()
    }

    /// Sends one message over the bare transport, without client, store or flow.
    pub(crate) fn exchange<M: Message>(&self, message: &M) -> Result<M::Output, Error> {
        message.parse(self.send(message.request()?, &message.limits())?)
    }

    /// Sends a request unchanged.
    pub(crate) fn send(&self, request: Request, limits: &Limits) -> Result<Response, Error> {
        match self {
            Self::Blocking(ureq) => Ok(Transport::send(ureq, request, limits)?),
            Self::Async(reqwest, runtime) => bounded(runtime.handle(), async {
                Ok(AsyncTransport::send(reqwest, request, limits).await?)
            }),
        }
    }
}

/// A client of either flavour: a service, a transport and a store.
pub(crate) enum Program {
    Blocking(Client),
    Async(AsyncClient, Handle),
}

/// Runs the same call on either client.
macro_rules! open {
    ($program:expr, $client:ident => $call:expr) => {
        match $program {
            Program::Blocking($client) => Seat::Blocking($call),
            Program::Async($client, handle) => Seat::Async($call, handle.clone()),
        }
    };
}

impl Program {
    pub(crate) fn account(&self, name: &str) -> Seat {
        open!(self, client => client.account(name))
    }

    pub(crate) fn client_session(&self) -> Seat {
        open!(self, client => client.client_session())
    }

    pub(crate) fn anonymous(&self) -> Seat {
        open!(self, client => client.anonymous())
    }
}

/// A session of either flavour. Its methods do what the session's methods of the same name do.
#[derive(Clone, Debug)]
pub(crate) enum Seat {
    Blocking(Session),
    Async(AsyncSession, Handle),
}

/// Runs the same call on either session: blocking, or awaited.
macro_rules! both {
    ($seat:expr, $session:ident => $call:expr) => {
        match $seat {
            Seat::Blocking($session) => $call,
            Seat::Async($session, handle) => bounded(handle, $call),
        }
    };
}

impl Seat {
    pub(crate) fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        both!(self, session => session.send(operation))
    }

    /// Collects the items of all pages, and the total that the service reported.
    pub(crate) fn items<P>(&self, first: P) -> Result<(Vec<P::Item>, Option<u64>), Error>
    where
        P: Paged + Send + Sync,
        P::Output: Send,
        P::Item: Send,
    {
        match self {
            Self::Blocking(session) => {
                let mut items = session.items(first);
                let all = items.by_ref().collect::<Result<_, _>>()?;
                Ok((all, items.total()))
            }
            Self::Async(session, handle) => bounded(handle, async {
                let mut items = session.items(first);
                let mut all = Vec::new();
                while let Some(item) = items.next().await {
                    all.push(item?);
                }
                Ok((all, items.total()))
            }),
        }
    }

    pub(crate) fn begin_login(&self, login: Login) -> Result<PreparedLogin, Error> {
        match self {
            Self::Blocking(session) => session.begin_login(login),
            Self::Async(session, handle) => handle.block_on(session.begin_login(login)),
        }
    }

    /// Waits for the person, until the login's own timeout.
    pub(crate) fn wait_for_login(&self, waiting: PendingLogin) -> Result<CodeGrant, Error> {
        match self {
            Self::Blocking(_) => waiting.wait(),
            Self::Async(_, handle) => handle.block_on(waiting),
        }
    }

    pub(crate) fn complete(&self, grant: CodeGrant) -> Result<Status, Error> {
        both!(self, session => session.complete_login(grant))
    }

    /// Runs the three steps of a login, until the login's own timeout.
    pub(crate) fn log_in(&self, login: Login) -> Result<Status, Error> {
        match self {
            Self::Blocking(session) => session.log_in(login),
            Self::Async(session, handle) => handle.block_on(session.log_in(login)),
        }
    }

    pub(crate) fn log_in_with_password(&self, name: &str, password: &str) -> Result<Status, Error> {
        both!(self, session => session.log_in_with_password(name, password))
    }

    pub(crate) fn log_in_with_device(
        &self,
        show: impl FnOnce(&DeviceAuthorizationResponse) + Send,
    ) -> Result<Status, Error> {
        both!(self, session => session.log_in_with_device(show))
    }

    pub(crate) fn import_token(&self, text: &str) -> Result<Status, Error> {
        both!(self, session => session.import_token(text))
    }

    pub(crate) fn log_out(&self) -> Result<LoggedOut, Error> {
        both!(self, session => session.log_out())
    }

    pub(crate) fn status(&self) -> Result<Status, Error> {
        both!(self, session => session.status())
    }

    pub(crate) fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        both!(self, session => session.token(kind))
    }

    /// Sets how long a call waits for a renewal that another caller runs.
    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        match self {
            Self::Blocking(session) => Self::Blocking(session.with_renewal_timeout(timeout)),
            Self::Async(session, handle) => {
                Self::Async(session.with_renewal_timeout(timeout), handle)
            }
        }
    }

    pub(crate) fn key(&self) -> Option<&AccountKey> {
        match self {
            Self::Blocking(session) => session.key(),
            Self::Async(session, _) => session.key(),
        }
    }

    /// Starts a call beside this one: on a thread, or in a task.
    pub(crate) fn begin<O>(&self, operation: O) -> Calling<O::Output>
    where
        O: Operation + Send + Sync + 'static,
        O::Output: Send + 'static,
    {
        let (giver, response) = mpsc::channel();
        let begun = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&begun);
        let task = match self.clone() {
            Self::Blocking(session) => {
                thread::spawn(move || {
                    flag.store(true, Ordering::SeqCst);
                    giver.send(session.send(operation))
                });
                None
            }
            Self::Async(session, handle) => {
                let task = handle.spawn(async move {
                    flag.store(true, Ordering::SeqCst);
                    giver.send(session.send(operation).await)
                });
                Some(task.abort_handle())
            }
        };
        Calling {
            response,
            begun,
            task,
        }
    }
}

/// A running call.
pub(crate) struct Calling<T> {
    response: Receiver<Result<T, Error>>,
    begun: Arc<AtomicBool>,
    task: Option<AbortHandle>,
}

impl<T> Calling<T> {
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// Waits for the result.
    pub(crate) fn join(self) -> Result<T, Error> {
        self.response
            .recv_timeout(MAX_WAIT)
            .unwrap_or_else(|_| Err(too_long()))
    }

    /// Drops the call's future and waits until it is dropped. Fails if the call could not be
    /// cancelled.
    pub(crate) fn cancel(self) -> Result<(), &'static str> {
        if let Some(task) = self.task {
            task.abort();
        }
        match self.response.recv_timeout(MAX_WAIT) {
            Err(RecvTimeoutError::Disconnected) => Ok(()),
            Ok(_) => Err("it had already finished"),
            Err(RecvTimeoutError::Timeout) => Err("it did not stop"),
        }
    }
}

fn bounded<T>(handle: &Handle, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    handle.block_on(async {
        match tokio::time::timeout(MAX_WAIT, future).await {
            Ok(result) => result,
            Err(_) => Err(too_long()),
        }
    })
}

fn too_long() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        format!("waited {} s", MAX_WAIT.as_secs()),
    )
}

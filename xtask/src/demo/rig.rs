//! One program in two worlds: blocking over ureq, async over reqwest. The stories see no difference.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{
    AsyncTransport, CodeGrant, Error, ErrorKind, Limits, Operation, Paged, Request, Response,
    Service, Store, Token, TokenKind, Transport,
};
use auth_flows::{
    AsyncClient, AsyncSession, Begun, Client, LoggedOut, Login, Session, Status, Waiting,
};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::AbortHandle;

use super::check::{Checked, Miss, fails, holds};

/// Nothing here takes longer than this, unless a person is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A world: a transport, and what it runs on.
pub(super) enum Rig {
    Ureq(Ureq),
    Reqwest(Reqwest, Runtime),
}

impl Rig {
    pub(super) fn blocking() -> Self {
        Self::Ureq(Ureq::default())
    }

    pub(super) fn asynchronous() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        Ok(Self::Reqwest(Reqwest::default(), runtime))
    }

    /// A program that has just been started: its memory is empty.
    pub(super) fn program(&self, service: Service, store: impl Store) -> Program {
        match self {
            Self::Ureq(ureq) => Program::Blocking(Client::new(service, ureq.clone(), store)),
            Self::Reqwest(reqwest, runtime) => {
                let handle = runtime.handle().clone();
                let tokio = Tokio::new(handle.clone());
                let client = AsyncClient::new(service, reqwest.clone(), tokio, store);
                Program::Async(client, handle)
            }
        }
    }

    /// Sends a request as it is: values only, no flow.
    pub(super) fn send(&self, request: Request, limits: &Limits) -> Result<Response, Error> {
        match self {
            Self::Ureq(ureq) => Ok(Transport::send(ureq, request, limits)?),
            Self::Reqwest(reqwest, runtime) => bounded(runtime.handle(), async {
                Ok(AsyncTransport::send(reqwest, request, limits).await?)
            }),
        }
    }
}

/// A service, a transport and a store.
pub(super) enum Program {
    Blocking(Client),
    Async(AsyncClient, Handle),
}

/// Runs the same call on either client.
macro_rules! open {
    ($program:expr, $client:ident => $call:expr) => {
        match $program {
            Program::Blocking($client) => Account::Blocking($call),
            Program::Async($client, handle) => Account::Async($call, handle.clone()),
        }
    };
}

impl Program {
    pub(super) fn account(&self, name: &str) -> Account {
        open!(self, client => client.account(name))
    }

    pub(super) fn daemon(&self) -> Account {
        open!(self, client => client.daemon())
    }

    pub(super) fn anonymous(&self) -> Account {
        open!(self, client => client.anonymous())
    }
}

/// One account of a program.
#[derive(Clone)]
pub(super) enum Account {
    Blocking(Session),
    Async(AsyncSession, Handle),
}

/// Runs the same call on either session: at once, or awaited.
macro_rules! both {
    ($account:expr, $session:ident => $call:expr) => {
        match $account {
            Account::Blocking($session) => $call,
            Account::Async($session, handle) => bounded(handle, $call),
        }
    };
}

impl Account {
    pub(super) fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        both!(self, session => session.send(operation))
    }

    /// All items of all pages, and the total that the service named.
    pub(super) fn items<P>(&self, first: P) -> Result<(Vec<P::Item>, Option<u64>), Error>
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

    pub(super) fn begin_login(&self, login: Login) -> Result<Begun, Error> {
        match self {
            Self::Blocking(session) => session.begin(login),
            Self::Async(session, _) => session.begin(login),
        }
    }

    /// Waits for the person. The login has a deadline of its own.
    pub(super) fn wait_for_login(&self, waiting: Waiting) -> Result<CodeGrant, Error> {
        match self {
            Self::Blocking(_) => waiting.wait(),
            Self::Async(_, handle) => handle.block_on(waiting),
        }
    }

    pub(super) fn complete(&self, grant: CodeGrant) -> Result<Status, Error> {
        both!(self, session => session.complete(grant))
    }

    pub(super) fn paste(&self, text: &str) -> Result<Status, Error> {
        both!(self, session => session.paste(text))
    }

    pub(super) fn log_out(&self) -> Result<LoggedOut, Error> {
        both!(self, session => session.log_out())
    }

    pub(super) fn status(&self) -> Result<Status, Error> {
        both!(self, session => session.status())
    }

    pub(super) fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        both!(self, session => session.token(kind))
    }

    /// Begins a call that goes on beside this one: on a thread, or in a task.
    pub(super) fn begin<O>(&self, operation: O) -> Calling<O::Output>
    where
        O: Operation + Send + Sync + 'static,
        O::Output: Send + 'static,
    {
        let (giver, answer) = mpsc::channel();
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
            answer,
            begun,
            task,
        }
    }

    /// Gives a call up in the middle of the renewal that it waits for: async by dropping its future, blocking by a second
    /// caller whose patience ends while the first goes on. `renewing` says that the renewal is under way.
    pub(super) fn give_up<O>(
        &self,
        operation: O,
        renewing: impl FnOnce() -> bool,
    ) -> Checked<GivenUp<O::Output>>
    where
        O: Operation + Clone + Send + Sync + 'static,
        O::Output: Send + 'static,
    {
        let first = self.begin(operation.clone());
        holds("the renewal has reached the server", renewing())?;
        match self {
            Self::Blocking(session) => {
                let hasty = session.clone().patience(Duration::from_millis(200));
                let gave_up = hasty.send(operation);
                fails("out of patience", gave_up, |error| {
                    error.kind() == ErrorKind::TimedOut
                })?;
                Ok(GivenUp {
                    how: "a caller ran out of patience",
                    leader: Some(first),
                })
            }
            Self::Async(..) => {
                first.cancel()?;
                Ok(GivenUp {
                    how: "the caller's future was dropped",
                    leader: None,
                })
            }
        }
    }
}

/// A call under way.
pub(super) struct Calling<T> {
    answer: Receiver<Result<T, Error>>,
    begun: Arc<AtomicBool>,
    task: Option<AbortHandle>,
}

impl<T> Calling<T> {
    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// Waits for its end.
    pub(super) fn join(self) -> Result<T, Error> {
        self.answer
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| Err(too_long()))
    }

    /// Drops its future, and waits until that is done.
    fn cancel(self) -> Checked {
        if let Some(task) = self.task {
            task.abort();
        }
        match self.answer.recv_timeout(PATIENCE) {
            Err(RecvTimeoutError::Disconnected) => Ok(()),
            Ok(_) => Err(Miss::new("a call in mid-renewal", "it had its answer")),
            Err(RecvTimeoutError::Timeout) => Err(Miss::new("a dropped call", "it goes on")),
        }
    }
}

/// A caller that is gone, while its renewal goes on.
pub(super) struct GivenUp<T> {
    /// In words.
    pub(super) how: &'static str,
    leader: Option<Calling<T>>,
}

impl<T> GivenUp<T> {
    /// Waits for the caller that leads the renewal, where there is one.
    pub(super) fn leader_ends(self) -> Checked {
        if let Some(leader) = self.leader {
            leader.join()?;
        }
        Ok(())
    }
}

/// Waits until it is so, not for ever.
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> Checked<bool>) -> Checked {
    let end = Instant::now() + PATIENCE;
    while !is_so()? {
        if Instant::now() >= end {
            return Err(Miss::new(what, format!("not within {PATIENCE:?}")));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn bounded<T>(handle: &Handle, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    handle.block_on(async {
        match tokio::time::timeout(PATIENCE, future).await {
            Ok(result) => result,
            Err(_) => Err(too_long()),
        }
    })
}

fn too_long() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        format!("the demo waited {} s", PATIENCE.as_secs()),
    )
}

//! An account of a client: a session of either kind.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{
    AccountKey, CodeGrant, DeviceAuthorizationResponse, Error, Operation, Paged,
    PendingAuthorization, RedirectUri, Token, TokenKind,
};
use auth_flows::{
    AsyncSession, Canceller, LoggedOut, Login, PendingLogin, PreparedLogin, Session, Status,
};
use tokio::runtime::Runtime;

use crate::bounded;
use crate::call::PendingCall;
use crate::worker::WorkerSession;

/// A session of either kind. Its methods do what the session's methods of the same name do, and
/// wait at most [`MAX_WAIT`](crate::MAX_WAIT).
#[derive(Clone, Debug)]
pub enum AnySession {
    /// Blocking.
    Blocking(Session),
    /// Async, in a runtime.
    Async(AsyncSession, Arc<Runtime>),
}

/// Runs the same call on either session: blocking, or awaited.
macro_rules! both {
    ($any:expr, $session:ident => $call:expr) => {
        match $any {
            AnySession::Blocking($session) => $call,
            AnySession::Async($session, runtime) => bounded(runtime, $call),
        }
    };
}

impl AnySession {
    /// Sends an operation.
    pub fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        both!(self, session => session.send(operation))
    }

    /// Collects the items of all pages, and the total that the service reported.
    pub fn items<P>(&self, first: P) -> Result<(Vec<P::Item>, Option<u64>), Error>
    where
        P: Paged + Send + Sync + 'static,
        P::Output: Send + 'static,
        P::Item: Send,
    {
        match self {
            Self::Blocking(session) => {
                let mut items = session.items(first);
                let all = items.by_ref().collect::<Result<_, _>>()?;
                Ok((all, items.total()))
            }
            Self::Async(session, runtime) => bounded(runtime, async {
                let mut items = session.items(first);
                let mut all = Vec::new();
                while let Some(item) = items.next().await {
                    all.push(item?);
                }
                Ok((all, items.total()))
            }),
        }
    }

    /// Prepares a login.
    pub fn begin_login(&self, login: Login) -> Result<PreparedLogin, Error> {
        match self {
            Self::Blocking(session) => session.begin_login(login),
            Self::Async(session, runtime) => runtime.block_on(session.begin_login(login)),
        }
    }

    /// Prepares a login for a web service, whose visitor comes back at this address.
    pub fn begin_at(&self, redirect: RedirectUri) -> Result<(String, PendingAuthorization), Error> {
        both!(self, session => session.begin_at(redirect))
    }

    /// Waits for the person, until the login's own timeout.
    pub fn wait_for_login(&self, waiting: PendingLogin) -> Result<CodeGrant, Error> {
        match self {
            Self::Blocking(_) => waiting.wait(),
            Self::Async(_, runtime) => runtime.block_on(waiting),
        }
    }

    /// Completes a login with the code.
    pub fn complete(&self, grant: CodeGrant) -> Result<Status, Error> {
        both!(self, session => session.complete_login(grant))
    }

    /// Runs the three steps of a login, until the login's own timeout.
    pub fn log_in(&self, login: Login) -> Result<Status, Error> {
        match self {
            Self::Blocking(session) => session.log_in(login),
            Self::Async(session, runtime) => runtime.block_on(session.log_in(login)),
        }
    }

    /// Logs in by name and password.
    pub fn log_in_with_password(&self, name: &str, password: &str) -> Result<Status, Error> {
        both!(self, session => session.log_in_with_password(name, password))
    }

    /// Logs in by a code that `show` gets.
    pub fn log_in_with_device(
        &self,
        show: impl FnOnce(&DeviceAuthorizationResponse) + Send,
    ) -> Result<Status, Error> {
        both!(self, session => session.log_in_with_device(show))
    }

    /// The same, until the canceller cancels.
    pub fn log_in_with_device_until(
        &self,
        canceller: &Canceller,
        show: impl FnOnce(&DeviceAuthorizationResponse) + Send,
    ) -> Result<Status, Error> {
        both!(self, session => session.log_in_with_device_until(canceller, show))
    }

    /// Imports a plain token.
    pub fn import_token(&self, text: &str) -> Result<Status, Error> {
        both!(self, session => session.import_token(text))
    }

    /// Logs out.
    pub fn log_out(&self) -> Result<LoggedOut, Error> {
        both!(self, session => session.log_out())
    }

    /// The state of the account.
    pub fn status(&self) -> Result<Status, Error> {
        both!(self, session => session.status())
    }

    /// Checks with the service that the tokens are valid.
    pub fn check(&self) -> Result<(), Error> {
        both!(self, session => session.check())
    }

    /// A token that is valid for at least this long.
    pub fn token_for(&self, kind: TokenKind, at_least: Duration) -> Result<Arc<Token>, Error> {
        both!(self, session => session.token_for(kind, at_least))
    }

    /// Marks the cached token invalid.
    pub fn invalidate(&self, kind: TokenKind) -> Result<(), Error> {
        both!(self, session => session.invalidate(kind))
    }

    /// A session that logs in by itself, where it has to.
    pub fn with_login(self, login: Login) -> Self {
        match self {
            Self::Blocking(session) => Self::Blocking(session.with_login(login)),
            Self::Async(session, runtime) => Self::Async(session.with_login(login), runtime),
        }
    }

    /// A session that logs in by name and password, where it has to.
    pub fn with_password(self, name: &str, password: &str) -> Self {
        match self {
            Self::Blocking(session) => Self::Blocking(session.with_password(name, password)),
            Self::Async(session, runtime) => {
                Self::Async(session.with_password(name, password), runtime)
            }
        }
    }

    /// A valid token.
    pub fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        both!(self, session => session.token(kind))
    }

    /// Sets how long a call waits for a renewal that another caller runs.
    pub fn timeout(self, timeout: Duration) -> Self {
        match self {
            Self::Blocking(session) => Self::Blocking(session.with_renewal_timeout(timeout)),
            Self::Async(session, runtime) => {
                Self::Async(session.with_renewal_timeout(timeout), runtime)
            }
        }
    }

    /// The account's key in the store. `None` for an anonymous session.
    pub fn key(&self) -> Option<&AccountKey> {
        match self {
            Self::Blocking(session) => session.key(),
            Self::Async(session, _) => session.key(),
        }
    }

    /// Follows a list to its end or to an error. Calls `between` after each page with the number of
    /// received items.
    pub fn follow<P>(&self, first: P, mut between: impl FnMut(usize)) -> Followed<P>
    where
        P: Paged + Clone + Send + Sync + 'static,
        P::Output: Send + 'static,
    {
        let (mut items, mut error) = (Vec::new(), None);
        let mut take = |page| {
            match page {
                Ok(page) => items.extend(page),
                Err(failed) => error = Some(failed),
            }
            between(items.len());
        };
        let (total, cursor) = match self {
            Self::Blocking(session) => {
                let mut pages = session.pages(first);
                pages.by_ref().for_each(take);
                (pages.total(), pages.cursor().cloned())
            }
            Self::Async(session, runtime) => runtime.block_on(async {
                let mut pages = session.pages(first);
                while let Some(page) = pages.next().await {
                    take(page);
                }
                (pages.total(), pages.cursor().cloned())
            }),
        };
        Followed {
            items,
            total,
            cursor,
            error,
        }
    }

    /// Makes many calls at the same time, on threads or in tasks. `meanwhile` runs when all have
    /// started.
    pub fn crowd<O>(
        &self,
        count: usize,
        operation: O,
        meanwhile: impl FnOnce(),
    ) -> Vec<Result<O::Output, Error>>
    where
        O: Operation + Clone + Send + Sync + 'static,
        O::Output: Send + 'static,
    {
        let begin = |_| self.begin(operation.clone());
        let calls: Vec<_> = (0..count).map(begin).collect();
        meanwhile();
        calls.into_iter().map(PendingCall::join).collect()
    }

    /// Starts a call beside this one: on a thread, or in a task.
    pub fn begin<O>(&self, operation: O) -> PendingCall<O::Output>
    where
        O: Operation + Send + Sync + 'static,
        O::Output: Send + 'static,
    {
        let session = self.for_worker();
        self.spawn(async move { session.send(operation).await })
    }

    /// Starts a worker of this account's world: see [`World::spawn`](crate::World::spawn).
    pub fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> PendingCall<T> {
        match self {
            Self::Blocking(_) => PendingCall::on_thread(work),
            Self::Async(_, runtime) => PendingCall::in_task(runtime, work),
        }
    }

    /// The same account for a worker of this world: see [`World::spawn`](crate::World::spawn).
    pub fn for_worker(&self) -> WorkerSession {
        match self {
            Self::Blocking(session) => WorkerSession::Blocking(session.clone()),
            Self::Async(session, _) => WorkerSession::Async(session.clone()),
        }
    }
}

/// The progress of a list, and the error that ended it.
#[derive(Debug)]
pub struct Followed<P: Paged> {
    /// What all pages contained.
    pub items: Vec<P::Item>,
    /// The total that the service reported.
    pub total: Option<u64>,
    /// Where the list goes on.
    pub cursor: Option<P>,
    /// The error that ended it.
    pub error: Option<Error>,
}

//! A session for work that is written once, as an `async fn`, and runs on a thread or in a task.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use auth_core::{Error, Operation, Token, TokenKind};
use auth_flows::{AsyncSession, Session, Status};

/// A session of either kind, in a worker of [`World::spawn`](crate::World::spawn). Its methods do
/// what the session's methods of the same name do: on a thread they block, in a task they are
/// awaited.
#[derive(Clone, Debug)]
pub enum WorkerSession {
    /// On a thread.
    Blocking(Session),
    /// In a task.
    Async(AsyncSession),
}

/// Makes the same call on either session.
macro_rules! both {
    ($any:expr, $session:ident => $call:expr) => {
        match $any {
            WorkerSession::Blocking($session) => $call,
            WorkerSession::Async($session) => $call.await,
        }
    };
}

impl WorkerSession {
    /// Sends an operation.
    pub async fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        both!(self, session => session.send(operation))
    }

    /// Sends an operation and drops its future after this time: `None`. A thread waits instead.
    pub async fn send_within<O>(
        &self,
        time: Duration,
        operation: O,
    ) -> Option<Result<O::Output, Error>>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        match self {
            Self::Blocking(session) => Some(session.send(operation)),
            Self::Async(session) => tokio::time::timeout(time, session.send(operation))
                .await
                .ok(),
        }
    }

    /// Logs in by name and password.
    pub async fn log_in_with_password(&self, name: &str, password: &str) -> Result<Status, Error> {
        both!(self, session => session.log_in_with_password(name, password))
    }

    /// A valid token.
    pub async fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        both!(self, session => session.token(kind))
    }

    /// A token that is valid for at least this long.
    pub async fn token_for(&self, kind: TokenKind, time: Duration) -> Result<Arc<Token>, Error> {
        both!(self, session => session.token_for(kind, time))
    }

    /// Marks the cached token invalid.
    pub async fn invalidate(&self, kind: TokenKind) -> Result<(), Error> {
        both!(self, session => session.invalidate(kind))
    }

    /// Does nothing for a while.
    pub async fn pause(&self, time: Duration) {
        match self {
            Self::Blocking(_) => thread::sleep(time),
            Self::Async(_) => tokio::time::sleep(time).await,
        }
    }
}

//! A world: a transport, and for async its runtime.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use auth_core::{
    AsyncTransport, Error, Limits, Message, Request, Response, Service, Store, Transport,
};
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use tokio::runtime::{Builder, Runtime};

use crate::bounded;
use crate::call::{PendingCall, at_once};
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

    /// Returns a client with an empty memory, as a program would make it.
    pub fn client(&self, service: Service, store: impl Store) -> AnyClient {
        match self {
            Self::Blocking(ureq) => AnyClient::Blocking(Client::new(service, ureq.clone(), store)),
            Self::Async(reqwest, runtime) => {
                let tokio = Tokio::new(runtime.handle().clone());
                let client = AsyncClient::new(service, reqwest.clone(), tokio, store);
                AnyClient::Async(client, Arc::clone(runtime))
            }
        }
    }

    /// Opens a user's account in a client of its own.
    pub fn account(&self, service: Service, store: impl Store, name: &str) -> AnySession {
        self.client(service, store).account(name)
    }

    /// Opens the client's own session, by client credentials.
    pub fn client_session(&self, service: Service, store: impl Store) -> AnySession {
        self.client(service, store).client_session()
    }

    /// Starts a worker beside this one: on a thread, where each call of its [`WorkerSession`]
    /// blocks, or in a task.
    ///
    /// [`WorkerSession`]: crate::WorkerSession
    pub fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> PendingCall<T> {
        match self {
            Self::Blocking(_) => PendingCall::on_thread(work),
            Self::Async(_, runtime) => PendingCall::in_task(runtime, work),
        }
    }

    /// Runs such a worker to its end, however long it takes.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        match self {
            Self::Blocking(_) => at_once(work),
            Self::Async(_, runtime) => runtime.block_on(work),
        }
    }

    /// Ends the runtime without waiting for what still runs on it, if no client of this world is
    /// left.
    pub fn end(self) {
        if let Self::Async(_, runtime) = self {
            if let Some(runtime) = Arc::into_inner(runtime) {
                runtime.shutdown_background();
            }
        }
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
        // Idle threads of its blocking pool end soon, so that a test can count the others.
        .thread_keep_alive(Duration::from_millis(500))
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

#[cfg(test)]
mod tests {
    use auth_core::ErrorKind;

    use super::*;

    #[test]
    fn a_world_that_ends_drops_its_tasks() {
        let world = World::asynchronous().expect("a runtime");
        let pending = world.spawn::<()>(async {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            Ok(())
        });
        world.end();
        let error = pending.join().expect_err("dropped");
        assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
    }

    #[test]
    fn a_worker_runs_in_both_worlds() {
        for world in World::both().expect("a runtime") {
            assert_eq!(world.spawn(async { Ok(7) }).join().expect("done"), 7);
            assert_eq!(world.run(async { 7 }), 7, "{}", world.name());
        }
    }
}

//! The transport and the runtime of an async client, with their types erased.

use std::{fmt, sync::Arc};

use auth_core::{BoxTransport, Error, ErrorKind, Runtime};

use super::{AsyncClient, jobs::Jobs, save::save};
use crate::client::{saver::Saving, trace::Span};
use crate::sync::{oneshot::channel, semaphore::Semaphore};

/// The transport and the runtime, type-erased, so that sessions have no type parameters.
pub(in crate::client) struct Host {
    pub(super) transport: BoxTransport,
    pub(super) runtime: Arc<dyn Runtime>,
    pub(super) renewals: Arc<Semaphore>,
    jobs: Arc<Jobs>,
}

/// How many renewals run at once. After a night all accounts of a service are due: each renewal has
/// a connection, and one job of the store at a time.
const RENEWALS: usize = 64;

impl Host {
    pub(super) fn new(transport: BoxTransport, runtime: Arc<dyn Runtime>) -> Self {
        Self {
            transport,
            runtime,
            renewals: Semaphore::new(RENEWALS),
            jobs: Arc::default(),
        }
    }

    /// Returns what saves in the background. It keeps neither the runtime nor the client.
    pub(super) fn save(&self) -> impl Fn(Saving) + Send + Sync + use<> {
        let (runtime, jobs) = (Arc::downgrade(&self.runtime), Arc::clone(&self.jobs));
        move |saving| {
            if let Some(host) = runtime.upgrade() {
                let (runtime, jobs) = (runtime.clone(), Arc::clone(&jobs));
                host.spawn(Box::pin(save(saving, runtime, jobs)));
            }
        }
    }
}

impl AsyncClient {
    /// Runs a blocking job on the blocking pool. It runs to its end even if the caller is dropped.
    pub(super) async fn offload<R, J>(&self, job: J) -> Result<R, Error>
    where
        R: Send + 'static,
        J: FnOnce() -> Result<R, Error> + Send + 'static,
    {
        let (sender, receiver) = channel();
        let span = Span::current();
        let job = Box::new(move || {
            let _entered = span.enter();
            sender.send(job());
        });
        let host = &self.0.host;
        host.jobs.run(&*host.runtime, job);
        receiver.await.unwrap_or_else(|| Err(ended()))
    }
}

pub(super) fn ended() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "the runtime shut down before the work was done",
    )
    .with_help("try again")
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

//! Two programs on one store, and their 64 callers: threads over ureq, tasks over reqwest.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use auth_core::{Error, Store};
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use tokio::runtime::{Builder, Runtime};

use super::super::tested_service::{PASSWORD, TestedService, What};
use super::watched_server::WatchedServer;

/// The callers of each program.
const CALLERS: usize = 32;

/// The pause of a caller between two calls.
const PAUSE: Duration = Duration::from_millis(25);

/// The most messages that are kept.
const KEPT: usize = 10;

/// Two programs: one of each world.
pub(super) struct Programs {
    place: TestedService,
    accounts: Vec<String>,
    pub(super) threads: Client,
    pub(super) tasks: AsyncClient,
    pub(super) runtime: Runtime,
}

/// What callers got.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) calls: usize,
    /// Errors without the time that is left, at most some.
    pub(super) untimed: Vec<String>,
    /// What callers were told who have to log in.
    pub(super) asked: Vec<String>,
}

/// What callers share.
#[derive(Default)]
struct Shared {
    over: AtomicBool,
    counts: Mutex<Counts>,
}

/// Callers at work.
pub(super) struct Callers {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Programs {
    pub(super) fn open(
        server: &WatchedServer,
        store: Arc<dyn Store>,
        accounts: &[&str],
    ) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| {
                Error::new(
                    auth_core::ErrorKind::Internal,
                    format!("no runtime: {error}"),
                )
            })?;
        let tokio = Tokio::new(runtime.handle().clone());
        let tasks = server.service("tasks")?;
        Ok(Self {
            place: server.place,
            accounts: accounts
                .iter()
                .map(|account| (*account).to_owned())
                .collect(),
            threads: Client::new(
                server.service("threads")?,
                Ureq::default(),
                Arc::clone(&store),
            ),
            tasks: AsyncClient::new(tasks, Reqwest::default(), tokio, store),
            runtime,
        })
    }

    pub(super) fn log_in(&self, account: &str) -> Result<(), Error> {
        let session = self.threads.account(account);
        session.log_in_with_password(account, PASSWORD).map(drop)
    }

    /// Lets all callers call.
    /// Each program has half of the accounts of its own if they are `apart`, and else all.
    pub(super) fn start(&self, apart: bool) -> Callers {
        let shared = Arc::<Shared>::default();
        let place = self.place;
        let all = &self.accounts[..];
        let (first, second) = match apart {
            true => all.split_at(all.len() / 2),
            false => (all, all),
        };
        let threads = (0..CALLERS).map(|number| {
            let (session, shared) = (
                self.threads.account(&first[number % first.len()]),
                Arc::clone(&shared),
            );
            thread::spawn(move || {
                while !shared.over.load(Ordering::SeqCst) {
                    shared.count(session.send(place.ask(What::Who, 0)));
                    thread::sleep(PAUSE);
                }
            })
        });
        let tasks = (0..CALLERS).map(|number| {
            let (session, shared) = (
                self.tasks.account(&second[number % second.len()]),
                Arc::clone(&shared),
            );
            self.runtime.spawn(async move {
                while !shared.over.load(Ordering::SeqCst) {
                    shared.count(session.send(place.ask(What::Who, 0)).await);
                    tokio::time::sleep(PAUSE).await;
                }
            })
        });
        let (threads, tasks) = (threads.collect(), tasks.collect());
        Callers {
            shared,
            threads,
            tasks,
        }
    }

    /// Lets all callers call for a while, and waits for their last calls.
    pub(super) fn call(&self, time: Duration, apart: bool) -> Counts {
        let callers = self.start(apart);
        thread::sleep(time);
        let counts = callers.counts();
        callers.stop();
        counts
    }

    /// Uses each account once in each world. Returns what failed.
    pub(super) fn touch(&self) -> Vec<(&'static str, String, Error)> {
        let mut failed = Vec::new();
        for account in &self.accounts {
            let ask = || self.place.ask(What::Who, 0);
            let threads = self.threads.account(account).send(ask());
            let tasks = self
                .runtime
                .block_on(self.tasks.account(account).send(ask()));
            for (world, result) in [("threads", threads), ("tasks", tasks)] {
                failed.extend(result.err().map(|error| (world, account.clone(), error)));
            }
        }
        failed
    }

    /// Waits until nothing is in flight, and what could not be saved is.
    pub(super) fn settle(&self) -> Result<(), Error> {
        let threads = self.threads.settle();
        threads.and(self.runtime.block_on(self.tasks.settle()))
    }

    /// Ends both programs without waiting for anything.
    pub(super) fn end(self) {
        self.runtime.shutdown_background();
    }
}

impl Callers {
    pub(super) fn counts(&self) -> Counts {
        let counts = self.shared.counts.lock();
        counts.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Cancels all tasks, and lets no thread begin another call. Does not wait.
    pub(super) fn cancel(&self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }

    /// Waits for the threads.
    pub(super) fn join(self) {
        for thread in self.threads {
            let _panicked = thread.join();
        }
    }

    /// Lets all callers end their last call.
    pub(super) fn stop(self) {
        self.shared.over.store(true, Ordering::SeqCst);
        while !self.tasks.iter().all(tokio::task::JoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(5));
        }
        self.join();
    }
}

impl Shared {
    fn count<T>(&self, result: Result<T, Error>) {
        if self.over.load(Ordering::SeqCst) {
            return;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.calls += 1;
        if let Err(error) = result {
            if error.needs_login() && counts.asked.len() < KEPT {
                counts.asked.push(error.to_string());
            }
            if error.retry_after().is_none() && counts.untimed.len() < KEPT {
                counts.untimed.push(error.to_string());
            }
        }
    }
}

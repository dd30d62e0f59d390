//! Two programs on one store, and their 64 callers: threads over ureq, tasks over reqwest.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use auth_core::{Error, Store};
use worlds::{AnyClient, AnySession, PendingCall, World};

use super::super::tested_service::{PASSWORD, TestedService, What};
use super::super::worker_pool::WORLDS;
use super::watched_server::WatchedServer;
use super::{ACCOUNTS, broken};
use crate::Stop;

/// The callers of each program.
const CALLERS: usize = 32;

/// The pause of a caller between two calls.
const PAUSE: Duration = Duration::from_millis(25);

/// The most messages that are kept.
const KEPT: usize = 10;

/// Two programs: one of each world.
pub(super) struct Programs {
    place: TestedService,
    worlds: [World; 2],
    programs: [AnyClient; 2],
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
    calls: Vec<PendingCall<()>>,
}

impl Programs {
    pub(super) fn open(server: &WatchedServer, store: Arc<dyn Store>) -> Result<Self, Stop> {
        let [threads, tasks] = WORLDS.map(|world| server.service(world).map_err(broken));
        let worlds = World::both()?;
        Ok(Self {
            place: server.place,
            programs: [
                worlds[0].client(threads?, Arc::clone(&store)),
                worlds[1].client(tasks?, store),
            ],
            worlds,
        })
    }

    pub(super) fn log_in(&self, account: &str) -> Result<(), Error> {
        let session = self.programs[0].account(account);
        session.log_in_with_password(account, PASSWORD).map(drop)
    }

    /// An account in both worlds, each with its name.
    pub(super) fn account(&self, name: &str) -> [(&'static str, AnySession); 2] {
        [0, 1].map(|world| (WORLDS[world], self.programs[world].account(name)))
    }

    /// Lets all callers call.
    /// Each program has half of the accounts of its own if they are `apart`, and else all.
    pub(super) fn start(&self, apart: bool) -> Callers {
        let shared = Arc::<Shared>::default();
        let place = self.place;
        let halves = match apart {
            true => ACCOUNTS.split_at(ACCOUNTS.len() / 2),
            false => (&ACCOUNTS[..], &ACCOUNTS[..]),
        };
        let mut calls = Vec::new();
        for (world, accounts) in [halves.0, halves.1].into_iter().enumerate() {
            for account in accounts.iter().cycle().take(CALLERS) {
                let session = self.programs[world].account(account).for_worker();
                let shared = Arc::clone(&shared);
                calls.push(self.worlds[world].spawn(async move {
                    while !shared.over.load(Ordering::SeqCst) {
                        shared.count(session.send(place.ask(What::Who, 0)).await);
                        session.pause(PAUSE).await;
                    }
                    Ok(())
                }));
            }
        }
        Callers { shared, calls }
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
    pub(super) fn touch(&self) -> Vec<(&'static str, &'static str, Error)> {
        let mut failed = Vec::new();
        for account in ACCOUNTS {
            for (world, session) in self.account(account) {
                let result = session.send(self.place.ask(What::Who, 0));
                failed.extend(result.err().map(|error| (world, account, error)));
            }
        }
        failed
    }

    /// Waits until nothing is in flight, and what could not be saved is.
    pub(super) fn settle(&self) -> Result<(), Error> {
        let [threads, tasks] = self.programs.each_ref().map(AnyClient::settle);
        threads.and(tasks)
    }

    /// The same after the end of background work.
    pub(super) fn close(&self) -> Result<(), Error> {
        let [threads, tasks] = self.programs.each_ref().map(AnyClient::close);
        threads.and(tasks)
    }

    /// Ends both programs without waiting for anything.
    pub(super) fn end(self) {
        drop(self.programs);
        self.worlds.into_iter().for_each(World::end);
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
        self.calls.iter().for_each(PendingCall::abort);
    }

    /// Waits for the last calls, cancelled or not.
    pub(super) fn join(self) {
        for call in self.calls {
            let _cancelled = call.join();
        }
    }

    /// Lets all callers end their last call.
    pub(super) fn stop(self) {
        self.shared.over.store(true, Ordering::SeqCst);
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
                counts.asked.push(format!("{error:#}"));
            }
            if error.retry_after().is_none() && counts.untimed.len() < KEPT {
                counts.untimed.push(format!("{error:#}"));
            }
        }
    }
}

//! 10,000 accounts of one file store whose tokens have expired, used at once by one program.
//!
//! Every account gets a token by one renewal. At most 64 renewals run at once, so that the token
//! endpoint, the sockets and the threads of the program stay few.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{Error, TokenKind};
use auth_testkit::Rotation;
use keystore::File;
use worlds::{AnyClient, PendingCall, WorkerSession, World, stored};

use super::super::summary::Summary;
use super::super::tested_service::{PASSWORD, TestedService};
use super::super::worker_pool::WORLDS;
use super::broken;
use super::watched_server::WatchedServer;
use crate::Stop;

const ACCOUNTS: usize = 10_000;

/// How many renewals of a program may run at once.
const AT_ONCE: usize = 64;

/// How many more threads this process may have meanwhile. The server, which runs here too, has one
/// for each connection.
const THREADS: usize = 2 * AT_ONCE + 32;

pub(super) fn run(summary: &mut Summary) -> Result<(), Stop> {
    let failed = |error: std::io::Error| Stop::Failed(format!("cannot start a crowd: {error}"));
    let names: Vec<_> = (0..ACCOUNTS).map(|n| format!("crowd-{n}")).collect();
    let users: Vec<_> = names.iter().map(String::as_str).collect();
    let place = TestedService::InfoFlora;
    let server = WatchedServer::start(place, Rotation::KillFamily, &users).map_err(failed)?;
    let folder = tempfile::tempdir().map_err(failed)?;
    let store = File::open(folder.path().join("store")).map_err(broken)?;
    let world = World::asynchronous().map_err(failed)?;
    let service = server.service(WORLDS[1]).map_err(broken)?;
    let client = || world.client(service.clone(), store.clone());

    let log_in = |session: WorkerSession, name: String| async move {
        session
            .log_in_with_password(&name, PASSWORD)
            .await
            .map(drop)
    };
    // A client bounds its renewals and not its logins, and 10,000 connections are too many for some
    // systems.
    for names in names.chunks(AT_ONCE) {
        if let Some(error) = all(&world, &client(), names, log_in).first() {
            return Err(Stop::Failed(error.clone()));
        }
    }
    for name in &names {
        let key = service.account_key(name);
        stored::age_token(&store, &key, TokenKind::Login, 7200).map_err(broken)?;
    }

    let mark = server.mark();
    let watched = Threads::watch();
    let began = Instant::now();
    let token =
        |session: WorkerSession, _| async move { session.token(TokenKind::Login).await.map(drop) };
    let without = all(&world, &client(), &names, token);
    let time = began.elapsed();
    let threads = watched.end();
    world.end();

    summary.heading("10,000 accounts of one file store, expired at once");
    summary.figure(
        "seconds until all have a token",
        format!("{:.1}", time.as_secs_f64()),
    );
    summary.none("accounts without a token", &without);
    let requests = server.token_requests(mark);
    summary.check("renewals", requests, requests == ACCOUNTS);
    summary.none(
        "refresh tokens used twice by the crowd",
        &server.used_twice(mark),
    );
    let most = server.most_at_once(mark);
    summary.check(
        "the most renewals at once",
        most,
        (1..=AT_ONCE).contains(&most),
    );
    summary.check(
        "threads more than before, of client and server",
        threads,
        threads <= THREADS,
    );
    Ok(())
}

/// Does this with all accounts at once. Returns what failed.
fn all<F>(
    world: &World,
    client: &AnyClient,
    names: &[String],
    act: impl Fn(WorkerSession, String) -> F,
) -> Vec<String>
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let spawn = |name: &String| world.spawn(act(client.account(name).for_worker(), name.clone()));
    let calls: Vec<_> = names.iter().map(spawn).collect();
    let results = calls.into_iter().map(PendingCall::join).zip(names);
    let failed = results.filter_map(|(result, name)| Some((result.err()?, name)));
    failed
        .map(|(error, name)| format!("{name}: {error:#}"))
        .collect()
}

/// Looks every 10 ms how many threads this process has.
struct Threads {
    over: Arc<AtomicBool>,
    watcher: thread::JoinHandle<usize>,
    before: usize,
}

impl Threads {
    fn watch() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let before = count();
        let watcher = thread::spawn({
            let over = Arc::clone(&over);
            move || {
                let mut most = 0;
                while !over.load(Ordering::SeqCst) {
                    most = most.max(count());
                    thread::sleep(Duration::from_millis(10));
                }
                most
            }
        });
        Self {
            over,
            watcher,
            before,
        }
    }

    /// Returns how many more there were at most.
    fn end(self) -> usize {
        self.over.store(true, Ordering::SeqCst);
        self.watcher
            .join()
            .unwrap_or(usize::MAX)
            .saturating_sub(self.before)
    }
}

fn count() -> usize {
    fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

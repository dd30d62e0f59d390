//! `xtask soak-workers`: the workers of one process. This process is measured, so it has only clients
//! and workers.
//!
//! | it reads | it does |
//! | --- | --- |
//! | `log-in` | logs in all accounts of the list |
//! | `go`, `sprint` | lets the workers work, or hurry |
//! | `pause` | waits until all workers have stopped |
//! | `flush` | uses each account once in both worlds, one after the other |
//! | `tally` | prints the progress |

use std::ffi::OsString;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use auth_core::{Error, Store};
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::{File, Memory};
use lexopt::{Arg, ValueExt};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Handle, Runtime};

use super::progress_counter::ProgressCounter;
use super::seeded_random::Chance;
use super::tested_service::{PASSWORD, TestedService, accounts};
use super::worker::{Account, Worker};
use crate::{Outcome, Stop, Verdict, output};

/// The task's name.
pub(super) const TASK: &str = "soak-workers";

/// The number of a worker whose progress is not counted.
const UNCOUNTED: usize = usize::MAX;

/// Works until its standard input ends.
pub(crate) fn work(args: Vec<OsString>) -> Outcome {
    let options = Options::parse(args)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        // An idle thread of the blocking pool ends soon, so that the others can be counted.
        .thread_keep_alive(Duration::from_millis(500))
        .enable_all()
        .build()
        .map_err(|error| Stop::Failed(format!("cannot start a runtime: {error}")))?;
    let failed = |error: Error| Stop::Failed(error.to_string());
    let pool = WorkerPool::new(&options, &runtime).map_err(failed)?;
    pool.start(&options, &runtime);
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Stop::Failed(format!("cannot read orders: {error}")))?;
        let reply = pool.obey(&line, &options).map_err(failed)?;
        output::line(json!({ "reply": reply }));
    }
    pool.progress.end();
    runtime.shutdown_background();
    Ok(Verdict::Passed)
}

struct Options {
    process: u64,
    threads: usize,
    tasks: usize,
    seed: u64,
    folder: PathBuf,
    origins: Vec<String>,
}

impl Options {
    fn parse(args: Vec<OsString>) -> Result<Self, Stop> {
        let mut options = Self {
            process: 0,
            threads: 0,
            tasks: 0,
            seed: 0,
            folder: PathBuf::new(),
            origins: Vec::new(),
        };
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("process") => options.process = parser.value()?.parse()?,
                Arg::Long("threads") => options.threads = parser.value()?.parse()?,
                Arg::Long("tasks") => options.tasks = parser.value()?.parse()?,
                Arg::Long("seed") => options.seed = parser.value()?.parse()?,
                Arg::Long("folder") => options.folder = parser.value()?.into(),
                Arg::Value(origin) => options.origins.push(origin.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

struct WorkerPool {
    runtime: Handle,
    progress: Arc<ProgressCounter>,
    accounts: Arc<Vec<Account>>,
}

impl WorkerPool {
    /// Creates a program in each world for each service and each store: they share only the store.
    fn new(options: &Options, runtime: &Runtime) -> Result<Self, Error> {
        let (shared, own) = accounts(options.process);
        let (file, memory) = (File::open(&options.folder)?, Memory::new());
        let (ureq, reqwest) = (Ureq::default(), Reqwest::default());
        let mut all = Vec::new();
        for (place, origin) in TestedService::BOTH.into_iter().zip(&options.origins) {
            let mut open = |store: &dyn Fn() -> Arc<dyn Store>, users: &[String]| {
                let service = |world| place.service(origin, &program(options.process, world));
                let threads = Client::new(service("threads")?, ureq.clone(), store());
                let tokio = Tokio::new(runtime.handle().clone());
                let tasks = AsyncClient::new(service("tasks")?, reqwest.clone(), tokio, store());
                all.extend(users.iter().map(|user| Account {
                    place,
                    user: user.clone(),
                    threads: threads.account(user),
                    tasks: tasks.account(user),
                    healing: AtomicBool::new(false),
                }));
                Ok::<_, Error>(())
            };
            open(&|| Arc::new(file.clone()), &shared)?;
            open(&|| Arc::new(memory.clone()), &own)?;
        }
        let workers = options.threads + options.tasks;
        Ok(Self {
            runtime: runtime.handle().clone(),
            progress: Arc::new(ProgressCounter::new(options.process, workers)),
            accounts: Arc::new(all),
        })
    }

    fn worker(&self, number: usize, world: &str, options: &Options) -> Worker {
        let salt = (options.process + 1) << 32 ^ number as u64;
        Worker {
            number,
            by: program(options.process, world),
            chance: Chance::new(options.seed, salt),
            progress: Arc::clone(&self.progress),
            accounts: Arc::clone(&self.accounts),
        }
    }

    fn start(&self, options: &Options, runtime: &Runtime) {
        for number in 0..options.threads {
            let worker = self.worker(number, "threads", options);
            thread::spawn(move || worker.work());
        }
        for number in options.threads..options.threads + options.tasks {
            runtime.spawn(self.worker(number, "tasks", options).work_async());
        }
    }

    fn obey(&self, order: &str, options: &Options) -> Result<Value, Error> {
        match order {
            "log-in" => {
                let (shared, _) = accounts(options.process);
                // Of the shared accounts, one process logs in.
                let mine =
                    |account: &&Account| options.process == 0 || !shared.contains(&account.user);
                for account in self.accounts.iter().filter(mine) {
                    account
                        .threads
                        .log_in_with_password(&account.user, PASSWORD)?;
                }
            }
            "sprint" | "go" => {
                self.progress.sprint(order == "sprint");
                self.progress.run(true);
            }
            "pause" => {
                self.progress.run(false);
                while !self.progress.is_quiet() {
                    thread::sleep(Duration::from_millis(10));
                }
            }
            "flush" => {
                let [threads, tasks] =
                    ["threads", "tasks"].map(|world| self.worker(UNCOUNTED, world, options));
                for account in self.accounts.iter() {
                    threads.touch(account);
                    self.runtime.block_on(tasks.touch_async(account));
                }
            }
            "tally" => {}
            other => self
                .progress
                .wrong(format!("{TASK}: unknown order `{other}`")),
        }
        Ok(self.progress.tally())
    }
}

/// The name of a program at the server.
fn program(process: u64, world: &str) -> String {
    format!("soak-{process}/{world}")
}

//! `xtask soak-crew`: the workers of one process. What is measured is this process, in which nothing is but clients and workers.
//!
//! | it reads | it does |
//! | --- | --- |
//! | `log-in` | logs all accounts in that it is given |
//! | `go`, `sprint` | lets the workers work, or hurry |
//! | `pause` | waits until all of them have come to an end |
//! | `flush` | uses each account once in both worlds, one after the other |
//! | `tally` | says how far it is |

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
pub(super) const TASK: &str = "soak-crew";

/// The number of a worker whose progress is not counted.
const NOBODY: usize = usize::MAX;

/// Works until its standard input ends.
pub(crate) fn work(args: Vec<OsString>) -> Outcome {
    let options = Options::parse(args)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        // A thread of the blocking pool that has nothing to do ends soon, so that the others can be counted.
        .thread_keep_alive(Duration::from_millis(500))
        .enable_all()
        .build()
        .map_err(|error| Stop::Failed(format!("no runtime: {error}")))?;
    let failed = |error: Error| Stop::Failed(error.to_string());
    let crew = WorkerPool::new(&options, &runtime).map_err(failed)?;
    crew.start(&options, &runtime);
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Stop::Failed(format!("no more orders: {error}")))?;
        let reply = crew.obey(&line, &options).map_err(failed)?;
        output::line(json!({ "reply": reply }));
    }
    crew.desk.end();
    runtime.shutdown_background();
    Ok(Verdict::Passed)
}

struct Options {
    crew: u64,
    threads: usize,
    tasks: usize,
    seed: u64,
    folder: PathBuf,
    origins: Vec<String>,
}

impl Options {
    fn parse(args: Vec<OsString>) -> Result<Self, Stop> {
        let mut options = Self {
            crew: 0,
            threads: 0,
            tasks: 0,
            seed: 0,
            folder: PathBuf::new(),
            origins: Vec::new(),
        };
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("crew") => options.crew = parser.value()?.parse()?,
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
    desk: Arc<ProgressCounter>,
    accounts: Arc<Vec<Account>>,
}

impl WorkerPool {
    /// For each service and each store a program in each world: they share the store and nothing else.
    fn new(options: &Options, runtime: &Runtime) -> Result<Self, Error> {
        let (shared, own) = accounts(options.crew);
        let (file, memory) = (File::open(&options.folder)?, Memory::new());
        let (ureq, reqwest) = (Ureq::default(), Reqwest::default());
        let mut all = Vec::new();
        for (place, origin) in TestedService::BOTH.into_iter().zip(&options.origins) {
            let mut open = |store: &dyn Fn() -> Arc<dyn Store>, users: &[String]| {
                let service = |world| place.service(origin, &program(options.crew, world));
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
            desk: Arc::new(ProgressCounter::new(options.crew, workers)),
            accounts: Arc::new(all),
        })
    }

    fn worker(&self, number: usize, world: &str, options: &Options) -> Worker {
        let salt = (options.crew + 1) << 32 ^ number as u64;
        Worker {
            number,
            by: program(options.crew, world),
            chance: Chance::new(options.seed, salt),
            desk: Arc::clone(&self.desk),
            accounts: Arc::clone(&self.accounts),
        }
    }

    fn start(&self, options: &Options, runtime: &Runtime) {
        for number in 0..options.threads {
            let worker = self.worker(number, "threads", options);
            thread::spawn(move || worker.work());
        }
        for number in options.threads..options.threads + options.tasks {
            runtime.spawn(self.worker(number, "tasks", options).toil());
        }
    }

    fn obey(&self, order: &str, options: &Options) -> Result<Value, Error> {
        match order {
            "log-in" => {
                let (shared, _) = accounts(options.crew);
                // One process is enough for what is shared.
                let mine =
                    |account: &&Account| options.crew == 0 || !shared.contains(&account.user);
                for account in self.accounts.iter().filter(mine) {
                    account
                        .threads
                        .log_in_with_password(&account.user, PASSWORD)?;
                }
            }
            "sprint" | "go" => {
                self.desk.sprint(order == "sprint");
                self.desk.run(true);
            }
            "pause" => {
                self.desk.run(false);
                while !self.desk.is_quiet() {
                    thread::sleep(Duration::from_millis(10));
                }
            }
            "flush" => {
                let [threads, tasks] =
                    ["threads", "tasks"].map(|world| self.worker(NOBODY, world, options));
                for account in self.accounts.iter() {
                    threads.touch(account);
                    self.runtime.block_on(tasks.touch_async(account));
                }
            }
            "tally" => {}
            other => self.desk.wrong(format!("{TASK} knows no `{other}`")),
        }
        Ok(self.desk.tally())
    }
}

/// The name of a program, as the server gets to know it.
fn program(crew: u64, world: &str) -> String {
    format!("soak-{crew}/{world}")
}

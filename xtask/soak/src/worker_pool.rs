//! `xtask soak-workers`: the workers of one process. This process is measured, so it has only
//! clients and workers.
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
use keystore::{File, Memory};
use lexopt::{Arg, ValueExt};
use serde_json::{Value, json};
use worlds::World;

use super::progress_counter::ProgressCounter;
use super::seeded_random::Chance;
use super::tested_service::{PASSWORD, TestedService, accounts};
use super::worker::{Account, Worker};
use crate::{Outcome, Stop, Verdict, output};

/// The task's name.
pub(super) const TASK: &str = "soak-workers";

/// The number of a worker whose progress is not counted.
const UNCOUNTED: usize = usize::MAX;

/// What the programs of the two worlds are called at the server.
pub(super) const WORLDS: [&str; 2] = ["threads", "tasks"];

/// Works until its standard input ends.
pub(crate) fn work(args: Vec<OsString>) -> Outcome {
    let options = Options::parse(args)?;
    let failed = |error: Error| Stop::Failed(format!("{error:#}"));
    let pool = WorkerPool::new(&options)?;
    pool.start(&options);
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Stop::Failed(format!("cannot read orders: {error}")))?;
        let reply = pool.obey(&line, &options).map_err(failed)?;
        output::line(json!({ "reply": reply }));
    }
    pool.progress.end();
    pool.worlds.into_iter().for_each(World::end);
    Ok(Verdict::Passed)
}

#[derive(Default)]
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
        let mut options = Self::default();
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
    worlds: [World; 2],
    progress: Arc<ProgressCounter>,
    accounts: Arc<Vec<Account>>,
}

impl WorkerPool {
    /// Creates a program in each world for each service and each store: they share only the store.
    fn new(options: &Options) -> Result<Self, Stop> {
        let failed = |error: Error| Stop::Failed(format!("{error:#}"));
        let (shared, own) = accounts(options.process);
        let (file, memory) = (File::open(&options.folder).map_err(failed)?, Memory::new());
        let worlds = World::both()?;
        let mut all = Vec::new();
        for (place, origin) in TestedService::BOTH.into_iter().zip(&options.origins) {
            let services = WORLDS.map(|world| place.service(origin, &program(options, world)));
            let [threads, tasks] = services.map(|service| service.map_err(failed));
            let services = [threads?, tasks?];
            let mut open = |store: Arc<dyn Store>, users: &[String]| {
                let programs =
                    [0, 1].map(|n| worlds[n].client(services[n].clone(), Arc::clone(&store)));
                all.extend(users.iter().map(|user| Account {
                    place,
                    user: user.clone(),
                    sessions: programs.each_ref().map(|it| it.account(user).for_worker()),
                    healing: AtomicBool::new(false),
                }));
            };
            open(Arc::new(file.clone()), &shared);
            open(Arc::new(memory.clone()), &own);
        }
        let workers = options.threads + options.tasks;
        Ok(Self {
            worlds,
            progress: Arc::new(ProgressCounter::new(options.process, workers)),
            accounts: Arc::new(all),
        })
    }

    fn worker(&self, number: usize, world: usize, options: &Options) -> Worker {
        let salt = (options.process + 1) << 32 ^ number as u64;
        Worker {
            number,
            world,
            by: program(options, WORLDS[world]),
            chance: Chance::new(options.seed, salt),
            progress: Arc::clone(&self.progress),
            accounts: Arc::clone(&self.accounts),
        }
    }

    fn start(&self, options: &Options) {
        for number in 0..options.threads + options.tasks {
            let world = usize::from(number >= options.threads);
            // It ends with the process.
            let _ = self.worlds[world].spawn(self.worker(number, world, options).work());
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
                    let login = account.sessions[0].log_in_with_password(&account.user, PASSWORD);
                    self.worlds[0].run(login)?;
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
                let workers = [0, 1].map(|world| self.worker(UNCOUNTED, world, options));
                for account in self.accounts.iter() {
                    for (world, worker) in self.worlds.iter().zip(&workers) {
                        world.run(worker.touch(account));
                    }
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
fn program(options: &Options, world: &str) -> String {
    format!("soak-{}/{world}", options.process)
}

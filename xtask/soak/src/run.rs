//! The run itself: a server, two worker processes, load, and two quiet moments that are compared.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use super::child::Process;
use super::fault_checker::FaultChecker;
use super::reading::{Reading, median};
use super::tested_service::{PROCESSES, micros};
use super::{Options, server, worker_pool};
use crate::{Stop, output};

/// All processes of a run.
pub(super) struct Run {
    server: Process,
    processes: Vec<Process>,
    checker: Arc<Mutex<FaultChecker>>,
    /// For each worker process, one reading for each second of load.
    samples: Vec<Vec<Reading>>,
    _folder: TempDir,
}

/// A reading of one worker process at a quiet moment, and of the time before it.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// The medians under load: of its heap, in bytes, and of its own memory, in KiB.
    pub(super) loaded: [u64; 2],
    pub(super) quiet: Reading,
    /// How many acts each of its workers has completed.
    pub(super) tally: Value,
}

/// The result of a run.
pub(super) struct RunResult {
    pub(super) checker: FaultChecker,
    /// For each worker process: the reference moment, and the end.
    pub(super) processes: Vec<[Moment; 2]>,
    /// The time before each of the two moments that the median covers, in seconds.
    pub(super) window: usize,
    /// Processor time of workers and server, in hundredths of a second, and the duration of the
    /// load.
    pub(super) ticks: [u64; 2],
    pub(super) load: Duration,
    /// When the last tenth of the load began.
    pub(super) last_tenth: u64,
}

impl Run {
    pub(super) fn start(options: &Options) -> Result<Self, Stop> {
        let checker = Arc::new(Mutex::new(FaultChecker::default()));
        let report = |checker: &Arc<Mutex<FaultChecker>>| {
            let checker = Arc::clone(checker);
            move |line: &Value| locked(&checker).hear(line)
        };
        let folder = tempfile::tempdir()
            .map_err(|error| Stop::Failed(format!("cannot create a folder: {error}")))?;
        let seed = options.seed.to_string();
        let server = Process::start(
            "the server".to_owned(),
            [server::TASK, "--seed", &seed],
            report(&checker),
        )?;
        let origins = server.hear()?;
        let origins: Vec<_> = origins.as_array().into_iter().flatten().collect();
        let mut processes = Vec::new();
        for number in 0..PROCESSES {
            let share = |of: u64| (of / PROCESSES + u64::from(number < of % PROCESSES)).to_string();
            let mut args: Vec<String> = [
                worker_pool::TASK,
                "--process",
                &number.to_string(),
                "--seed",
                &seed,
                "--threads",
                &share(options.workers - options.workers / 2),
                "--tasks",
                &share(options.workers / 2),
            ]
            .map(str::to_owned)
            .into();
            args.push("--folder".to_owned());
            args.push(folder.path().join("store").display().to_string());
            let origin = |origin: &&Value| origin.as_str().map(str::to_owned);
            args.extend(origins.iter().filter_map(origin));
            let name = format!("process {}", number + 1);
            processes.push(Process::start(name, args, report(&checker))?);
        }
        Ok(Self {
            samples: vec![Vec::new(); processes.len()],
            server,
            processes,
            checker,
            _folder: folder,
        })
    }

    /// Runs to the end.
    pub(super) fn go(mut self, options: &Options) -> Result<RunResult, Stop> {
        for process in &mut self.processes {
            process.ask("log-in")?;
        }
        let (reference, end) = (options.reference(), options.seconds);
        let window = usize::try_from((reference / 3).clamp(1, 30)).unwrap_or(1);
        let began = self.ticks()?;
        // The heap has to reach its maximum before it is measured.
        let sprint = reference / 2;
        let mut load = self.load("sprint", (0, sprint), end)?;
        load += self.load("go", (sprint, reference), end)?;
        let first = self.quiet(window)?;
        // At least three seconds: a token is valid for two.
        let tenth = end - (end / 10).max(3);
        load += self.load("go", (reference, tenth), end)?;
        let last_tenth = micros(SystemTime::now());
        load += self.load("go", (tenth, end), end)?;
        let last = self.quiet(window)?;
        let ended = self.ticks()?;
        for process in self.processes.into_iter().chain([self.server]) {
            process.end()?;
        }
        let mut checker = std::mem::take(&mut *locked(&self.checker));
        checker.close();
        Ok(RunResult {
            checker,
            processes: first.into_iter().zip(last).map(Into::into).collect(),
            window,
            ticks: [0, 1].map(|which| ended[which] - began[which]),
            load,
            last_tenth,
        })
    }

    /// Lets the workers work from one second of the load to another.
    fn load(&mut self, order: &str, (from, to): (u64, u64), end: u64) -> Result<Duration, Stop> {
        self.server.ask("storm")?;
        for process in &mut self.processes {
            process.ask(order)?;
        }
        let began = Instant::now();
        for second in from + 1..=to {
            let due = began + Duration::from_secs(second - from);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            for (process, samples) in self.processes.iter_mut().zip(&mut self.samples) {
                samples.push(read(process)?.0);
            }
            if second % (end / 10).clamp(10, 60) == 0 {
                self.say(second);
            }
        }
        Ok(began.elapsed())
    }

    fn say(&self, second: u64) {
        let checker = locked(&self.checker);
        let requests: u64 = checker.requests.values().sum();
        let faults: u64 = checker.faults.values().sum();
        let errors: u64 = checker.errors.values().sum();
        let lost: usize = checker.logins.lost().values().map(|(all, _)| all).sum();
        let of = |samples: &Vec<Reading>| samples.last().map_or(0, |reading| reading.own_kib);
        let memory: Vec<_> = self
            .samples
            .iter()
            .map(|s| format!("{} KiB", of(s)))
            .collect();
        output::line(format_args!(
            "{second:>5} s  {requests} requests, {faults} faults, {errors} errors checked, {lost} logins lost; {}",
            memory.join(", ")
        ));
    }

    /// Waits until all work has ended, has all connections closed, and takes the readings.
    fn quiet(&mut self, window: usize) -> Result<Vec<Moment>, Stop> {
        for process in &mut self.processes {
            process.tell("pause")?;
        }
        for process in &self.processes {
            process.hear()?;
        }
        // Dropped calls may have left renewals that still run in tasks of their own.
        let mut silent = 0;
        while silent < 20 {
            thread::sleep(Duration::from_millis(100));
            let working = self.server.ask("idle")?;
            silent = if working == 0 { silent + 1 } else { 0 };
        }
        self.server.ask("calm")?;
        self.server.ask("hang-up")?;
        for process in &mut self.processes {
            process.ask("flush")?;
        }
        thread::sleep(Duration::from_millis(300));
        self.server.ask("hang-up")?;
        let readings = self.settled()?;
        let mut moments = Vec::new();
        for ((process, samples), settled) in
            self.processes.iter_mut().zip(&self.samples).zip(readings)
        {
            let latest = || samples.iter().rev().take(window);
            let (quiet, tally) = read(process)?;
            moments.push(Moment {
                loaded: [
                    median(latest().map(|reading| reading.heap)),
                    median(latest().map(|reading| reading.own_kib)),
                ],
                quiet: Reading {
                    heap: quiet.heap,
                    ..settled
                },
                tally,
            });
        }
        Ok(moments)
    }

    /// Reads until handles and threads stay the same for two seconds.
    fn settled(&self) -> Result<Vec<Reading>, Stop> {
        let read = || -> Result<Vec<_>, Stop> {
            self.processes
                .iter()
                .map(|process| Reading::of(process.id()))
                .collect()
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        let (mut before, mut same) = (read()?, 0);
        while same < 4 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(500));
            let now = read()?;
            let is_same = before.iter().zip(&now).all(|(a, b)| a.is_as(b));
            same = if is_same { same + 1 } else { 0 };
            before = now;
        }
        Ok(before)
    }

    /// Processor time of the workers and of the server.
    fn ticks(&self) -> Result<[u64; 2], Stop> {
        let mut processes = 0;
        for process in &self.processes {
            processes += Reading::of(process.id())?.ticks;
        }
        Ok([processes, Reading::of(self.server.id())?.ticks])
    }
}

/// Reads what a worker process uses, and its tally.
fn read(process: &mut Process) -> Result<(Reading, Value), Stop> {
    let tally = process.ask("tally")?;
    let heap = tally["heap"].as_u64().unwrap_or_default();
    let reading = Reading::of(process.id())?;
    Ok((Reading { heap, ..reading }, tally))
}

fn locked(checker: &Mutex<FaultChecker>) -> std::sync::MutexGuard<'_, FaultChecker> {
    checker.lock().unwrap_or_else(PoisonError::into_inner)
}

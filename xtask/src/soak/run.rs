//! The run itself: a server, two crews, load, and two quiet moments at which they are compared.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use super::child::Process;
use super::fault_checker::FaultChecker;
use super::reading::{Reading, median};
use super::tested_service::{CREWS, micros};
use super::{Options, server, worker_pool};
use crate::{Stop, output};

/// All processes of a run.
pub(super) struct Run {
    server: Process,
    crews: Vec<Process>,
    judge: Arc<Mutex<FaultChecker>>,
    /// Of each crew, at each second of load.
    samples: Vec<Vec<Reading>>,
    _folder: TempDir,
}

/// What was read of one crew at a quiet moment, and in the time before it.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// The medians of its heap, in bytes, and of its own memory, in KiB, under load.
    pub(super) loaded: [u64; 2],
    pub(super) quiet: Reading,
    /// What each of its workers had brought to a good end.
    pub(super) tally: Value,
}

/// What a run came to.
pub(super) struct Came {
    pub(super) judge: FaultChecker,
    /// Of each crew: at the reference moment, and at the end.
    pub(super) crews: Vec<[Moment; 2]>,
    /// How long before each of the two moments the median was taken over, in seconds.
    pub(super) window: usize,
    /// Processor time of crews and server, in hundredths of a second, and how long the load lasted.
    pub(super) ticks: [u64; 2],
    pub(super) load: Duration,
    /// When the last tenth of the load began.
    pub(super) last_tenth: u64,
}

impl Run {
    pub(super) fn start(options: &Options) -> Result<Self, Stop> {
        let judge = Arc::new(Mutex::new(FaultChecker::default()));
        let told = |judge: &Arc<Mutex<FaultChecker>>| {
            let judge = Arc::clone(judge);
            move |line: &Value| locked(&judge).hear(line)
        };
        let folder =
            tempfile::tempdir().map_err(|error| Stop::Failed(format!("no folder: {error}")))?;
        let seed = options.seed.to_string();
        let server = Process::start(
            "the server".to_owned(),
            [server::TASK, "--seed", &seed],
            told(&judge),
        )?;
        let origins = server.hear()?;
        let origins: Vec<_> = origins.as_array().into_iter().flatten().collect();
        let mut crews = Vec::new();
        for number in 0..CREWS {
            let share = |of: u64| (of / CREWS + u64::from(number < of % CREWS)).to_string();
            let mut args: Vec<String> = [
                worker_pool::TASK,
                "--crew",
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
            crews.push(Process::start(name, args, told(&judge))?);
        }
        Ok(Self {
            samples: vec![Vec::new(); crews.len()],
            server,
            crews,
            judge,
            _folder: folder,
        })
    }

    /// Runs to the end.
    pub(super) fn go(mut self, options: &Options) -> Result<Came, Stop> {
        for crew in &mut self.crews {
            crew.ask("log-in")?;
        }
        let (reference, end) = (options.reference(), options.seconds);
        let window = usize::try_from((reference / 3).clamp(1, 30)).unwrap_or(1);
        let began = self.ticks()?;
        // The heap is to have seen its worst before it is measured.
        let sprint = reference / 2;
        let mut load = self.load("sprint", (0, sprint), end)?;
        load += self.load("go", (sprint, reference), end)?;
        let first = self.quiet(window)?;
        // Three seconds at least: a token lives for two.
        let tenth = end - (end / 10).max(3);
        load += self.load("go", (reference, tenth), end)?;
        let last_tenth = micros(SystemTime::now());
        load += self.load("go", (tenth, end), end)?;
        let last = self.quiet(window)?;
        let ended = self.ticks()?;
        for process in self.crews.into_iter().chain([self.server]) {
            process.end()?;
        }
        let mut judge = std::mem::take(&mut *locked(&self.judge));
        judge.close();
        Ok(Came {
            judge,
            crews: first.into_iter().zip(last).map(Into::into).collect(),
            window,
            ticks: [0, 1].map(|which| ended[which] - began[which]),
            load,
            last_tenth,
        })
    }

    /// Lets the workers work from one second of the load to another.
    fn load(&mut self, order: &str, (from, to): (u64, u64), end: u64) -> Result<Duration, Stop> {
        self.server.ask("storm")?;
        for crew in &mut self.crews {
            crew.ask(order)?;
        }
        let began = Instant::now();
        for second in from + 1..=to {
            let due = began + Duration::from_secs(second - from);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            for (crew, samples) in self.crews.iter_mut().zip(&mut self.samples) {
                samples.push(read(crew)?.0);
            }
            if second % (end / 10).clamp(10, 60) == 0 {
                self.say(second);
            }
        }
        Ok(began.elapsed())
    }

    fn say(&self, second: u64) {
        let judge = locked(&self.judge);
        let requests: u64 = judge.requests.values().sum();
        let faults: u64 = judge.faults.values().sum();
        let errors: u64 = judge.errors.values().sum();
        let lost: usize = judge.logins.lost().values().map(|(all, _)| all).sum();
        let of = |samples: &Vec<Reading>| samples.last().map_or(0, |reading| reading.own_kib);
        let memory: Vec<_> = self
            .samples
            .iter()
            .map(|s| format!("{} KiB", of(s)))
            .collect();
        output::line(format_args!(
            "{second:>5} s  {requests} requests, {faults} spoilt, {errors} errors judged, {lost} logins lost; {}",
            memory.join(", ")
        ));
    }

    /// Waits until nothing goes on any more, has all connections closed, and reads what is left.
    fn quiet(&mut self, window: usize) -> Result<Vec<Moment>, Stop> {
        for crew in &mut self.crews {
            crew.tell("pause")?;
        }
        for crew in &self.crews {
            crew.hear()?;
        }
        // What was left behind by who was dropped, or goes on in a task of its own.
        let mut silent = 0;
        while silent < 20 {
            thread::sleep(Duration::from_millis(100));
            let working = self.server.ask("idle")?;
            silent = if working == 0 { silent + 1 } else { 0 };
        }
        self.server.ask("calm")?;
        self.server.ask("hang-up")?;
        for crew in &mut self.crews {
            crew.ask("flush")?;
        }
        thread::sleep(Duration::from_millis(300));
        self.server.ask("hang-up")?;
        let readings = self.settled()?;
        let mut moments = Vec::new();
        for ((crew, samples), settled) in self.crews.iter_mut().zip(&self.samples).zip(readings) {
            let latest = || samples.iter().rev().take(window);
            let (quiet, tally) = read(crew)?;
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

    /// Reads until handles and threads stay as they are for two seconds.
    fn settled(&self) -> Result<Vec<Reading>, Stop> {
        let read = || -> Result<Vec<_>, Stop> {
            self.crews
                .iter()
                .map(|crew| Reading::of(crew.id()))
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

    /// Processor time of the crews, and of the server.
    fn ticks(&self) -> Result<[u64; 2], Stop> {
        let mut crews = 0;
        for crew in &self.crews {
            crews += Reading::of(crew.id())?.ticks;
        }
        Ok([crews, Reading::of(self.server.id())?.ticks])
    }
}

/// What a crew uses, and its tally.
fn read(crew: &mut Process) -> Result<(Reading, Value), Stop> {
    let tally = crew.ask("tally")?;
    let heap = tally["heap"].as_u64().unwrap_or_default();
    let reading = Reading::of(crew.id())?;
    Ok((Reading { heap, ..reading }, tally))
}

fn locked(judge: &Mutex<FaultChecker>) -> std::sync::MutexGuard<'_, FaultChecker> {
    judge.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Cases: what holds between threads holds between processes, also when one is killed.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use auth_core::Store;

use super::accounts;
use super::leases::{self, REPEATED};
use super::{
    CROWD, Case, Outcome, StoreSuite, ensure, holds, is_free, key, lease, lease_of_dead, notes,
    number_of, numbered, remove, text,
};

/// The variable with the role of a process that the suite starts.
const ROLE: &str = "AUTH_TESTKIT_STORE_SUITE_ROLE";
const READY: &str = "store suite: ready";
const DONE: &str = "store suite: done";
const NOTE: &str = "store-suite-processes";
/// How the role begins that saves the records of one account. Its number follows.
const ACCOUNT: &str = "account ";
/// How often a process is killed while it saves, each time at another moment.
const KILLS: u64 = 30;
/// Saves of a process that is not killed.
const MOST_SAVES: u64 = 100_000;

pub(super) const CASES: &[Case] = &[
    (
        "a lease excludes other processes and ends when its process is killed",
        |suite| {
            let (store, own) = (suite.open(), key("held elsewhere"));
            let other = Other::start(suite, "hold")?;
            for _ in 0..20 {
                ensure!(!is_free(&*store, &own)?, "it is free here as well");
            }
            holds(&*store, &own, None)?; // reading requires no lease
            ensure!(
                is_free(&*store, &key("another"))?,
                "it is another account's"
            );
            other.kill()?;
            lease_of_dead(&*store, &own).map(drop)
        },
    ),
    (
        "a process killed while it saves leaves a whole record",
        |suite| {
            let (store, own) = (suite.open(), key("killed"));
            let mut last = 0;
            // Each round waits for the end of the killed process's lease.
            let rounds = match store.lease_duration() {
                Some(_) => KILLS / 5,
                None => KILLS,
            };
            for round in 0..rounds {
                let other = Other::start(suite, "save")?;
                thread::sleep(Duration::from_micros(round * 137));
                other.kill()?;
                let record = store.load(&own).map_err(text)?.ok_or("it is gone")?;
                let number = number_of(&record, REPEATED)?;
                ensure!(number > last, "it went back from {last} to {number}");
                last = number;
                drop(lease_of_dead(&*store, &own)?);
            }
            remove(&*store, &own)
        },
    ),
    ("no change of a record is lost among processes", |suite| {
        crowd(suite, "count")?;
        let expect = CROWD as u64 * leases::STEPS;
        leases::counted(&*suite.open(), &key("counted"), expect)
    }),
    (
        "saves of many accounts in processes at the same time lose none",
        |suite| {
            let start = |number| Other::start(suite, &format!("{ACCOUNT}{number}"));
            let mut all: Vec<_> = (0..CROWD).map(start).collect::<Result<_, _>>()?;
            for one in &mut all {
                drop(one.child.stdin.take()); // they wait for its end, so that all are there
            }
            all.into_iter().try_for_each(Other::finish)?;
            accounts::each_saved_last(suite)
        },
    ),
    ("no change of a note is lost among processes", |suite| {
        let store = suite.open();
        if !notes::has_notes(&*store)? {
            return Ok(());
        }
        notes::write(&*store, NOTE, "")?;
        crowd(suite, "note")?;
        notes::counted(&*store, NOTE, CROWD as u64 * notes::STEPS)
    }),
];

/// Does what the suite started this process for, with the store of this process. Returns at once in
/// any other process, without opening the store.
///
/// # Panics
/// Panics if the store fails.
pub fn act<S: Store>(open: impl FnOnce() -> S) {
    let Ok(role) = env::var(ROLE) else { return };
    if let Err(why) = play(&role, &open()) {
        panic!("{role}: {why}");
    }
    say(DONE);
}

fn play(role: &str, store: &dyn Store) -> Outcome {
    if let Some(number) = role.strip_prefix(ACCOUNT) {
        let number = number.parse().map_err(|_| "it is not a number")?;
        say(READY);
        io::stdin().read(&mut [0]).map_err(|e| e.to_string())?;
        return accounts::save_own(store, number);
    }
    match role {
        "hold" => {
            let _lease = lease(store, &key("held elsewhere"))?;
            say(READY);
            // Ends with the suite: its end of the pipe is then closed.
            io::stdin().read(&mut [0]).map_err(|e| e.to_string())?;
            Ok(())
        }
        "save" => {
            let own = key("killed");
            let held = lease(store, &own)?;
            let first = match store.load(&own).map_err(text)? {
                None => 0,
                Some(record) => number_of(&record, REPEATED)?,
            };
            for number in first + 1..first + MOST_SAVES {
                store
                    .save(&held, &numbered(number, REPEATED))
                    .map_err(text)?;
                if number == first + 1 {
                    say(READY);
                }
            }
            Ok(())
        }
        "count" => {
            say(READY);
            leases::count(store, &key("counted"))
        }
        "note" => {
            say(READY);
            notes::count(store, NOTE)
        }
        _ => Err("the suite has no such role".to_owned()),
    }
}

/// Writes a line to the suite, around a test harness that captures `println!`.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "\n{line}").and_then(|()| out.flush());
}

/// Starts processes for a role and waits for them.
fn crowd(suite: &StoreSuite<'_>, role: &str) -> Outcome {
    let start = |_| Other::start(suite, role);
    let all: Vec<_> = (0..CROWD).map(start).collect::<Result<_, _>>()?;
    all.into_iter().try_for_each(Other::finish)
}

/// Another process, killed when dropped.
struct Other {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Other {
    /// Starts the process and waits until it is ready.
    fn start(suite: &StoreSuite<'_>, role: &str) -> Result<Self, String> {
        let Some(command) = &suite.other_process else {
            return Err("it has no other process".to_owned());
        };
        let mut child = command()
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the other process does not start: {error}"))?;
        let output = child.stdout.take().ok_or("it has no standard output")?;
        let output = BufReader::new(output);
        let mut other = Self { child, output };
        match other.waits_for(READY) {
            true => Ok(other),
            false => Err(format!(
                "the process for `{role}` ended before it was ready"
            )),
        }
    }

    fn waits_for(&mut self, line: &str) -> bool {
        let lines = self.output.by_ref().lines();
        lines.map_while(Result::ok).any(|found| found == line)
    }

    /// Kills it as `SIGKILL` does, and waits for its end.
    fn kill(mut self) -> Outcome {
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed.map(drop).map_err(|error| error.to_string())
    }

    /// Waits until it has done its part.
    fn finish(mut self) -> Outcome {
        ensure!(self.waits_for(DONE), "another process failed");
        let status = self.child.wait().map_err(|error| error.to_string())?;
        ensure!(status.success(), "another process failed: {status}");
        Ok(())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

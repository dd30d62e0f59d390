//! `cargo xtask fuzz`: runs each fuzz target from the committed corpus, 60 s by default, one on each
//! processor at a time.

use std::ffi::OsString;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use lexopt::{Arg, ValueExt};
use support::table::{self, Width};

use crate::{Outcome, Stop, Verdict, output, root};

const HELP: &str = "\
cargo xtask fuzz [--seconds N | --total N] [TARGET]

  --seconds N   how long each target runs (default: 60)
  --total N     the seconds of all targets added up, each as long as the others
  TARGET        one target only

Needs a nightly compiler and cargo-fuzz: `rustup toolchain install nightly`, `cargo install cargo-fuzz --locked`.
Inputs that fail are stored in auth-core/fuzz/artifacts; turn each into a test.";

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let mut parser = lexopt::Parser::from_args(args);
    let (mut seconds, mut total, mut only) = (60_u32, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("seconds") => seconds = parser.value()?.parse()?,
            Arg::Long("total") => total = Some(parser.value()?.parse::<u32>()?),
            Arg::Value(value) if only.is_none() => only = Some(value.string()?),
            Arg::Long("help") | Arg::Short('h') => {
                output::line(HELP);
                return Ok(Verdict::Passed);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    tools()?;
    let targets = targets()?;
    let chosen: Vec<_> = targets
        .iter()
        .filter(|target| only.as_ref().is_none_or(|only| only == *target))
        .collect();
    if chosen.is_empty() {
        return Err(Stop::Usage(format!(
            "unknown target; choose one of: {}",
            targets.join(", ")
        )));
    }
    if let Some(total) = total {
        let count = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
        seconds = (total / count).max(1);
    }
    if !passes(&mut fuzz(&["build"]))? {
        return Err(Stop::Failed("the fuzz targets do not build".into()));
    }
    let failed = fuzz_all(&chosen, seconds)?;
    output::line(format_args!(
        "\n{} passed, {failed} failed",
        chosen.len() - failed
    ));
    Ok(Verdict::of(failed))
}

fn tools() -> Result<(), Stop> {
    let missing = |args: &[&str], install: &str| match Command::new("cargo").args(args).output() {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(Stop::Missing(format!("missing: {install}"))),
    };
    missing(
        &["+nightly", "--version"],
        "rustup toolchain install nightly",
    )?;
    missing(
        &["+nightly", "fuzz", "--version"],
        "cargo install cargo-fuzz --locked",
    )
}

/// Lists the targets: one for each file. Each has a folder in the committed corpus.
fn targets() -> Result<Vec<String>, Stop> {
    let folder = root().join("auth-core/fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder)
        .map_err(|error| Stop::Failed(format!("{}: {error}", folder.display())))?;
    let mut names: Vec<_> = entries
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Runs the targets, as many at once as there are processors. Returns how many failed.
fn fuzz_all(targets: &[&String], seconds: u32) -> Result<usize, Stop> {
    let next = AtomicUsize::new(0);
    let one_after_the_other = || -> Result<usize, Stop> {
        let mut failed = 0;
        while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let passed = fuzz_one(target, seconds)?;
            let verdict = if passed { "ok" } else { "FAILED" };
            let columns = [Width::Left(16), Width::Left(0)];
            output::line(table::line(&columns, [target.as_str(), verdict]));
            failed += usize::from(!passed);
        }
        Ok(failed)
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..processors.min(targets.len()))
            .map(|_| scope.spawn(one_after_the_other))
            .collect();
        let mut failed = 0;
        for thread in threads {
            let ended = thread.join();
            failed += ended.map_err(|_| Stop::Failed("a fuzz run panicked".into()))??;
        }
        Ok(failed)
    })
}

fn fuzz(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(["+nightly", "fuzz"])
        .args(args)
        .current_dir(root().join("auth-core"))
        // cargo sets this for us; cargo-fuzz would take xtask for the package to fuzz.
        .env_remove("CARGO_MANIFEST_DIR");
    command
}

/// Runs cargo-fuzz, and prints the end of what it says if it fails.
fn passes(command: &mut Command) -> Result<bool, Stop> {
    let output = command.output();
    let output = output.map_err(|error| Stop::Failed(format!("cannot run cargo fuzz: {error}")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let tail: Vec<_> = words.lines().rev().take(60).collect();
        tail.iter().rev().for_each(output::line);
    }
    Ok(output.status.success())
}

/// Runs a target for `seconds`; new inputs go to a temporary folder. Returns whether it passed.
fn fuzz_one(target: &str, seconds: u32) -> Result<bool, Stop> {
    let learned = tempfile::tempdir()
        .map_err(|error| Stop::Failed(format!("cannot create a folder: {error}")))?;
    let corpus = root().join("auth-core/fuzz/corpus").join(target);
    if !corpus.is_dir() {
        return Err(Stop::Failed(format!(
            "{target} has no corpus in {}",
            corpus.display()
        )));
    }
    passes(
        fuzz(&["run", target])
            .arg(learned.path())
            .arg(&corpus)
            .args(["--", "-timeout=10", "-rss_limit_mb=2048"])
            .arg(format!("-max_total_time={seconds}")),
    )
}

//! The workspace's own tasks: `cargo xtask help` lists them.

mod bench;
mod conformance;
mod coverage;
mod demo;
mod features;
mod fuzz;
mod generated_doc;
mod output;
mod pip;
mod rig;
mod soak;
mod tidy;

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

const HELP: &str = "\
cargo xtask <task>

  demo [OPTIONS]          the scenarios of both services on loopback: no account, no network
                          `cargo xtask demo --help` lists its options
  tidy                    checks the workspace's own rules, one line for each
  features                builds every crate without features, with each one alone, and with all
  fuzz                    the fuzz targets of auth-core, 60 s each; needs nightly and cargo-fuzz
  conformance [SERVER]    our flows against real servers, through both transports
                          SERVER: doorkeeper, oidc-provider, league, browser, stores, fleet, keyrings, all (default: all)
                          all writes docs/CONFORMANCE.md; --check compares it
                          --screenshots DIR: saves pictures of the listener's pages
  coverage [SERVICE]      what is known of a service's API, and how much of it is sent correctly
                          SERVICE: infoflora, inat, all (default: all); writes docs/COVERAGE-infoflora.md
                          --check compares it
                          inat DESCRIPTION: against iNaturalist's description of the API; writes api-inat/COVERAGE.md
                          without DESCRIPTION: compares that file
  bench [OPTIONS]         what our crates cost, beside the peers and the floor; writes docs/PERFORMANCE.md
                          --check: compares the figures that repeat with docs/performance-figures.txt; needs valgrind
                          `cargo xtask bench --help` lists its options
  soak [OPTIONS]          64 workers over both transports against a server that injects random faults:
                          [--minutes N | --seconds N] [--seed N] [--workers N] (default: 60 s); needs Linux
  help                    this text

Exit status: 0 success, 1 something failed, 2 wrong usage or a missing tool.";

/// The result of a task.
pub(crate) type Outcome = Result<Verdict, Stop>;

/// The verdict of a task that finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No rule was broken and no check failed.
    Passed,
    /// A check failed, and the task has printed which.
    Failed,
}

/// Why a task stopped early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Wrong usage.
    Usage(String),
    /// A tool has to be installed first.
    Missing(String),
    /// Any other failure.
    Failed(String),
}

fn main() -> ExitCode {
    match dispatch(env::args_os().skip(1).collect()) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        Err(stop) => {
            output::problem(&stop);
            match stop {
                Stop::Failed(_) => ExitCode::from(1),
                Stop::Usage(_) | Stop::Missing(_) => ExitCode::from(2),
            }
        }
    }
}

fn dispatch(mut args: Vec<OsString>) -> Outcome {
    if args.is_empty() {
        return Err(Stop::Usage(format!("name a task\n\n{HELP}")));
    }
    let task = args.remove(0);
    match task.to_str() {
        Some("demo") => demo::run(args),
        Some("tidy") => tidy::run(args),
        Some("features") => features::run(args),
        Some("fuzz") => fuzz::run(args),
        Some("conformance") => conformance::run(args),
        Some("coverage") => coverage::run(args),
        Some("bench") => bench::run(args),
        Some("soak") => soak::run(args),
        Some("soak-workers") => soak::work(args),
        Some("soak-server") => soak::serve(args),
        Some("store-probe") => conformance::stores::probe(args),
        Some("fleet-store") => conformance::fleet::act(args),
        Some("store-worker") => conformance::stores::work(args),
        Some("help" | "-h" | "--help") => {
            output::line(HELP);
            Ok(Verdict::Passed)
        }
        _ => Err(Stop::Usage(format!(
            "unknown task `{}`\n\n{HELP}",
            task.display()
        ))),
    }
}

impl Verdict {
    /// Returns `Passed` if `failures` is zero.
    pub(crate) fn of(failures: usize) -> Self {
        match failures {
            0 => Self::Passed,
            _ => Self::Failed,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Missing(text) | Self::Failed(text) => f.write_str(text),
        }
    }
}

impl From<lexopt::Error> for Stop {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(format!("{error}\ntry `cargo xtask help`"))
    }
}

/// Rejects any argument, for tasks that take none.
pub(crate) fn no_arguments(args: Vec<OsString>) -> Result<(), Stop> {
    match lexopt::Parser::from_args(args).next()? {
        Some(argument) => Err(argument.unexpected().into()),
        None => Ok(()),
    }
}

/// The root folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let own =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut root = PathBuf::from(own);
    root.pop();
    root
}

/// The cargo that runs this task, started in the workspace.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Returns what a program prints. An error carries what the program wrote to standard error.
pub(crate) fn output(command: &mut Command) -> Result<String, Stop> {
    let called = format!("{command:?}");
    let output = command
        .output()
        .map_err(|error| Stop::Missing(format!("cannot run {called}: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(Stop::Failed(format!("{called} failed: {}", words.trim())))
}

/// Returns the output of `cargo metadata` for the workspace's own packages.
pub(crate) fn metadata() -> Result<serde_json::Value, Stop> {
    let text = output(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    serde_json::from_str(&text)
        .map_err(|error| Stop::Failed(format!("cannot read the output of cargo metadata: {error}")))
}

//! A task: its result, its exit status, and the cargo and the folder that it works with.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::output::problem;

/// The result of a task.
pub type Outcome = Result<Verdict, Stop>;

/// The verdict of a task that finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No rule was broken and no check failed.
    Passed,
    /// A check failed, and the task has printed which.
    Failed,
}

/// Why a task stopped early.
#[derive(Debug)]
pub enum Stop {
    /// Wrong usage.
    Usage(String),
    /// A tool has to be installed first.
    Missing(String),
    /// Any other failure.
    Failed(String),
}

/// The exit status of a task: 0 success, 1 something failed, 2 wrong usage or a missing tool.
/// Prints why it stopped, if it did.
pub fn exit(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        Err(stop) => {
            problem(&stop);
            match stop {
                Stop::Failed(_) => ExitCode::from(1),
                Stop::Usage(_) | Stop::Missing(_) => ExitCode::from(2),
            }
        }
    }
}

impl Verdict {
    /// Returns `Passed` if `failures` is zero.
    pub fn of(failures: usize) -> Self {
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

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Rejects any argument, for tasks that take none.
///
/// # Errors
///
/// [`Stop::Usage`] if there is one.
pub fn no_arguments(args: Vec<OsString>) -> Result<(), Stop> {
    match lexopt::Parser::from_args(args).next()? {
        Some(argument) => Err(argument.unexpected().into()),
        None => Ok(()),
    }
}

/// The root folder of the workspace: of the one whose package runs, if cargo started it.
pub fn root() -> PathBuf {
    let of_cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let folders = of_cargo.iter().flat_map(|own| own.ancestors());
    let is_root = |folder: &&Path| folder.join("xtask/support/Cargo.toml").is_file();
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = folders.chain(built.ancestors()).find(is_root);
    root.unwrap_or(built).to_owned()
}

/// The cargo that runs this task, started in the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Returns what a program prints.
///
/// # Errors
///
/// [`Stop::Missing`] if it cannot be run; [`Stop::Failed`] with what it wrote to standard error.
pub fn output(command: &mut Command) -> Result<String, Stop> {
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
///
/// # Errors
///
/// [`Stop::Failed`] if cargo fails or its output cannot be read.
pub fn metadata() -> Result<serde_json::Value, Stop> {
    let text = output(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    serde_json::from_str(&text)
        .map_err(|error| Stop::Failed(format!("cannot read the output of cargo metadata: {error}")))
}

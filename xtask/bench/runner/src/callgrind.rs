//! Counts instructions by callgrind, in user mode, and system calls. The difference of two runs
//! removes a program's start and setup.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::workspace::BenchWorkspace;
use crate::Stop;

/// How often a work is done in the two runs whose difference counts. Setup, start and end cancel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times(pub(super) u32, pub(super) u32);

/// Enough for a work of some thousand instructions.
pub(super) const MANY: Times = Times(100, 1100);

/// Finds valgrind; the error says how to install it.
pub(super) fn is_there() -> Result<PathBuf, Stop> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&path);
    let found = folders.find_map(|folder| {
        let program = folder.join("valgrind");
        program.is_file().then_some(program)
    });
    found.ok_or_else(|| {
        let words = "valgrind is missing: apt-get install valgrind";
        Stop::Missing(words.to_owned())
    })
}

/// What one repetition, or a whole run, takes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) instructions: f64,
    /// System calls by name, without those that read a clock: outside of valgrind they stay in user
    /// mode.
    by_name: BTreeMap<String, f64>,
}

impl Counts {
    /// All system calls.
    pub(super) fn calls(&self) -> f64 {
        self.by_name.values().sum()
    }

    /// The system calls of this name.
    pub(super) fn of(&self, name: &str) -> f64 {
        self.by_name.get(name).copied().unwrap_or_default()
    }
}

/// The instructions of one repetition. `arguments` gets the number of repetitions.
pub(super) fn each(
    workspace: &BenchWorkspace,
    program: &str,
    times: Times,
    arguments: impl Fn(&str) -> Vec<String>,
) -> Result<f64, Stop> {
    Ok(counts(workspace, program, times, arguments)?.instructions)
}

/// The same, with the system calls.
pub(super) fn counts(
    workspace: &BenchWorkspace,
    program: &str,
    times: Times,
    arguments: impl Fn(&str) -> Vec<String>,
) -> Result<Counts, Stop> {
    let count = |times: u32| whole(workspace, program, &arguments(&times.to_string()));
    let (few, mut many) = (count(times.0)?, count(times.1)?);
    let times = f64::from(times.1 - times.0);
    many.instructions = (many.instructions - few.instructions) / times;
    for (name, count) in &mut many.by_name {
        *count = (*count - few.of(name)) / times;
    }
    Ok(many)
}

/// The counts of a whole run.
pub(super) fn whole(
    workspace: &BenchWorkspace,
    program: &str,
    arguments: &[String],
) -> Result<Counts, Stop> {
    let output = run(
        &workspace.release(),
        program,
        arguments,
        Path::new("/dev/null"),
    )?;
    let words = String::from_utf8_lossy(&output.stderr);
    match collected(&words) {
        Some(instructions) if output.status.success() => Ok(Counts {
            instructions,
            by_name: system_calls(&words),
        }),
        _ => {
            let (called, ended) = (arguments.join(" "), output.status);
            let lines = words.lines().filter(|line| !line.starts_with("SYSCALL["));
            let words: Vec<_> = lines.collect();
            Err(Stop::Failed(format!(
                "valgrind {program} {called} ended with {ended}: {}",
                words.join("\n").trim()
            )))
        }
    }
}

/// The functions that a run enters, whatever its exit status; the program needs symbols. The
/// profile stays in its file.
pub(super) fn functions(
    folder: &Path,
    program: &str,
    arguments: &[String],
    profile: &Path,
) -> Result<Vec<String>, Stop> {
    run(folder, program, arguments, profile)?;
    let text = fs::read_to_string(profile)
        .map_err(|error| Stop::Failed(format!("{}: {error}", profile.display())))?;
    Ok(named(&text))
}

/// Runs a program under callgrind.
///
/// The environment is empty and the program is called by a relative path, so that the first bytes
/// of its stack are the same on every machine and in every folder. Differences remain by processor
/// (its features choose among copies of `memcpy`) and, where a map is hashed with a random seed, of
/// some parts in a thousand.
fn run(folder: &Path, program: &str, arguments: &[String], profile: &Path) -> Result<Output, Stop> {
    let mut out = OsString::from("--callgrind-out-file=");
    out.push(profile);
    Command::new(is_there()?)
        .args(["--tool=callgrind", "--trace-syscalls=yes"])
        .arg(out)
        .arg(format!("./{program}"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .map_err(|error| Stop::Missing(format!("cannot run valgrind: {error}")))
}

/// The names in a profile: each is defined once, where it first occurs, as `fn=(12) name` or
/// `cfn=(12) name`.
fn named(profile: &str) -> Vec<String> {
    let name = |line: &str| {
        let (key, value) = line.split_once('=')?;
        let (_, name) = value.split_once(") ")?;
        matches!(key, "fn" | "cfn").then(|| name.to_owned())
    };
    profile.lines().filter_map(name).collect()
}

/// `SYSCALL[1234,1](45) sys_recvfrom ( 3, 0x4b, …`; what follows such a call has no name.
fn system_calls(words: &str) -> BTreeMap<String, f64> {
    let name = |line: &str| {
        let (_, rest) = line.strip_prefix("SYSCALL[")?.split_once(") ")?;
        let name = rest.split(['(', ' ']).next()?.trim_start_matches("sys_");
        let is_one = !name.starts_with('.') && name != "clock_gettime";
        is_one.then(|| name.to_owned())
    };
    let mut calls = BTreeMap::new();
    for name in words.lines().filter_map(name) {
        *calls.entry(name).or_default() += 1.0;
    }
    calls
}

/// `==1234== Collected : 594828`
fn collected(words: &str) -> Option<f64> {
    let mut lines = words.lines();
    let (_, count) = lines.find_map(|line| line.split_once("Collected :"))?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_once() {
        let profile = "events: Ir\nob=(1) /lib/x\nfn=(1) main\n12 3\ncfn=(2) <a::B as c::D>::e\ncalls=1 0\nfn=(2)\n0 9\n";
        assert_eq!(named(profile), ["main", "<a::B as c::D>::e"]);
    }

    #[test]
    fn system_calls_are_counted_once() {
        let words = "SYSCALL[1,1](45) sys_recvfrom ( 3, 0x4b4b010, 131072 ) --> [async] ... \n\
                     SYSCALL[1,1](45) ... [async] --> Success(0x1fd) \n\
                     SYSCALL[1,2](228) sys_clock_gettime( 1, 0x1f )[sync] --> Success(0x0) \n\
                     SYSCALL[1,2](231) exit_group( 0 ) --> [pre-success] Success(0x0) \n==1== x\n";
        let calls: Vec<_> = system_calls(words).into_iter().collect();
        let expect = [("exit_group", 1.0), ("recvfrom", 1.0)];
        assert_eq!(calls, expect.map(|(name, count)| (name.to_owned(), count)));
    }

    #[test]
    fn the_count_is_read() {
        let check = |words: &str, expect: Option<f64>| assert_eq!(collected(words), expect);
        let words = "==25068== Events    : Ir\n==25068== Collected : 594828\n==25068==\n";
        check(words, Some(594_828.0));
        check("==1== valgrind: no such file", None);
        check("==1== Collected : many", None);
    }
}

//! Where measurements run: `xtask/bench` with its own target folder, its packages, built in
//! release, and its programs.

use std::env;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::{Stop, output, root};

/// Variables that would change a build.
const TOLD: [&str; 8] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
];

/// The workspace that is measured.
pub(super) struct BenchWorkspace {
    folder: PathBuf,
}

impl BenchWorkspace {
    /// Builds what most groups require: ours and the floor.
    pub(super) fn new() -> Result<Self, Stop> {
        let workspace = Self {
            folder: root().join("xtask/bench"),
        };
        workspace.build("bench")?;
        Ok(workspace)
    }

    /// The folder of the workspace, with its lock file.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Cargo's target folder, where measurements may also install what they require.
    pub(super) fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// The folder of the built programs.
    pub(super) fn release(&self) -> PathBuf {
        self.target().join("release")
    }

    /// Cargo in that workspace, without the settings of this one.
    pub(super) fn cargo(&self) -> Command {
        let mut cargo = crate::cargo();
        cargo.current_dir(&self.folder);
        // cargo's variables for this task, and settings that a user made for the workspace above,
        // do not apply below.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            let profile = text.starts_with("CARGO_PROFILE_") || text.starts_with("CARGO_BUILD_");
            if profile || TOLD.contains(&&*text) {
                cargo.env_remove(&name);
            }
        }
        cargo
    }

    /// Builds one package in release, alone, so that only its own features count.
    pub(super) fn build(&self, package: &str) -> Result<(), Stop> {
        let mut cargo = self.cargo();
        cargo.args(["build", "--quiet", "--release", "--locked", "--bins"]);
        cargo.args(["--package", package, "--target-dir"]);
        output(cargo.arg(self.target())).map(drop)
    }

    /// A built program, in the folder of the programs and with an empty environment.
    pub(super) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.release().join(name));
        command.current_dir(self.release()).env_clear();
        command
    }

    /// The output of a program.
    pub(super) fn run(&self, name: &str, arguments: &[&str]) -> Result<Lines, Stop> {
        output(self.program(name).args(arguments)).map(Lines)
    }

    /// Starts a program that prints its address and serves until its input ends.
    pub(super) fn serve(&self, name: &str, arguments: &[&str]) -> Result<Server, Stop> {
        let failed = |error: io::Error| Stop::Failed(format!("`{name} serve`: {error}"));
        let mut child = self
            .program(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (input, out) = (child.stdin.take(), child.stdout.take());
        let mut reader = BufReader::new(
            out.ok_or_else(|| Stop::Failed("the program has no output".to_owned()))?,
        );
        let mut address = String::new();
        reader.read_line(&mut address).map_err(failed)?;
        Ok(Server {
            address: address.trim().to_owned(),
            child,
            input,
            reader,
        })
    }
}

/// A server in a process of its own; closing its input ends it.
pub(super) struct Server {
    address: String,
    child: Child,
    input: Option<ChildStdin>,
    reader: BufReader<std::process::ChildStdout>,
}

impl Server {
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Ends it, and returns the numbers that it counted.
    pub(super) fn counted(self) -> Result<Vec<f64>, Stop> {
        let last = self.end()?;
        let numbers = last.split_whitespace().map(str::parse);
        let numbers: Result<Vec<f64>, _> = numbers.collect();
        numbers.map_err(|_| Stop::Failed(format!("the server counted `{last}`")))
    }

    /// Ends it, and returns its last output.
    pub(super) fn end(mut self) -> Result<String, Stop> {
        drop(self.input.take());
        let mut last = String::new();
        let read = self.reader.read_line(&mut last);
        let ended = self.child.wait();
        read.and(ended).map_err(|error| {
            Stop::Failed(format!("cannot read the server's last output: {error}"))
        })?;
        Ok(last.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.input.take().is_some() {
            let _gone_already = self.child.wait();
        }
    }
}

/// Lines of a name and numbers, as the measured programs print them.
#[derive(Debug)]
pub(super) struct Lines(String);

impl Lines {
    /// Wraps the output of a program.
    pub(super) fn of(text: String) -> Self {
        Self(text)
    }

    /// Each line: its name and its numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, Vec<f64>)> {
        self.0.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next()?;
            Some((name, words.filter_map(|word| word.parse().ok()).collect()))
        })
    }

    /// The number at this position in the line with this name.
    pub(super) fn number(&self, name: &str, place: usize) -> Result<f64, Stop> {
        let mut lines = self.all();
        let found = lines.find(|(own, _)| *own == name);
        let number = found.and_then(|(_, numbers)| numbers.get(place).copied());
        number.ok_or_else(|| Stop::Failed(format!("no `{name}` in: {}", self.0.trim())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_name() {
        let lines = Lines("valid 112.8 73.5 1.915\ntyped/value 0.4\n\n".to_owned());
        let check = |name: &str, place: usize, expect: Option<f64>| {
            assert_eq!(lines.number(name, place).ok(), expect, "{name} {place}");
        };
        check("valid", 2, Some(1.915));
        check("valid", 3, None);
        check("typed/value", 0, Some(0.4));
        check("typed", 0, None);
    }
}

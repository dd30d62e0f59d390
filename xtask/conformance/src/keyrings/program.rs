//! The program that uses the keyring: keystore's example `keyring`.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::bus::{Bus, Running};
use crate::report::Failure;
use crate::{Stop, cargo, output};

/// The path of the built example.
pub(super) struct Program(PathBuf);

impl Program {
    /// Builds the example with cargo.
    pub(super) fn built() -> Result<Self, Stop> {
        let arguments =
            "build --quiet -p keystore --features keyring --example keyring --message-format json";
        let said = output(cargo().args(arguments.split(' ')))?;
        let messages = said
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let mut programs = messages.filter_map(|message| {
            let is_it = message["target"]["name"] == "keyring";
            let path = message["executable"].as_str().filter(|_| is_it)?;
            Some(PathBuf::from(path))
        });
        programs
            .next()
            .map(Self)
            .ok_or_else(|| Stop::Failed("cargo lists no example `keyring`".to_owned()))
    }

    /// Runs a command, given in words, and returns its one line.
    pub(super) fn say(&self, bus: &Bus, words: &str) -> Result<String, Failure> {
        self.said(bus.command(&self.0), words)
    }

    /// As `say`, for a command that already has its environment.
    pub(super) fn said(&self, mut command: Command, words: &str) -> Result<String, Failure> {
        let output = command.args(words.split(' ')).output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match output.stderr.is_empty() {
            true => Ok(text),
            false => {
                let words = String::from_utf8_lossy(&output.stderr);
                Err(format!("unexpected output: {text} {words}").into())
            }
        }
    }

    pub(super) fn path(&self) -> &PathBuf {
        &self.0
    }

    /// Starts a command that does not end at once.
    pub(super) fn begin(&self, bus: &Bus, words: &str) -> Result<Waiting, Failure> {
        let mut command = bus.command(&self.0);
        command
            .args(words.split(' '))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or("the program has no output")?;
        Ok(Waiting {
            process: Running(child),
            lines: BufReader::new(stdout),
        })
    }
}

/// A running program.
pub(super) struct Waiting {
    pub(super) process: Running,
    lines: BufReader<std::process::ChildStdout>,
}

impl Waiting {
    /// Sends a line, and returns the response.
    pub(super) fn go_on(&mut self) -> Result<String, Failure> {
        if let Some(stdin) = &mut self.process.0.stdin {
            stdin.write_all(b"\n")?;
        }
        self.line()
    }

    /// The next line.
    pub(super) fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

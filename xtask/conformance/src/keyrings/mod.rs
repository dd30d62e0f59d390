//! The keyring store and shared credentials against real Secret Services: GNOME Keyring, KeePassXC,
//! and none; beside Python's keyring, pyinaturalist and secret-tool.
//!
//! The environment decides which bus a process uses, so the client is a process of its own: the
//! example `keyring` of keystore, built for this run. Each service runs on a bus of its own with a
//! home of its own, both removed afterwards.

mod away;
mod bus;
mod gnome;
mod keepassxc;
mod program;
mod python;
mod records;
mod sharing;
mod user;

use std::process::Command;

use program::Program;
use python::Python;

use super::report::{Failure, Report};
use crate::Stop;
use worlds::World;

/// The required tools: the program, a command that shows it is there, and its Debian package.
const TOOLS: &[(&str, &str, &str)] = &[
    ("dbus-daemon", "--version", "dbus-daemon"),
    ("dbus-send", "--help", "dbus-bin"),
    ("gnome-keyring-daemon", "--version", "gnome-keyring"),
    ("secret-tool", "--version", "libsecret-tools"),
    ("keepassxc-cli", "--version", "keepassxc"),
    ("Xvfb", "-help", "xvfb"),
    ("xdotool", "version", "xdotool"),
    ("python3", "--version", "python3-venv"),
];

pub(super) fn run(_: &[World; 2], report: &mut Report) -> Result<(), Stop> {
    let missing: Vec<_> = TOOLS
        .iter()
        .filter(|(tool, question, _)| Command::new(tool).arg(question).output().is_err())
        .map(|(_, _, package)| *package)
        .collect();
    if !missing.is_empty() {
        let packages = missing.join(" ");
        return Err(Stop::Missing(format!(
            "keyrings are missing: apt-get install -y --no-install-recommends {packages}"
        )));
    }
    let program = Program::built()?;
    let python = Python::installed()?;
    report.about("no keyring at all");
    away::run(&program, &python, report);
    report.about("GNOME Keyring, without a desktop");
    gnome::run(&program, &python, report);
    report.about("KeePassXC, on a screen in memory");
    keepassxc::run(&program, &python, report);
    Ok(())
}

/// Fails unless the text contains all these words.
fn expect(text: &str, words: &[&str]) -> Result<(), Failure> {
    match words.iter().find(|word| !text.contains(**word)) {
        None => Ok(()),
        Some(word) => Err(format!("expected `{word}` in: {text}").into()),
    }
}

/// Fails unless the text is the expected one.
fn same(found: &str, expected: &str) -> Result<(), Failure> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("expected `{expected}`, got `{found}`").into()),
    }
}

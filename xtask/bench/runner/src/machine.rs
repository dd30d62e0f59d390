//! The environment of a measurement: the machine, the compiler, and the versions in the lock file.

use std::fs;
use std::process::Command;
use std::thread;

use super::callgrind;
use super::python;
use super::workspace::BenchWorkspace;
use crate::{Stop, output};

/// The packages that the measurement compares or builds on; with both versions where there are two.
const PACKAGES: [&str; 15] = [
    "oauth2",
    "yup-oauth2",
    "google-cloud-auth",
    "ureq",
    "reqwest",
    "http",
    "hyper",
    "rustls",
    "tokio",
    "serde",
    "serde_json",
    "arc-swap",
    "sha2",
    "base64",
    "allocation-counter",
];

/// The environment, as the document shows it.
pub(super) struct Machine {
    /// Names and values.
    pub(super) facts: Vec<(&'static str, String)>,
    /// Name and versions.
    pub(super) packages: Vec<(&'static str, String)>,
}

pub(super) fn read(workspace: &BenchWorkspace) -> Result<Machine, Stop> {
    let lock = workspace.folder().join("Cargo.lock");
    let lock = fs::read_to_string(&lock)
        .map_err(|error| Stop::Failed(format!("{}: {error}", lock.display())))?;
    let rustc = output(Command::new("rustc").arg("--version"))?;
    let valgrind = output(Command::new(callgrind::is_there()?).arg("--version"))?;
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processor = after(&read("/proc/cpuinfo"), "model name", ':');
    let memory = after(&read("/proc/meminfo"), "MemTotal", ':');
    let system = after(&read("/etc/os-release"), "PRETTY_NAME", '=');
    let kernel = read("/proc/sys/kernel/osrelease");
    let facts = vec![
        ("processor", format!("{processor}, {cores} cores")),
        ("memory", memory),
        (
            "system",
            format!("{}, Linux {}", system.trim_matches('"'), kernel.trim()),
        ),
        (
            "compiler",
            format!("{}, cargo's own profile `release`", rustc.trim()),
        ),
        ("counted by", valgrind.trim().to_owned()),
        ("python", python::version(workspace)),
    ];
    let named = PACKAGES.iter().map(|name| (*name, versions(&lock, name)));
    Ok(Machine {
        facts,
        packages: named.collect(),
    })
}

/// The rest of the first line that begins with `name`, after the sign.
fn after(text: &str, name: &str, sign: char) -> String {
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(sign));
    value.map_or_else(
        || "unknown".to_owned(),
        |(_, value)| value.trim().to_owned(),
    )
}

/// The versions of a package in a lock file.
fn versions(lock: &str, name: &str) -> String {
    let head = format!("name = \"{name}\"");
    let mut lines = lock.lines();
    let mut found = Vec::new();
    while lines.any(|line| line == head) {
        let version = lines
            .next()
            .and_then(|line| line.strip_prefix("version = "));
        found.extend(version.map(|version| version.trim_matches('"')));
    }
    found.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"ureq\"\nversion = \"2.12.1\"\n\n[[package]]\nname = \"ureq\"\n\
                    version = \"3.5.1\"\n\n[[package]]\nname = \"ureq-proto\"\nversion = \"0.6.0\"\n";
        assert_eq!(versions(lock, "ureq"), "2.12.1 and 3.5.1");
        assert_eq!(versions(lock, "oauth2"), "");
    }

    #[test]
    fn lines_of_a_name_and_a_value() {
        let check = |text: &str, name: &str, sign: char, expect: &str| {
            assert_eq!(after(text, name, sign), expect);
        };
        check(
            "a\t: b\nmodel name\t: A CPU\nmodel name\t: B\n",
            "model name",
            ':',
            "A CPU",
        );
        check(
            "NAME=\"x\"\nPRETTY_NAME=\"X 12\"\n",
            "PRETTY_NAME",
            '=',
            "\"X 12\"",
        );
        check("", "PRETTY_NAME", '=', "unknown");
    }
}

//! `cargo xtask tidy`: checks the workspace's own rules. Prints one line for each rule, then each
//! finding with its path. With `--pages DIR`: checks the pages of `cargo doc` in that folder; with
//! `--types DIR`: the public types that rustdoc describes there as JSON.

mod badges;
mod commands;
mod core;
mod front_pages;
mod ladder;
mod layout;
mod manifests;
mod pages;
mod readmes;
mod rustdoc;
mod star;
mod tree;
mod types;
mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use tree::Tree;

use crate::{Outcome, Stop, Verdict, no_arguments, output};

/// A rule, and the check that finds what breaks it.
type Check = (&'static str, fn(&Tree) -> Vec<Finding>);

const CHECKS: &[Check] = &[
    (
        "the star: a library crate depends on auth-core and on no sibling",
        star::siblings,
    ),
    (
        "the ladder: inside a crate, imports run down only",
        ladder::imports,
    ),
    (
        "eight folders at the top, and the files that belong there",
        layout::top_level,
    ),
    (
        "the first line of each source file says what it is for",
        layout::first_line,
    ),
    ("no source file is longer than 450 lines", layout::length),
    (
        "each manifest: licence, lints, description, README",
        manifests::package,
    ),
    (
        "each dependency and each feature says why",
        manifests::reasons,
    ),
    (
        "auth-core: no file, socket, clock, environment, thread or process",
        core::calls,
    ),
    (
        "each link of a README leads somewhere, on a forge and in a registry",
        readmes::links,
    ),
    (
        "no open tasks, and no test is switched off",
        words::left_over,
    ),
    ("no path of one machine", words::machine),
    (
        "the newcomer's two commands are in README and run in CI",
        commands::newcomer,
    ),
];

/// What breaks a rule, and where.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    place: String,
    what: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }

    /// A finding at a line, counted from 1.
    fn at_line(path: &str, number: usize, what: impl Into<String>) -> Self {
        Self::new(format!("{path}:{number}"), what)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    if args.len() == 2 {
        let folder = PathBuf::from(&args[1]);
        match args[0].to_str() {
            Some("--pages") => return Ok(Verdict::of(pages::check(&folder, &Tree::read()?)?)),
            Some("--types") => return Ok(Verdict::of(types::check(&folder)?)),
            _ => {}
        }
    }
    no_arguments(args)?;
    let tree = Tree::read()?;
    let passed = |(rule, check): &&Check| print(rule, &check(&tree));
    let failed = CHECKS.iter().filter(|check| !passed(check)).count();
    output::line(format_args!(
        "tidy: {} checks, {failed} failed",
        CHECKS.len()
    ));
    Ok(Verdict::of(failed))
}

/// Prints a rule and what breaks it. Returns whether nothing does.
fn print(rule: &str, findings: &[Finding]) -> bool {
    let verdict = if findings.is_empty() {
        "ok    "
    } else {
        "FAILED"
    };
    output::line(format_args!("{verdict}  {rule}"));
    for finding in findings {
        output::line(format_args!("          {finding}"));
    }
    findings.is_empty()
}

/// Whether the line has the word itself, rather than the end of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// For the tests of the checks: the findings of one as text.
#[cfg(test)]
fn found(check: fn(&Tree) -> Vec<Finding>, tree: &Tree) -> Vec<String> {
    texts(&check(tree))
}

/// The findings as text.
#[cfg(test)]
fn texts(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::to_string).collect()
}

/// The paths in a folder.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let entries = fs::read_dir(folder);
    let paths = entries.and_then(|all| all.map(|entry| entry.map(|e| e.path())).collect());
    paths.map_err(|error| unreadable(folder, &error))
}

fn unreadable(path: &Path, error: &dyn fmt::Display) -> Stop {
    Stop::Failed(format!("cannot read {}: {error}", path.display()))
}

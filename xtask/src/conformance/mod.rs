//! `cargo xtask conformance`: our flows against real servers, each case once and over both transports.

mod browser;
mod cases;
mod doorkeeper;
mod env;
mod expect;
mod keyrings;
mod league;
mod oidc_provider;
mod peer;
mod ping;
mod report;
mod scripted_user;
pub(crate) mod stores;
mod table;

use std::ffi::OsString;
use std::path::PathBuf;

use env::{Absent, Case, Facts, ServerEnv};
use lexopt::{Arg, ValueExt};
use peer::PeerError;
use report::Report;

use crate::rig::{self, Rig};
use crate::{Outcome, Stop, Verdict, output};

/// A server we know how to start, and what it is asked.
type Server = (&'static str, fn(&[Rig; 2], &mut Report) -> Result<(), Stop>);

/// In this order. A new one is a folder beside this file, and a line here.
const SERVERS: &[Server] = &[
    ("doorkeeper", doorkeeper::run),
    ("oidc-provider", oidc_provider::run),
    ("league", league::run),
    ("browser", browser::run),
    ("stores", stores::run),
    ("keyrings", keyrings::run),
];

/// What was asked for.
struct Options {
    servers: Vec<Server>,
    /// What becomes of the table.
    table: Table,
    /// Where pictures of the pages go.
    screenshots: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    /// Not all servers were asked.
    Kept,
    Written,
    Compared,
}

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let options = Options::parse(args)?;
    let rigs = Rig::both()?;
    let mut report = Report::with_pictures(options.screenshots);
    for (_, run) in options.servers {
        run(&rigs, &mut report)?;
    }
    report.complaints().for_each(output::line);
    let counts = report.counts();
    let table = table::text(report.rows());
    let verdict = match options.table {
        Table::Compared => table::DOCUMENT.compare(&table)?,
        // What failed is to be mended, not to be written down.
        Table::Written if counts.failed == 0 => {
            table::DOCUMENT.write(&table)?;
            Verdict::Passed
        }
        Table::Written | Table::Kept => Verdict::of(counts.failed),
    };
    output::line(format_args!("{} not offered", counts.not_offered));
    output::line(format_args!(
        "{} passed, {} failed",
        counts.passed, counts.failed
    ));
    Ok(match counts.failed {
        0 => verdict,
        _ => Verdict::Failed,
    })
}

impl Options {
    fn parse(args: Vec<OsString>) -> Result<Self, Stop> {
        let mut parser = lexopt::Parser::from_args(args);
        let (mut name, mut check, mut screenshots) = (None, false, None);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(value) if name.is_none() => name = Some(value.string()?),
                Arg::Long("check") => check = true,
                Arg::Long("screenshots") => screenshots = Some(parser.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        let name = name.as_deref().unwrap_or("all");
        let wanted = |server: &&Server| name == "all" || name == server.0;
        let servers: Vec<_> = SERVERS.iter().filter(wanted).copied().collect();
        if servers.is_empty() {
            let names: Vec<_> = SERVERS.iter().map(|server| server.0).collect();
            return Err(Stop::Usage(format!(
                "there is no server `{name}`; there is: all, {}",
                names.join(", ")
            )));
        }
        let table = match (name, check) {
            ("all", true) => Table::Compared,
            ("all", false) => Table::Written,
            (_, false) => Table::Kept,
            (_, true) => {
                let words = "--check compares the whole table: it goes with all servers";
                return Err(Stop::Usage(words.to_owned()));
            }
        };
        Ok(Self {
            servers,
            table,
            screenshots,
        })
    }
}

/// The cases of one server in one configuration.
struct Run {
    /// The server, in the words of the table.
    title: &'static str,
    facts: &'static Facts,
    cases: &'static [&'static [Case]],
    absent: &'static [Absent],
}

impl Run {
    /// Runs all of them against the server at `origin`.
    fn over(&self, origin: &str, rigs: &[Rig; 2], report: &mut Report) {
        let facts = self.facts;
        report.heading(self.title, rigs);
        for (name, case) in self.cases.iter().copied().flatten() {
            report.row_at_once(name, rigs, |rig| case(&ServerEnv { origin, rig, facts }));
        }
        let [rig, _] = rigs;
        for (name, reason, proof) in self.absent {
            report.not_offered(name, reason, || proof(&ServerEnv { origin, rig, facts }));
        }
    }

    /// Complains where a name does not fit, or stands there twice.
    #[cfg(test)]
    fn names_are_fine(&self) {
        let mut names = std::collections::HashSet::new();
        let cases = self.cases.iter().copied().flatten().map(|(name, _)| name);
        for name in cases.chain(self.absent.iter().map(|(name, ..)| name)) {
            assert!(name.chars().count() < report::NAME_WIDTH - 2, "{name}");
            assert!(names.insert(*name), "twice: {name}");
        }
    }
}

impl From<PeerError> for Stop {
    fn from(error: PeerError) -> Self {
        match error {
            PeerError::Missing { .. } => Self::Missing(error.to_string()),
            PeerError::Failed { .. } => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_chosen_by_name() {
        let check = |args: &[&str], expect: Result<(usize, Table), &str>| {
            let args = args.iter().map(OsString::from).collect();
            match (Options::parse(args), expect) {
                (Ok(options), expect) => {
                    assert_eq!(Ok((options.servers.len(), options.table)), expect);
                }
                (Err(Stop::Usage(text)), Err(words)) => assert!(text.contains(words), "{text}"),
                (Err(stop), expect) => panic!("{stop}, not {expect:?}"),
            }
        };
        check(&[], Ok((SERVERS.len(), Table::Written)));
        check(&["all"], Ok((SERVERS.len(), Table::Written)));
        check(&["all", "--check"], Ok((SERVERS.len(), Table::Compared)));
        check(&["--check"], Ok((SERVERS.len(), Table::Compared)));
        for (name, _) in SERVERS {
            check(&[name], Ok((1, Table::Kept)));
        }
        check(&["doorkeeper", "--check"], Err("goes with all servers"));
        check(&["keeper"], Err("there is: all, doorkeeper, oidc-provider"));
        check(&["all", "doorkeeper"], Err("unexpected argument"));
        check(&["--fast"], Err("--fast"));
    }
}

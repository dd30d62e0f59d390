//! `cargo xtask conformance`: our flows against real servers, each case once and over both
//! transports.

mod browser;
mod cases;
mod doorkeeper;
mod env;
mod expect;
mod fleet;
mod keyrings;
mod league;
mod listening;
mod live;
mod oidc_provider;
mod peer;
mod ping;
mod report;
mod stores;
mod table;

use std::env::args_os;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use env::{Absent, Case, Facts, ServerEnv};
use lexopt::{Arg, ValueExt};
use peer::PeerError;
use report::{CheckResult, Report};

use support::{Outcome, Stop, Verdict, cargo, generated_doc, metadata, output, pip, root};
use worlds::World;

/// A server that can be started, and its cases.
type Server = (
    &'static str,
    fn(&[World; 2], &mut Report) -> Result<(), Stop>,
);

/// In this order. To add one, add a folder beside this file and a line here.
const SERVERS: &[Server] = &[
    ("doorkeeper", doorkeeper::run),
    ("oidc-provider", oidc_provider::run),
    ("league", league::run),
    ("browser", browser::run),
    ("stores", stores::run),
    ("fleet", fleet::run),
    ("keyrings", keyrings::run),
    ("live", live::run),
];

/// The options of the command line.
struct Options {
    servers: Vec<Server>,
    /// What happens to the table.
    table: Table,
    /// The folder for pictures of the pages.
    screenshots: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    /// Not all servers ran.
    StoredAccount,
    Written,
    Compared,
}

fn main() -> ExitCode {
    support::exit(dispatch(args_os().skip(1).collect()))
}

/// Runs the servers' cases, or is one of the processes that a case starts.
fn dispatch(mut args: Vec<OsString>) -> Outcome {
    let process = match args.first().and_then(|arg| arg.to_str()) {
        Some("store-probe") => stores::probe,
        Some("store-worker") => stores::work,
        Some("fleet-store") => fleet::act,
        Some("fleet-open") => fleet::open_once,
        Some("fleet-rate") => fleet::send,
        _ => return run(args),
    };
    args.remove(0);
    process(args)
}

fn run(mut args: Vec<OsString>) -> Outcome {
    // `live` alone is a section of the table; `live SERVICE` asks the running service.
    if args.len() > 1 && args[0] == "live" {
        return live::ask(args.split_off(1));
    }
    let options = Options::parse(args)?;
    let worlds = World::both()?;
    let mut report = Report::with_pictures(options.screenshots);
    for (_, run) in options.servers {
        run(&worlds, &mut report)?;
    }
    report.failures().for_each(output::line);
    let counts = report.counts();
    let table = table::text(report.rows());
    let verdict = match options.table {
        Table::Compared => table::DOCUMENT.compare(&table)?,
        // Failures have to be fixed, so no document is written.
        Table::Written if counts.failed == 0 => {
            table::DOCUMENT.write(&table)?;
            Verdict::Passed
        }
        Table::Written | Table::StoredAccount => Verdict::of(counts.failed),
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
                "unknown server `{name}`; choose all, {}",
                names.join(", ")
            )));
        }
        let table = match (name, check) {
            ("all", true) => Table::Compared,
            ("all", false) => Table::Written,
            (_, false) => Table::StoredAccount,
            (_, true) => {
                let words = "--check compares the whole table; run it with all servers";
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
    /// The server's title in the table.
    title: &'static str,
    facts: &'static Facts,
    cases: &'static [&'static [Case]],
    /// Cases that mostly wait: some run at the same time, after the others.
    waiting: &'static [&'static [Case]],
    absent: &'static [Absent],
}

impl Run {
    /// Runs all of them against the server at `origin`.
    fn over(&self, origin: &str, worlds: &[World; 2], report: &mut Report) {
        let facts = self.facts;
        report.heading(self.title, worlds);
        let run = |case: &fn(&ServerEnv<'_>) -> CheckResult, world: &World| {
            case(&ServerEnv {
                origin,
                world,
                facts,
            })
        };
        for (name, case) in self.cases.iter().copied().flatten() {
            report.row_at_once(name, worlds, |world| run(case, world));
        }
        report.rows_at_once(&self.waiting.concat(), worlds, run);
        let [world, _] = worlds;
        for (name, reason, proof) in self.absent {
            report.not_offered(name, reason, || {
                proof(&ServerEnv {
                    origin,
                    world,
                    facts,
                })
            });
        }
    }

    /// Fails if a name is too long or a duplicate.
    #[cfg(test)]
    fn names_are_fine(&self) {
        let mut names = std::collections::HashSet::new();
        let cases = self.cases.iter().chain(self.waiting).copied().flatten();
        let cases = cases.map(|(name, _)| name);
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
            check(&[name], Ok((1, Table::StoredAccount)));
        }
        check(&["doorkeeper", "--check"], Err("run it with all servers"));
        check(&["keeper"], Err("choose all, doorkeeper, oidc-provider"));
        check(&["all", "doorkeeper"], Err("unexpected argument"));
        check(&["--fast"], Err("--fast"));
    }
}

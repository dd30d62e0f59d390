//! `cargo xtask conformance`: our flows against real servers, each case once and over both transports.

mod doorkeeper;
mod peer;
mod report;
mod rig;
pub(crate) mod stores;
mod visitor;

use std::ffi::OsString;

use lexopt::{Arg, ValueExt};
use report::Report;
use rig::Rig;

use crate::{Outcome, Stop, Verdict, say};

/// A server we know how to start, and what it is asked.
type Server = (&'static str, fn(&[Rig; 2], &mut Report) -> Result<(), Stop>);

const SERVERS: &[Server] = &[("doorkeeper", doorkeeper::run), ("stores", stores::run)];

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let servers = chosen(args)?;
    let rigs = Rig::both()?;
    let mut report = Report::default();
    for (_, run) in servers {
        run(&rigs, &mut report)?;
    }
    report.complaints().for_each(say::line);
    say::line(report.summary());
    Ok(Verdict::of(report.failed()))
}

fn chosen(args: Vec<OsString>) -> Result<Vec<Server>, Stop> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut name = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(value) if name.is_none() => name = Some(value.string()?),
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
    Ok(servers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_chosen_by_name() {
        let check = |args: &[&str], expect: Result<usize, &str>| {
            let args = args.iter().map(OsString::from).collect();
            match (chosen(args), expect) {
                (Ok(servers), expect) => assert_eq!(Ok(servers.len()), expect),
                (Err(Stop::Usage(text)), Err(words)) => assert!(text.contains(words), "{text}"),
                (Err(stop), expect) => panic!("{stop}, not {expect:?}"),
            }
        };
        check(&[], Ok(SERVERS.len()));
        check(&["all"], Ok(SERVERS.len()));
        check(&["doorkeeper"], Ok(1));
        check(&["stores"], Ok(1));
        check(&["keeper"], Err("there is: all, doorkeeper"));
        check(&["all", "doorkeeper"], Err("unexpected argument"));
        check(&["--fast"], Err("--fast"));
    }
}

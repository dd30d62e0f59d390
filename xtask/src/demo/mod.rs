//! `cargo xtask demo`: the scenarios of both services on loopback, once through ureq and once
//! through reqwest.

mod aging;
mod check;
mod inaturalist;
mod infoflora;
mod lines;
mod report;
mod scenario;
mod users;
mod waits;

use std::ffi::OsString;

use auth_testkit::TestServer;
use lexopt::{Arg, Parser, ValueExt};

use self::check::Checked;
use self::report::{Form, Report};
use self::scenario::Scenario;
use self::users::Opener;
use crate::rig::Rig;
use crate::{Outcome, Stop, Verdict, output};

const HELP: &str = "\
cargo xtask demo [OPTIONS]

Starts test servers on 127.0.0.1 and runs the scenarios of iNaturalist and of Info Flora against
them, once through ureq (blocking) and once through reqwest (async). No account, no network, no TLS.

  --service SERVICE      inaturalist, infoflora, all (default: all)
  --transport TRANSPORT  ureq, reqwest, all (default: all)
  --browser              opens the logins in your own browser, and waits for you
  --json                 one JSON object for each step, and a summary
  --help                 this text

Each step prints what was sent, what was received and what it means. Secrets are shown by their
first three characters and their length. Exit status: 0 every step passed, 1 a step failed.";

/// A service's scenario: its option and name, the server it needs, and the function that runs it.
struct Entry {
    id: &'static str,
    name: &'static str,
    server: fn() -> std::io::Result<TestServer>,
    run: fn(&mut Scenario<'_>, &Rig, Opener) -> Checked,
}

/// All scenarios. To add a service, add a file beside this one and a line here.
const SCENARIOS: [Entry; 2] = [
    Entry {
        id: "inaturalist",
        name: "iNaturalist",
        server: inaturalist::server,
        run: inaturalist::run,
    },
    Entry {
        id: "infoflora",
        name: "Info Flora",
        server: infoflora::server,
        run: infoflora::run,
    },
];

const TRANSPORTS: [&str; 2] = ["ureq", "reqwest"];

/// The options of the command line.
struct Options {
    service: Option<String>,
    transport: Option<String>,
    opener: Opener,
    form: Form,
}

/// Runs the demo.
pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let Some(options) = Options::parse(args)? else {
        output::line(HELP);
        return Ok(Verdict::Passed);
    };
    let mut report = Report::new(options.form);
    for transport in TRANSPORTS {
        if options
            .transport
            .as_deref()
            .is_some_and(|chosen| chosen != transport)
        {
            continue;
        }
        for entry in &SCENARIOS {
            if options
                .service
                .as_deref()
                .is_none_or(|chosen| chosen == entry.id)
            {
                live(entry, transport, options.opener, &mut report).map_err(|miss| {
                    Stop::Failed(format!(
                        "{}: {}; expected {}",
                        entry.name, miss.got, miss.expected
                    ))
                })?;
            }
        }
    }
    Ok(Verdict::of(report.finish()))
}

/// Runs one service's scenario in one world, with a server of its own.
fn live(entry: &Entry, transport: &'static str, opener: Opener, report: &mut Report) -> Checked {
    let rig = match transport {
        "reqwest" => Rig::asynchronous()?,
        _ => Rig::blocking(),
    };
    let server = (entry.server)()?;
    let mut scenario = Scenario::new(&server, report, entry.name, transport);
    (entry.run)(&mut scenario, &rig, opener)
}

impl Options {
    /// Returns `None` if the user requests the help.
    fn parse(args: Vec<OsString>) -> Result<Option<Self>, Stop> {
        let mut options = Self {
            service: None,
            transport: None,
            opener: Opener::Played,
            form: Form::Text,
        };
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("service") => {
                    let known: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.id).collect();
                    options.service = choice(&mut parser, "--service", &known)?;
                }
                Arg::Long("transport") => {
                    options.transport = choice(&mut parser, "--transport", &TRANSPORTS)?;
                }
                Arg::Long("browser") => options.opener = Opener::Browser,
                Arg::Long("json") => options.form = Form::Json,
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(options))
    }
}

/// Reads one of the known names; `None` means all of them.
fn choice(parser: &mut Parser, option: &str, known: &[&str]) -> Result<Option<String>, Stop> {
    let value = parser.value()?.string()?;
    match value.as_str() {
        "all" => Ok(None),
        name if known.contains(&name) => Ok(Some(value)),
        _ => Err(Stop::Usage(format!(
            "{option}: unknown value `{value}`; choose {} or all",
            known.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        let check = |args: &[&str], expect: Result<(Option<&str>, Option<&str>), &str>| {
            let parsed = Options::parse(args.iter().map(OsString::from).collect());
            match (parsed, expect) {
                (Ok(Some(options)), Ok(expect)) => {
                    let got = (options.service.as_deref(), options.transport.as_deref());
                    assert_eq!(got, expect, "{args:?}");
                }
                (Err(stop), Err(words)) => {
                    assert!(format!("{stop:?}").contains(words), "{args:?}: {stop:?}");
                }
                _ => panic!("{args:?}"),
            }
        };
        check(&[], Ok((None, None)));
        check(&["--service", "all"], Ok((None, None)));
        check(
            &["--service=infoflora", "--json"],
            Ok((Some("infoflora"), None)),
        );
        check(&["--transport", "ureq"], Ok((None, Some("ureq"))));
        check(&["--transport", "curl"], Err("choose ureq, reqwest or all"));
        check(&["--loud"], Err("--loud"));
        check(&["--service"], Err("--service"));
    }
}

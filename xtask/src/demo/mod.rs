//! `cargo xtask demo`: runs the example programs of both services against test servers on loopback,
//! once through ureq and once through reqwest, and shows what they print.

mod inaturalist;
mod infoflora;
mod programs;
mod report;

use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt};

use self::programs::{Programs, Server};
use self::report::Report;
use crate::{Outcome, Stop, Verdict, output};

const HELP: &str = "\
cargo xtask demo [OPTIONS]

Builds the example programs, starts test servers on 127.0.0.1 and runs the programs against them, once
through ureq (blocking) and once through reqwest (async). No account, no network, no TLS.

  --service SERVICE      inaturalist, infoflora, all (default: all)
  --transport TRANSPORT  ureq, reqwest, all (default: all)
  --browser              opens the login at iNaturalist's server in your own browser, and waits for you
  --json                 one JSON object for each step, and a summary
  --help                 this text

Each step prints what it shows, the program, what the program prints, and the requests that reached
the server. Tokens are shown by their first three characters and their length. Exit status: 0 every
step passed, 1 a step failed.";

const TRANSPORTS: [&str; 2] = ["ureq", "reqwest"];

/// A service: its option, its name, and its steps.
type Entry = (&'static str, &'static str, fn(&mut Chapter<'_>));

/// All services. To add one, add a file beside this one and a line here.
const SERVICES: [Entry; 2] = [
    ("inaturalist", "iNaturalist", inaturalist::run),
    ("infoflora", "Info Flora", infoflora::run),
];

/// The options of the command line.
#[derive(Default)]
struct Options {
    service: Option<String>,
    transport: Option<String>,
    browser: bool,
    json: bool,
}

/// One service's steps through one transport, with a server and a folder of their own.
struct Chapter<'a> {
    programs: &'a Programs,
    server: Server,
    folder: tempfile::TempDir,
    service: &'static str,
    transport: &'static str,
    browser: bool,
    report: &'a mut Report,
}

/// A program's command line, what it printed, and how what happened differs from what was expected.
#[derive(Debug, Default)]
struct Shown {
    command: String,
    said: Vec<String>,
    problem: Option<String>,
}

/// Runs the demo.
pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let Some(options) = Options::parse(args)? else {
        output::line(HELP);
        return Ok(Verdict::Passed);
    };
    let programs = Programs::build()?;
    let mut report = Report::new(options.json);
    for transport in TRANSPORTS {
        for (id, service, steps) in SERVICES {
            let is_wanted = |chosen: &Option<String>, name: &str| {
                chosen.as_deref().is_none_or(|chosen| chosen == name)
            };
            if !is_wanted(&options.transport, transport) || !is_wanted(&options.service, id) {
                continue;
            }
            let failed = |error: std::io::Error| Stop::Failed(format!("{service}: {error}"));
            let server = Server::start(&programs, id)?;
            report.chapter(service, transport, &server.url);
            steps(&mut Chapter {
                programs: &programs,
                server,
                folder: tempfile::tempdir().map_err(failed)?,
                service,
                transport,
                browser: options.browser,
                report: &mut report,
            });
        }
    }
    Ok(Verdict::of(report.finish()))
}

impl Chapter<'_> {
    /// Runs one step, and compares the numbers of its requests with `expected`; `None` if they depend
    /// on the user. The next step runs even if this one fails.
    fn step(
        &mut self,
        name: &'static str,
        means: &'static str,
        expected: Option<&str>,
        act: impl FnOnce(&mut Self) -> Result<Shown, String>,
    ) {
        let start = std::time::Instant::now();
        let mut shown = act(self).unwrap_or_else(|problem| Shown {
            problem: Some(problem),
            ..Shown::default()
        });
        // No token is shown whole.
        for line in shown.said.iter_mut().filter(|line| line.len() > 100) {
            if !line.contains(' ') {
                *line = format!("{:.3}…({})", line, line.len());
            }
        }
        let requests = self.server.command("requests");
        let counts = report::counts(&requests);
        if let Some(expected) = expected.filter(|expected| *expected != counts) {
            let problem = || format!("expected {expected}, got {counts}");
            shown.problem = Some(shown.problem.unwrap_or_else(problem));
        }
        self.report.end(report::Step {
            service: self.service,
            transport: self.transport,
            name,
            means,
            shown,
            requests,
            took: start.elapsed(),
        });
    }
}

impl Options {
    /// Returns `None` if the user requests the help.
    fn parse(args: Vec<OsString>) -> Result<Option<Self>, Stop> {
        let mut options = Self::default();
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("service") => {
                    let known = SERVICES.map(|(id, ..)| id);
                    options.service = choice(&mut parser, "--service", &known)?;
                }
                Arg::Long("transport") => {
                    options.transport = choice(&mut parser, "--transport", &TRANSPORTS)?;
                }
                Arg::Long("browser") => options.browser = true,
                Arg::Long("json") => options.json = true,
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

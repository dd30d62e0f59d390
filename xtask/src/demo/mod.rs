//! `cargo xtask demo`: both services' whole story on loopback, once through ureq and once through reqwest.

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

Starts test servers on 127.0.0.1 and lives the whole story of iNaturalist and of Info Flora against
them, once through ureq (blocking) and once through reqwest (async). No account, no network, no TLS.

  --service SERVICE      inaturalist, infoflora, all (default: all)
  --transport TRANSPORT  ureq, reqwest, all (default: all)
  --browser              opens the logins in your own browser and waits for you
  --json                 one JSON object a step, and a summary
  --help                 this text

Each step says what was sent, what came back and what it means. Secrets are shown by their first
three characters and their length. Exit status: 0 all came as expected, 1 something did not.";

/// A story: its option and its name, the server it needs, and how it is told.
struct Scenarios {
    id: &'static str,
    name: &'static str,
    server: fn() -> std::io::Result<TestServer>,
    tell: fn(&mut Scenario<'_>, &Rig, Opener) -> Checked,
}

/// A new service is a file beside this one, and a line here.
const TALES: [Scenarios; 2] = [
    Scenarios {
        id: "inaturalist",
        name: "iNaturalist",
        server: inaturalist::server,
        tell: inaturalist::tell,
    },
    Scenarios {
        id: "infoflora",
        name: "Info Flora",
        server: infoflora::server,
        tell: infoflora::tell,
    },
];

const TRANSPORTS: [&str; 2] = ["ureq", "reqwest"];

/// What was asked for.
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
            .is_some_and(|asked| asked != transport)
        {
            continue;
        }
        for tale in &TALES {
            if options
                .service
                .as_deref()
                .is_none_or(|asked| asked == tale.id)
            {
                live(tale, transport, options.opener, &mut report).map_err(|miss| {
                    Stop::Failed(format!(
                        "{}: {}; expected {}",
                        tale.name, miss.got, miss.expected
                    ))
                })?;
            }
        }
    }
    Ok(Verdict::of(report.finish()))
}

/// One service's story in one world, with a server of its own.
fn live(tale: &Scenarios, transport: &'static str, opener: Opener, report: &mut Report) -> Checked {
    let rig = match transport {
        "reqwest" => Rig::asynchronous()?,
        _ => Rig::blocking(),
    };
    let server = (tale.server)()?;
    let mut story = Scenario::new(&server, report, tale.name, transport);
    (tale.tell)(&mut story, &rig, opener)
}

impl Options {
    /// `None` asks for help.
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
                    let known: Vec<_> = TALES.iter().map(|tale| tale.id).collect();
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

/// One of the known names; `None` stands for all of them.
fn choice(parser: &mut Parser, option: &str, known: &[&str]) -> Result<Option<String>, Stop> {
    let value = parser.value()?.string()?;
    match value.as_str() {
        "all" => Ok(None),
        name if known.contains(&name) => Ok(Some(value)),
        _ => Err(Stop::Usage(format!(
            "{option}: there is no `{value}`; choose {} or all",
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

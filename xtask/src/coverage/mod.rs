//! `cargo xtask coverage`: what is known of each service's API, and which of it is sent as it should be, through both transports.

mod infoflora;

use std::ffi::OsString;

use lexopt::{Arg, ValueExt};

use crate::document::Document;
use crate::rig::Rig;
use crate::{Outcome, Stop, Verdict, say};

/// A service, and how its coverage is measured. A new one is a file beside this one, and a line here.
const SERVICES: &[Service] = &[Service {
    name: "infoflora",
    document: Document {
        path: "docs/COVERAGE-infoflora.md",
        command: "cargo xtask coverage infoflora",
    },
    measure: infoflora::measure,
}];

#[derive(Clone, Copy, Debug)]
struct Service {
    name: &'static str,
    document: Document,
    measure: fn(&[Rig; 2]) -> Result<Coverage, Stop>,
}

/// What a service's measuring came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Coverage {
    /// The whole document.
    text: String,
    /// One line for each thing of the API that is known and sent.
    counted: usize,
    /// What is known and was not seen on the wire, with the reason.
    missing: Vec<String>,
}

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let (services, check) = parse(args)?;
    let rigs = Rig::both()?;
    let mut verdict = Verdict::Passed;
    for service in services {
        let Coverage {
            text,
            counted,
            missing,
        } = (service.measure)(&rigs)?;
        missing.iter().for_each(say::line);
        let name = service.name;
        say::line(format_args!(
            "{name}: {counted} sent through both transports, {} missing",
            missing.len()
        ));
        let ended = match (missing.len(), check) {
            // What is missing is to be mended, not to be written down.
            (1.., _) => Verdict::Failed,
            (0, true) => service.document.compare(&text)?,
            (0, false) => {
                service.document.write(&text)?;
                Verdict::Passed
            }
        };
        if ended == Verdict::Failed {
            verdict = ended;
        }
    }
    Ok(verdict)
}

fn parse(args: Vec<OsString>) -> Result<(Vec<Service>, bool), Stop> {
    let mut parser = lexopt::Parser::from_args(args);
    let (mut name, mut check) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(value) if name.is_none() => name = Some(value.string()?),
            Arg::Long("check") => check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let name = name.as_deref().unwrap_or("all");
    let wanted = |service: &&Service| name == "all" || name == service.name;
    let services: Vec<_> = SERVICES.iter().filter(wanted).copied().collect();
    if services.is_empty() {
        let names: Vec<_> = SERVICES.iter().map(|service| service.name).collect();
        return Err(Stop::Usage(format!(
            "there is no service `{name}`; there is: all, {}",
            names.join(", ")
        )));
    }
    Ok((services, check))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing that is known is missing, and the documents say what a run says.
    #[test]
    fn the_documents_are_true() {
        let rigs = Rig::both().expect("a runtime");
        for service in SERVICES {
            let coverage = (service.measure)(&rigs).expect("it runs");
            assert_eq!(coverage.missing, [""; 0], "{}", service.name);
            let written = crate::root().join(service.document.path);
            let written = std::fs::read_to_string(written).expect("it is written");
            assert!(
                written == coverage.text,
                "run `{}` and commit it",
                service.document.command
            );
        }
    }

    #[test]
    fn arguments() {
        let check = |args: &[&str], expect: Result<(usize, bool), &str>| {
            let args = args.iter().map(OsString::from).collect();
            match (parse(args), expect) {
                (Ok((services, check)), Ok(expect)) => {
                    assert_eq!((services.len(), check), expect);
                }
                (Err(stop), Err(words)) => assert!(stop.to_string().contains(words), "{stop}"),
                (got, _) => panic!("{got:?}"),
            }
        };
        check(&[], Ok((SERVICES.len(), false)));
        check(&["infoflora", "--check"], Ok((1, true)));
        check(&["nowhere"], Err("there is: all, infoflora"));
        check(&["infoflora", "twice"], Err("unexpected"));
    }
}

//! `cargo xtask coverage`: what is known of each service's API, and how much of it is sent
//! correctly through both transports.

mod inat;
mod infoflora;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lexopt::{Arg, ValueExt};

use crate::generated_doc::Document;
use crate::rig::Rig;
use crate::{Outcome, Stop, Verdict, output};

/// A service and how its coverage is measured. To add one, add a file beside this one and a line
/// here.
const SERVICES: &[Service] = &[
    Service {
        name: "infoflora",
        document: Document {
            path: "docs/COVERAGE-infoflora.md",
            command: "cargo xtask coverage infoflora",
        },
        described: false,
        measure: infoflora::measure,
    },
    Service {
        name: "inat",
        document: Document {
            path: inat::DOCUMENT,
            command: "cargo xtask coverage inat DESCRIPTION",
        },
        described: true,
        measure: inat::measure,
    },
    Service {
        name: "inat-v2",
        document: Document {
            path: inat::DOCUMENT_V2,
            command: "cargo xtask coverage inat-v2 DESCRIPTION",
        },
        described: true,
        measure: inat::measure_v2,
    },
];

#[derive(Clone, Copy)]
struct Service {
    name: &'static str,
    document: Document,
    /// Whether the document is written from a description of the API, which the caller must pass.
    described: bool,
    measure: fn(&Inputs<'_>) -> Result<Coverage, Stop>,
}

/// The input of a measurement.
struct Inputs<'a> {
    rigs: &'a [Rig; 2],
    description: Option<&'a Path>,
}

/// The arguments of the command line.
struct Arguments {
    services: Vec<Service>,
    description: Option<PathBuf>,
    check: bool,
}

/// The result of a measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Coverage {
    /// The whole document.
    text: String,
    /// How much of what is known was sent, in words.
    summary: String,
    /// What is known, was not sent correctly, and has no reason.
    missing: Vec<String>,
}

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let Arguments {
        services,
        description,
        check,
    } = parse(args)?;
    let inputs = Inputs {
        rigs: &Rig::both()?,
        description: description.as_deref(),
    };
    let mut verdict = Verdict::Passed;
    for service in services {
        let Coverage {
            text,
            summary,
            missing,
        } = (service.measure)(&inputs)?;
        missing.iter().for_each(output::line);
        let name = service.name;
        output::line(format_args!(
            "{name}: {summary}; sent through both transports; {} unexplained",
            missing.len()
        ));
        let check = check || (service.described && description.is_none());
        let ended = match (missing.len(), check) {
            // Gaps have to be fixed, so no document is written.
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

fn parse(args: Vec<OsString>) -> Result<Arguments, Stop> {
    let mut parser = lexopt::Parser::from_args(args);
    let (mut name, mut description, mut check) = (None, None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(value) if name.is_none() => name = Some(value.string()?),
            Arg::Value(value) if description.is_none() => description = Some(PathBuf::from(value)),
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
            "unknown service `{name}`; choose all, {}",
            names.join(", ")
        )));
    }
    if description.is_some()
        && !matches!(
            services[..],
            [Service {
                described: true,
                ..
            }]
        )
    {
        return Err(Stop::Usage(format!(
            "`{name}` takes no description; only `inat` and `inat-v2` do"
        )));
    }
    Ok(Arguments {
        services,
        description,
        check,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing that is known is missing, and the committed documents match a run.
    #[test]
    fn the_documents_are_up_to_date() {
        let rigs = Rig::both().expect("a runtime");
        let inputs = Inputs {
            rigs: &rigs,
            description: None,
        };
        // Services with a description are measured by a run of cargo, which CI does: `cargo xtask
        // coverage --check`.
        for service in SERVICES.iter().filter(|service| !service.described) {
            let coverage = (service.measure)(&inputs).expect("it runs");
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
        let check = |args: &[&str], expect: Result<(usize, bool, bool), &str>| {
            let args = args.iter().map(OsString::from).collect();
            match (parse(args), expect) {
                (Ok(got), Ok(expect)) => {
                    let got = (got.services.len(), got.description.is_some(), got.check);
                    assert_eq!(got, expect);
                }
                (Err(stop), Err(words)) => assert!(stop.to_string().contains(words), "{stop}"),
                (got, _) => panic!("{:?}", got.map(|got| got.services.len())),
            }
        };
        check(&[], Ok((SERVICES.len(), false, false)));
        check(&["infoflora", "--check"], Ok((1, false, true)));
        check(&["inat"], Ok((1, false, false)));
        check(&["inat", "api.json"], Ok((1, true, false)));
        check(&["inat", "api.json", "--check"], Ok((1, true, true)));
        check(&["nowhere"], Err("choose all, infoflora, inat, inat-v2"));
        check(&["infoflora", "api.json"], Err("only `inat` and"));
        check(&["all", "api.json"], Err("only `inat` and"));
        check(&["inat", "api.json", "twice"], Err("unexpected"));
    }
}

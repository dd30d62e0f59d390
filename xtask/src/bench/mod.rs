//! `cargo xtask bench`: what ours costs, beside the peers and beside the floor; `--check` keeps the part that is the same each time.

mod builds;
mod callgrind;
mod crowd;
mod exchange;
mod figures;
mod goals;
mod labels;
mod machine;
mod measured;
mod memory;
mod observations;
mod packages;
mod page;
mod programs;
mod python;
mod space;
mod values;
mod workspace;

use std::ffi::OsString;

use lexopt::{Arg, ValueExt};
use measured::Measured;
use workspace::BenchWorkspace;

use crate::{Outcome, Stop, Verdict, output};

const HELP: &str = "\
cargo xtask bench [--only GROUP…]   measures and prints every goal with its figure; all groups write docs/PERFORMANCE.md
cargo xtask bench --check           the part that comes out the same each time: fails where a figure grew by more than 5 %
cargo xtask bench --write-figures   writes that part to docs/performance-figures.txt

  GROUP   values, exchange, memory, crowd, observations, space, packages, programs, python, builds

Needs valgrind; python a python3 with venv and, once, pip's network; builds strip and nm, from binutils.
A goal that is not met is reported and no failure; what could not be measured is one.";

/// A part of the measurements that can be asked for by its name.
#[derive(Clone, Copy)]
struct Group {
    name: &'static str,
    measure: fn(&BenchWorkspace, Depth, &mut Measured) -> Result<(), Stop>,
    /// It has figures that come out the same each time.
    steady: bool,
}

/// How much of a group is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Ours, the peers, the floor.
    Everything,
    /// What of ours comes out the same each time.
    Steady,
}

/// In this order: what takes long comes last. A new one is a file beside this one, a line here, and its goals in `goals.rs`.
const GROUPS: &[Group] = &[
    Group {
        name: "values",
        measure: values::measure,
        steady: true,
    },
    Group {
        name: "exchange",
        measure: exchange::measure,
        steady: true,
    },
    Group {
        name: "memory",
        measure: memory::measure,
        steady: true,
    },
    Group {
        name: "crowd",
        measure: crowd::measure,
        steady: true,
    },
    Group {
        name: "observations",
        measure: observations::measure,
        steady: true,
    },
    Group {
        name: "space",
        measure: space::measure,
        steady: true,
    },
    Group {
        name: "packages",
        measure: packages::measure,
        steady: true,
    },
    Group {
        name: "programs",
        measure: programs::measure,
        steady: false,
    },
    Group {
        name: "python",
        measure: python::measure,
        steady: false,
    },
    Group {
        name: "builds",
        measure: builds::measure,
        steady: true,
    },
];

/// What was asked for.
enum Asked {
    Help,
    /// Goals and figures of these groups.
    Table(Vec<Group>),
    /// The steady figures, compared to the committed ones.
    Check,
    /// The same, written down.
    Figures,
}

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let asked = parse(args)?;
    if matches!(asked, Asked::Help) {
        output::line(HELP);
        return Ok(Verdict::Passed);
    }
    callgrind::is_there()?;
    let ground = BenchWorkspace::new()?;
    match asked {
        Asked::Help => Ok(Verdict::Passed),
        Asked::Table(groups) => table(&ground, &groups),
        Asked::Check => {
            let measured = steady(&ground)?;
            Ok(figures::check(&figures::committed()?, &measured))
        }
        Asked::Figures => {
            let measured = steady(&ground)?;
            figures::write(&figures::committed()?, &measured)?;
            Ok(Verdict::Passed)
        }
    }
}

/// Measures, prints, and where nothing was left out writes the document.
fn table(ground: &BenchWorkspace, groups: &[Group]) -> Outcome {
    let mut measured = Measured::default();
    for group in groups {
        output::line(format_args!("measuring {} …", group.name));
        match (group.measure)(ground, Depth::Everything, &mut measured) {
            Ok(()) => {}
            Err(Stop::Failed(words)) => measured.trouble(group.name, &words),
            Err(stop) => return Err(stop),
        }
    }
    let names: Vec<_> = groups.iter().map(|group| group.name).collect();
    let rows = goals::rows(&names, &measured);
    output::line("");
    goals::lines(&rows).iter().for_each(output::line);
    measured.troubles().for_each(output::trouble);
    let missing = rows.iter().filter(|row| row.figure.is_none()).count();
    let unmeasured = missing.max(measured.troubles().count());
    if groups.len() == GROUPS.len() && unmeasured == 0 {
        page::DOCUMENT.write(&page::text(&rows, &measured, &machine::read(ground)?))?;
    }
    output::line(goals::summary(&rows));
    Ok(Verdict::of(unmeasured))
}

/// What comes out the same each time.
fn steady(ground: &BenchWorkspace) -> Result<Measured, Stop> {
    let mut measured = Measured::default();
    for group in GROUPS.iter().filter(|group| group.steady) {
        (group.measure)(ground, Depth::Steady, &mut measured)?;
    }
    Ok(measured)
}

fn parse(args: Vec<OsString>) -> Result<Asked, Stop> {
    let mut parser = lexopt::Parser::from_args(args);
    let (mut check, mut write, mut only) = (false, false, None::<Vec<Group>>);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("check") => check = true,
            Arg::Long("write-figures") => write = true,
            Arg::Long("only") => {
                let chosen = only.get_or_insert_default();
                for name in parser.values()? {
                    chosen.push(group(&name.string()?)?);
                }
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(Asked::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    match (check, write, only) {
        (false, false, None) => Ok(Asked::Table(GROUPS.to_vec())),
        (false, false, Some(groups)) => Ok(Asked::Table(groups)),
        (true, false, None) => Ok(Asked::Check),
        (false, true, None) => Ok(Asked::Figures),
        _ => Err(Stop::Usage(
            "--check, --write-figures and --only go alone".to_owned(),
        )),
    }
}

fn group(name: &str) -> Result<Group, Stop> {
    let found = GROUPS.iter().find(|group| group.name == name);
    found.copied().ok_or_else(|| {
        let names: Vec<_> = GROUPS.iter().map(|group| group.name).collect();
        let names = names.join(", ");
        Stop::Usage(format!("there is no group `{name}`; there is: {names}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        let check = |args: &[&str], expect: Result<&str, &str>| {
            let args = args.iter().map(OsString::from).collect();
            match (parse(args), expect) {
                (Ok(asked), Ok(expect)) => {
                    let got = match asked {
                        Asked::Help => "help".to_owned(),
                        Asked::Table(groups) => {
                            let names: Vec<_> = groups.iter().map(|group| group.name).collect();
                            names.join(" ")
                        }
                        Asked::Check => "check".to_owned(),
                        Asked::Figures => "figures".to_owned(),
                    };
                    assert_eq!(got, expect);
                }
                (Err(stop), Err(words)) => assert!(stop.to_string().contains(words), "{stop}"),
                (got, expect) => panic!("{:?}, not {expect:?}", got.map(|_| ()).err()),
            }
        };
        let names: Vec<_> = GROUPS.iter().map(|group| group.name).collect();
        check(&[], Ok(&names.join(" ")));
        check(&["--only", "values"], Ok("values"));
        check(&["--only", "crowd", "values"], Ok("crowd values"));
        check(&["--check"], Ok("check"));
        check(&["--write-figures"], Ok("figures"));
        check(&["--help"], Ok("help"));
        check(&["--only", "value"], Err("there is: values, exchange"));
        check(&["--only", "values", "--check"], Err("go alone"));
        check(&["values"], Err("unexpected"));
    }

    /// Each goal belongs to a group that can be asked for, and each group has a goal.
    #[test]
    fn groups_and_goals_fit() {
        for goal in goals::GOALS {
            assert!(group(goal.group).is_ok(), "{}", goal.group);
        }
        for group in GROUPS {
            let own = goals::GOALS.iter().filter(|goal| goal.group == group.name);
            assert!(own.count() > 0, "{}", group.name);
        }
    }
}

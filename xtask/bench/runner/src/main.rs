//! `cargo xtask bench`: what our crates cost, beside the peers and beside the floor; `--check`
//! compares the figures that repeat exactly.

mod builds;
mod callgrind;
mod calls;
mod crowd;
mod engine;
mod exchange;
mod figures;
mod fleet;
mod goals;
mod labels;
mod line;
mod machine;
mod measured;
mod memory;
mod observations;
mod packages;
mod page;
mod picture;
mod programs;
mod python;
mod renewal;
mod sends;
mod space;
mod tls;
mod values;
mod workspace;

use std::env::args_os;
use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::{Arg, ValueExt};
use measured::Measured;
use support::{Outcome, Stop, Verdict, cargo, output, pip, root};
use workspace::BenchWorkspace;

const HELP: &str = "\
cargo xtask bench [--only GROUP…]   measures and prints every goal with its figure; all groups write docs/PERFORMANCE.md and its picture
cargo xtask bench --check           measures the figures that repeat; fails if one grew by more than 5 %
cargo xtask bench --write-figures   writes those figures to docs/performance-figures.txt

  GROUP   values, exchange, sends, renewal, line, memory, calls, crowd, fleet, observations, space, packages, programs, python, rebuilds, builds

Needs valgrind; `python` needs a python3 with venv and, once, pip's network; `builds` needs strip and nm, from binutils;
`sends` and `line` need openssl; `fleet` needs the servers of PostgreSQL and Redis.
A missed goal is reported and does not fail the run; a missing measurement does.";

/// A part of the measurements, which can be chosen by its name.
#[derive(Clone, Copy)]
struct Group {
    name: &'static str,
    measure: fn(&BenchWorkspace, Depth, &mut Measured) -> Result<(), Stop>,
    /// Whether it has figures that repeat exactly.
    steady: bool,
}

/// How much of a group is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Ours, the peers, the floor.
    Everything,
    /// Only figures of ours that repeat exactly.
    Steady,
}

/// In this order: slow groups are last. To add one, add a file beside this one, a line here, and
/// its goals in `goals.rs`.
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
        name: "sends",
        measure: sends::measure,
        steady: true,
    },
    Group {
        name: "renewal",
        measure: renewal::measure,
        steady: true,
    },
    Group {
        name: "line",
        measure: line::measure,
        steady: true,
    },
    Group {
        name: "memory",
        measure: memory::measure,
        steady: true,
    },
    Group {
        name: "calls",
        measure: calls::measure,
        steady: true,
    },
    Group {
        name: "crowd",
        measure: crowd::measure,
        steady: true,
    },
    Group {
        name: "fleet",
        measure: fleet::measure,
        steady: false,
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
        name: "rebuilds",
        measure: builds::rebuilds,
        steady: false,
    },
    Group {
        name: "builds",
        measure: builds::measure,
        steady: true,
    },
];

/// The command of the user.
enum Mode {
    Help,
    /// Goals and figures of these groups.
    Table(Vec<Group>),
    /// The steady figures, compared to the committed ones.
    Check,
    /// The steady figures, written to the file.
    Figures,
}

fn main() -> ExitCode {
    support::exit(run(args_os().skip(1).collect()))
}

fn run(args: Vec<OsString>) -> Outcome {
    let mode = parse(args)?;
    if matches!(mode, Mode::Help) {
        output::line(HELP);
        return Ok(Verdict::Passed);
    }
    callgrind::is_there()?;
    let workspace = BenchWorkspace::new()?;
    match mode {
        Mode::Help => Ok(Verdict::Passed),
        Mode::Table(groups) => table(&workspace, &groups),
        Mode::Check => {
            let measured = steady(&workspace)?;
            Ok(figures::check(&figures::committed()?, &measured))
        }
        Mode::Figures => {
            let measured = steady(&workspace)?;
            figures::write(&figures::committed()?, &measured)?;
            Ok(Verdict::Passed)
        }
    }
}

/// Measures and prints; writes the document if all groups were measured.
fn table(workspace: &BenchWorkspace, groups: &[Group]) -> Outcome {
    let mut measured = Measured::default();
    for group in groups {
        output::line(format_args!("measuring {} …", group.name));
        match (group.measure)(workspace, Depth::Everything, &mut measured) {
            Ok(()) => {}
            Err(Stop::Failed(words)) => measured.problem(group.name, &words),
            Err(stop) => return Err(stop),
        }
    }
    let names: Vec<_> = groups.iter().map(|group| group.name).collect();
    let rows = goals::rows(&names, &measured);
    output::line("");
    goals::lines(&rows).iter().for_each(output::line);
    measured.problems().for_each(output::problem);
    let missing = rows.iter().filter(|row| row.figure.is_none()).count();
    let unmeasured = missing.max(measured.problems().count());
    if groups.len() == GROUPS.len() && unmeasured == 0 {
        page::DOCUMENT.write(&page::text(&rows, &measured, &machine::read(workspace)?))?;
        picture::PICTURE.write(&picture::svg(&measured))?;
    }
    output::line(goals::summary(&rows));
    Ok(Verdict::of(unmeasured))
}

/// Measures the figures that repeat exactly.
fn steady(workspace: &BenchWorkspace) -> Result<Measured, Stop> {
    let mut measured = Measured::default();
    for group in GROUPS.iter().filter(|group| group.steady) {
        (group.measure)(workspace, Depth::Steady, &mut measured)?;
    }
    Ok(measured)
}

fn parse(args: Vec<OsString>) -> Result<Mode, Stop> {
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
            Arg::Long("help") | Arg::Short('h') => return Ok(Mode::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    match (check, write, only) {
        (false, false, None) => Ok(Mode::Table(GROUPS.to_vec())),
        (false, false, Some(groups)) => Ok(Mode::Table(groups)),
        (true, false, None) => Ok(Mode::Check),
        (false, true, None) => Ok(Mode::Figures),
        _ => Err(Stop::Usage(
            "--check, --write-figures and --only exclude each other".to_owned(),
        )),
    }
}

fn group(name: &str) -> Result<Group, Stop> {
    let found = GROUPS.iter().find(|group| group.name == name);
    found.copied().ok_or_else(|| {
        let names: Vec<_> = GROUPS.iter().map(|group| group.name).collect();
        let names = names.join(", ");
        Stop::Usage(format!("unknown group `{name}`; choose from {names}"))
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
                (Ok(mode), Ok(expect)) => {
                    let got = match mode {
                        Mode::Help => "help".to_owned(),
                        Mode::Table(groups) => {
                            let names: Vec<_> = groups.iter().map(|group| group.name).collect();
                            names.join(" ")
                        }
                        Mode::Check => "check".to_owned(),
                        Mode::Figures => "figures".to_owned(),
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
        check(&["--only", "value"], Err("choose from values, exchange"));
        check(&["--only", "values", "--check"], Err("exclude each other"));
        check(&["values"], Err("unexpected"));
    }

    /// Each goal belongs to an existing group, and each group has a goal.
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

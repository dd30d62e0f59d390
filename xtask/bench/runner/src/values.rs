//! The values: begin a login, build a request, read a response; ours, the floor and oauth2.

use super::Depth;
use super::callgrind::{self, MANY};
use super::measured::Measured;
use super::workspace::BenchWorkspace;
use crate::Stop;

const WORKS: [&str; 5] = ["login", "request", "parse-400", "parse-4k", "error"];

/// The sides, and the program that runs each.
const SIDES: [(&str, &str); 3] = [("ours", "bench"), ("floor", "bench"), ("oauth2", "peers")];

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let sides = match depth {
        Depth::Steady => &SIDES[..1],
        Depth::Everything => {
            workspace.build("peers")?;
            &SIDES[..]
        }
    };
    for (side, program) in sides {
        for work in WORKS {
            let name = format!("{side}-{work}");
            let count = work_instructions(workspace, program, &name)?;
            measured.put(format!("instructions/{name}"), count);
        }
    }
    allocations(workspace, "allocations", &["values"], depth, measured)?;
    if depth == Depth::Everything {
        allocations(workspace, "peer-allocations", &[], depth, measured)?;
        for (name, numbers) in workspace.run("peers", &["wall", "41"])?.all() {
            if let [ours, theirs, ratio] = numbers[..] {
                measured.put(format!("wall/{name}"), ratio);
                measured.put(format!("nanoseconds/ours-{name}"), ours);
                measured.put(format!("nanoseconds/oauth2-{name}"), theirs);
            }
        }
    }
    Ok(())
}

/// The instructions of one repetition of a work.
pub(super) fn work_instructions(
    workspace: &BenchWorkspace,
    program: &str,
    name: &str,
) -> Result<f64, Stop> {
    callgrind::each(workspace, program, MANY, |times| {
        ["work", name, times].map(str::to_owned).to_vec()
    })
}

/// The output of the counting programs; in a steady run only ours.
pub(super) fn allocations(
    workspace: &BenchWorkspace,
    program: &str,
    arguments: &[&str],
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    for (name, numbers) in workspace.run(program, arguments)?.all() {
        let is_ours = !name.starts_with("floor-");
        if let ([count], true) = (&numbers[..], is_ours || depth == Depth::Everything) {
            measured.put(format!("allocations/{name}"), *count);
        }
    }
    Ok(())
}

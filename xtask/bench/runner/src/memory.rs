//! A valid token from memory: allocations and instructions, and wall time beside the floor.

use super::Depth;
use super::measured::Measured;
use super::values::{allocations, work_instructions};
use super::workspace::BenchWorkspace;
use crate::Stop;

/// The number of pairs; the median counts.
const PAIRS: &str = "21";

/// The number of tasks, for ours and for the peers.
const TASKS: &str = "64";

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    allocations(workspace, "allocations", &["memory"], depth, measured)?;
    // While a renewal is stuck other threads run, so their instructions vary.
    let works: &[_] = match depth {
        Depth::Steady => &["ours-memory"],
        Depth::Everything => &["ours-memory", "ours-memory-stuck", "floor-memory"],
    };
    for name in works {
        let count = work_instructions(workspace, "bench", name)?;
        measured.put(format!("instructions/{name}"), count);
    }
    if depth == Depth::Steady {
        return Ok(());
    }
    for threads in ["1", "2", "64"] {
        for (name, numbers) in workspace.run("bench", &["memory", threads, PAIRS])?.all() {
            if let [ours, floor, ratio] = numbers[..] {
                measured.put(format!("memory/{name}-{threads}"), ratio);
                measured.put(format!("nanoseconds/memory-{name}-{threads}"), ours);
                measured.put(format!("nanoseconds/floor-{name}-{threads}"), floor);
            }
        }
    }
    workspace.build("peers")?;
    for (name, numbers) in workspace.run("peers", &["memory", TASKS, PAIRS])?.all() {
        if let [ours, theirs, ratio] = numbers[..] {
            measured.put(format!("memory/tasks-{name}"), ratio);
            measured.put(format!("nanoseconds/tasks-ours-{name}"), ours);
            measured.put(format!("nanoseconds/tasks-{name}"), theirs);
        }
    }
    Ok(())
}

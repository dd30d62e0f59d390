//! What the feature `tracing` of auth-flows costs a call while no program subscribes: calls with a
//! valid token over a transport in memory, without the feature and with it.

use super::Depth;
use super::callgrind::{self, MANY};
use super::measured::Measured;
use super::workspace::BenchWorkspace;
use crate::Stop;

const WORLDS: [&str; 2] = ["blocking", "async"];

pub(super) fn measure(
    workspace: &BenchWorkspace,
    _: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    for program in ["calls", "calls-traced"] {
        let package = format!("program-{program}");
        workspace.build(&package)?;
        for world in WORLDS {
            let count = callgrind::each(workspace, &package, MANY, |times| {
                [world, times].map(str::to_owned).to_vec()
            })?;
            measured.put(format!("instructions/{program}-{world}"), count);
        }
    }
    Ok(())
}

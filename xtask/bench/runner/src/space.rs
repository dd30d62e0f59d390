//! What stays in memory: the sessions of 10,000 accounts beside their tokens, and 10,000 pages of a
//! list.

use super::Depth;
use super::measured::Measured;
use super::workspace::BenchWorkspace;
use crate::Stop;

pub(super) fn measure(
    workspace: &BenchWorkspace,
    _: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let lines = workspace.run("allocations", &["space"])?;
    for name in ["account", "pages-100", "pages-10000"] {
        measured.put(format!("bytes/{name}"), lines.number(name, 0)?);
    }
    Ok(())
}

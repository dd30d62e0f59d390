//! A crowd at an expired token: how many token requests it sends, and when the last caller has its
//! token.

use super::Depth;
use super::measured::Measured;
use super::workspace::BenchWorkspace;
use crate::Stop;

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    for (name, numbers) in workspace.run("bench", &["crowd"])?.all() {
        if let [requests, last] = numbers[..] {
            measured.put(format!("requests/{name}"), requests);
            if depth == Depth::Everything {
                measured.put(format!("milliseconds/{name}"), last);
            }
        }
    }
    if depth == Depth::Everything {
        workspace.build("peers")?;
        for (name, numbers) in workspace.run("peers", &["crowd"])?.all() {
            if let [requests, last] = numbers[..] {
                measured.put(format!("requests/tasks-{name}"), requests);
                measured.put(format!("milliseconds/tasks-{name}"), last);
            }
        }
    }
    Ok(())
}

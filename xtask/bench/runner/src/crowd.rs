//! A crowd at an expired token: how many token requests it sends, and when the last caller has its
//! token. Crowds at a shared rate limit, of cancelled callers, and of expired accounts.

use super::Depth;
use super::callgrind;
use super::measured::Measured;
use super::programs;
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
    if depth == Depth::Everything {
        rates(workspace, measured)?;
        for count in ["10000", "40000"] {
            let arguments = ["cancel", count].map(str::to_owned);
            let counts = callgrind::whole(workspace, "bench", &arguments)?;
            measured.put(format!("instructions/cancel-{count}"), counts.instructions);
        }
        storm(workspace, measured)?;
    }
    Ok(())
}

/// A limit of 100 a second: the most in any second, and the wait beyond the due time.
fn rates(workspace: &BenchWorkspace, measured: &mut Measured) -> Result<(), Stop> {
    for crowd in [["1", "512", "1"], ["48", "16", "1"], ["32", "8", "3"]] {
        let lines = workspace.run("bench", &[&["rate"], &crowd[..]].concat())?;
        let name = format!("{}x{}", crowd[0], crowd[1]);
        measured.put(format!("requests/rate-{name}"), lines.number("rate", 0)?);
        measured.put(
            format!("milliseconds/rate-{name}"),
            lines.number("rate", 1)?,
        );
    }
    Ok(())
}

/// 10,000 accounts of a file store, all expired, all used at once.
fn storm(workspace: &BenchWorkspace, measured: &mut Measured) -> Result<(), Stop> {
    const ACCOUNTS: &str = "10000";
    let folder = programs::folder(workspace)?;
    let folder = folder.path().join("store").to_string_lossy().into_owned();
    workspace.run("bench", &["fill", &folder, ACCOUNTS])?;
    let server = workspace.serve("bench", &["serve", "0"])?;
    let lines = workspace.run("bench", &["storm", &folder, server.address(), ACCOUNTS])?;
    for (place, unit) in ["seconds", "sockets", "threads", "milliseconds"]
        .into_iter()
        .enumerate()
    {
        measured.put(format!("{unit}/storm"), lines.number("storm", place)?);
    }
    Ok(())
}

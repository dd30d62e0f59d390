//! A renewal in a folder of few accounts and of many: it must not grow with them.

use super::Depth;
use super::callgrind::{self, Times};
use super::measured::Measured;
use super::programs;
use super::workspace::BenchWorkspace;
use crate::Stop;

/// Renewals of many accounts less those of few: both include opening the store.
const TIMES: Times = Times(2, 10);

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let many = match depth {
        Depth::Steady => "10000",
        Depth::Everything => "100000",
    };
    for (accounts, name) in [("12", "few"), (many, "many")] {
        let folder = programs::folder(workspace)?;
        let folder = folder.path().join("store").to_string_lossy().into_owned();
        workspace.run("bench", &["fill", &folder, accounts])?;
        let server = workspace.serve("bench", &["serve", "0"])?;
        let counts = callgrind::counts(workspace, "bench", TIMES, |times| {
            let first = if times == "2" { "0" } else { "2" };
            let arguments = ["renew", &folder, server.address(), first, times];
            arguments.map(str::to_owned).to_vec()
        })?;
        measured.put(format!("instructions/renewal-{name}"), counts.instructions);
        measured.put(format!("getdents/renewal-{name}"), counts.of("getdents64"));
    }
    Ok(())
}

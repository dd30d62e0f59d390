//! Stores among real processes: system errors, shared, killed, stopped, disconnected, with a wrong
//! clock.
//!
//! Cases that require a process of their own start this program again as `conformance store-probe` or
//! `conformance store-worker`.

pub(super) mod clock;
mod clocks;
mod holders;
mod kills;
mod lost;
mod machine;
mod probe;
mod proxy;
mod steps;
pub(super) mod store_dir;
mod syscalls;
mod together;
mod watch;
mod worker_main;
pub(super) mod worker_process;

use std::process::Command;

pub(crate) use probe::probe;
pub(crate) use worker_main::work;

use super::report::Report;
use crate::Stop;
use worlds::World;

/// The required tools, and the packages that contain them.
const TOOLS: &[(&str, &str)] = &[
    ("setpriv", "util-linux"),
    ("unshare", "util-linux"),
    ("mount", "mount"),
    ("faketime", "faketime"),
    ("strace", "strace"),
];

pub(super) fn run(worlds: &[World; 2], report: &mut Report) -> Result<(), Stop> {
    let there = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    let missing: Vec<_> = TOOLS.iter().filter(|(tool, _)| !there(tool)).collect();
    if !missing.is_empty() {
        let packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
        let packages = packages.join(" ");
        return Err(Stop::Missing(format!(
            "tools are missing: apt-get install -y {packages}"
        )));
    }
    crate::output(Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]))?;
    machine::run(report)?;
    together::run(report);
    holders::run(worlds, report);
    kills::run(worlds, report);
    lost::run(worlds, report);
    clocks::run(worlds, report);
    Ok(())
}

//! Stores in a database that the hosts of a service share: real PostgreSQL, PgBouncer and Redis
//! servers, programs that are killed and stopped, servers that crash.
//!
//! Every server runs on loopback in a folder of its own, and ends by its process id.

mod accidents;
mod crowd;
mod engine;
mod suite;
mod trouble;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::thread;

use engine::{Engine, Kind};

pub(crate) use suite::act;

use super::report::Report;
use super::rig::Rig;
use crate::Stop;

/// The required programs, where Debian puts them beside the search path, and their packages.
const TOOLS: &[(&str, &str)] = &[
    ("redis-server", "redis-server"),
    ("pgbouncer", "pgbouncer"),
    ("setpriv", "util-linux"),
    ("faketime", "faketime"),
];

pub(super) fn run(_: &[Rig; 2], report: &mut Report) -> Result<(), Stop> {
    let there = |tool: &str| {
        Command::new(tool).arg("--version").output().is_ok()
            || Path::new("/usr/sbin").join(tool).exists()
    };
    let mut missing: Vec<_> = TOOLS
        .iter()
        .filter(|(tool, _)| !there(tool))
        .map(|(_, package)| *package)
        .collect();
    if engine::postgres_folder().is_none() {
        missing.push("postgresql");
    }
    if !missing.is_empty() {
        let packages = missing.join(" ");
        return Err(Stop::Missing(format!(
            "servers are missing: apt-get install -y --no-install-recommends {packages}"
        )));
    }
    // At the same time, because the cases mostly wait.
    thread::scope(|scope| {
        let beside = scope.spawn(|| {
            let mut held = Report::held();
            over(Kind::Redis, &mut held).map(|()| held)
        });
        over(Kind::Postgres, report)?;
        over(Kind::Pooled, report)?;
        let panicked = |_| Err(Stop::Failed("the cases over Redis panicked".to_owned()));
        report.append(beside.join().unwrap_or_else(panicked)?);
        Ok(())
    })
}

/// Runs all cases over one engine.
fn over(kind: Kind, report: &mut Report) -> Result<(), Stop> {
    let failed = |failure| Stop::Failed(format!("{}: {failure}", kind.title()));
    let engine = Engine::start(kind).map_err(failed)?;
    report.about(kind.title());
    suite::run(&engine, report);
    crowd::run(&engine, report);
    if kind != Kind::Pooled {
        accidents::run(&engine, report);
        trouble::run(&engine, report);
    }
    Ok(())
}

/// Opens the store that a program was given, as the arguments of its process.
pub(crate) fn open(url: &OsString, namespace: &str) -> Result<engine::Opened, auth_core::Error> {
    engine::open(&url.to_string_lossy(), namespace)
}

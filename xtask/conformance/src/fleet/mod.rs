//! Stores in a database that the hosts of a service share: real PostgreSQL, PgBouncer and Redis
//! servers, programs that are killed and stopped, servers that crash or fail over, cables that are
//! cut.
//!
//! Every server runs on loopback in a folder of its own, and ends by its process id.

mod accidents;
mod crowd;
mod engine;
mod failover;
mod messages;
mod network;
mod program;
mod scene;
mod service;
mod setups;
mod suite;
mod tls;
mod trouble;
mod visitors;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::thread;

use engine::{Engine, Kind};

pub(crate) use suite::act;
pub(crate) use tls::open_once;

use super::expect::ensure;
use super::report::{CheckResult, Report};
use crate::Stop;
use worlds::World;

/// The required programs, where Debian puts them beside the search path, and their packages.
const TOOLS: &[(&str, &str)] = &[
    ("redis-server", "redis-server"),
    ("pgbouncer", "pgbouncer"),
    ("setpriv", "util-linux"),
    ("faketime", "faketime"),
    ("openssl", "openssl"),
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
];

pub(super) fn run(_: &[World; 2], report: &mut Report) -> Result<(), Stop> {
    let there = |tool: &str| {
        Command::new(tool).arg("--version").output().is_ok()
            || Path::new("/usr/sbin").join(tool).exists()
    };
    let mut missing: Vec<_> = TOOLS
        .iter()
        .filter(|(tool, _)| !there(tool))
        .map(|(_, package)| *package)
        .collect();
    if program::postgres_folder().is_none() {
        missing.push("postgresql");
    }
    if !missing.is_empty() {
        let packages = missing.join(" ");
        return Err(Stop::Missing(format!(
            "servers are missing: apt-get install -y --no-install-recommends {packages}"
        )));
    }
    program::clean_up().map_err(|failure| Stop::Failed(failure.to_string()))?;
    // At the same time, because the cases mostly wait.
    thread::scope(|scope| {
        let beside = |run: fn(Kind, &mut Report) -> Result<(), Stop>, kind| {
            scope.spawn(move || {
                let mut held = Report::held();
                run(kind, &mut held).map(|()| held)
            })
        };
        let both = [Kind::Postgres, Kind::Redis];
        let apart = both.map(|kind| beside(apart, kind));
        let redis = beside(over, Kind::Redis);
        let valkey = there(Kind::Valkey.program()).then(|| beside(over, Kind::Valkey));
        over(Kind::Postgres, report)?;
        over(Kind::Pooled, report)?;
        let panicked = |_| {
            Err(Stop::Failed(
                "cases that run beside others panicked".to_owned(),
            ))
        };
        report.append(redis.join().unwrap_or_else(panicked)?);
        match valkey {
            Some(valkey) => report.append(valkey.join().unwrap_or_else(panicked)?),
            None => {
                report.about(Kind::Valkey.title());
                report.not_offered(
                    "all cases over Redis, with valkey-server",
                    "Debian 12 has no package of it",
                    has_no_package,
                );
            }
        }
        for one in apart {
            report.append(one.join().unwrap_or_else(panicked)?);
        }
        Ok(())
    })
}

/// Runs the cases that need engines of their own, or none.
fn apart(kind: Kind, report: &mut Report) -> Result<(), Stop> {
    fails_over(kind, report)?;
    is_cut_off(kind, report)?;
    if kind.is_redis() {
        over_files(report);
    }
    Ok(())
}

/// Runs the cases of a primary and its standby.
fn fails_over(kind: Kind, report: &mut Report) -> Result<(), Stop> {
    let title = match kind.is_redis() {
        true => "failover of Redis to a replica",
        false => "failover of PostgreSQL to a standby",
    };
    report.about(title);
    failover::run(kind, report).map_err(|failure| Stop::Failed(format!("{title}: {failure}")))
}

/// Runs the cases of a host behind cables.
fn is_cut_off(kind: Kind, report: &mut Report) -> Result<(), Stop> {
    let title = match kind.is_redis() {
        true => "a host with cables to Redis, in a network namespace",
        false => "a host with cables to PostgreSQL, in a network namespace",
    };
    report.about(title);
    network::run(kind, report).map_err(|failure| Stop::Failed(format!("{title}: {failure}")))
}

/// Runs the cases that one host can have. `conformance stores` has its kills, cuts and clocks.
fn over_files(report: &mut Report) {
    report.about("one host over the file store");
    report.single("32 processes: 50 rounds, 50 renewals", || {
        crowd::over_files(32)
    });
    report.single(
        "the holder is stopped at each step: nothing is sent twice",
        accidents::stopped_over_files,
    );
}

/// Fails if the system could install Valkey.
fn has_no_package() -> CheckResult {
    let mut policy = Command::new("apt-cache");
    let known = program::finished(policy.args(["policy", "valkey-server"]))?;
    let known = known.contains("Candidate:") && !known.contains("Candidate: (none)");
    ensure(!known, "apt-get install valkey-server, also in .ci/run")
}

/// Runs all cases over one engine.
fn over(kind: Kind, report: &mut Report) -> Result<(), Stop> {
    let failed = |failure| Stop::Failed(format!("{}: {failure}", kind.title()));
    let engine = Engine::start(kind).map_err(failed)?;
    report.about(kind.title());
    suite::run(&engine, report);
    tls::run(&engine, report);
    crowd::run(&engine, report);
    messages::run(&engine, report);
    if kind != Kind::Pooled {
        accidents::run(&engine, report);
        trouble::run(&engine, report);
    }
    setups::run(&engine, report);
    service::run(&engine, report);
    Ok(())
}

/// Opens the store that a program was given, as the arguments of its process. Tries again as a
/// service does that starts while its engine is busy.
pub(crate) fn open(url: &OsString, namespace: &str) -> Result<engine::Opened, auth_core::Error> {
    const TIMES: usize = 4;
    let open = || engine::open(&url.to_string_lossy(), namespace);
    let again = |result: &Result<_, auth_core::Error>| {
        let failed = result.as_ref().err();
        failed.is_some_and(auth_core::Error::is_retryable)
    };
    let mut opened = open();
    for _ in 1..TIMES {
        if !again(&opened) {
            break;
        }
        opened = open();
    }
    opened
}

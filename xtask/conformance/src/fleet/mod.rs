//! Stores in a database that the hosts of a service share: real PostgreSQL, PgBouncer and Redis
//! servers, programs that are killed and stopped, servers that crash or fail over, cables that are
//! cut.
//!
//! Every server runs on loopback in a folder of its own, and ends by its process id.

mod accidents;
mod crowd;
mod disk;
mod dump;
mod engine;
mod failover;
mod frozen;
mod held_up;
mod line;
mod many;
mod messages;
mod network;
mod outages;
mod program;
mod rate;
mod scene;
mod service;
mod setups;
mod suite;
mod tls;
mod trouble;
mod valkey;
mod visitors;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::thread;

use engine::{Engine, EngineKind};

pub(crate) use rate::send;
pub(crate) use suite::act;
pub(crate) use tls::open_once;

use super::report::{CheckResult, Report};
use crate::Stop;
use support::servers::postgres_folder;
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

/// Cases that start their engines themselves: the titles over PostgreSQL and over Redis.
type Part = (
    [&'static str; 2],
    fn(EngineKind, &mut Report) -> CheckResult,
);

/// The parts of a list run one after the other, the lists beside each other.
const APART: &[&[Part]] = &[
    &[
        (
            [
                "failover of PostgreSQL to a standby",
                "failover of Redis to a replica",
            ],
            failover::run,
        ),
        (
            [
                "a host with cables to PostgreSQL, in a network namespace",
                "a host with cables to Redis, in a network namespace",
            ],
            network::run,
        ),
        (
            [
                "a proxy in front of a host, over PostgreSQL",
                "a proxy in front of a host, over Redis",
            ],
            held_up::run,
        ),
    ],
    &[(
        [
            "PostgreSQL, away in mid-renewal",
            "Redis, away in mid-renewal",
        ],
        outages::run,
    )],
    &[(
        [
            "a host that hangs for a minute, over PostgreSQL",
            "a host that hangs for a minute, over Redis",
        ],
        frozen::run,
    )],
    &[
        (
            ["PostgreSQL on a full disk", "Redis on a full disk"],
            disk::run,
        ),
        (
            [
                "a rate limit shared over PostgreSQL",
                "a rate limit shared over Redis",
            ],
            rate::run,
        ),
    ],
];

/// After all others, because it leaves them no processor.
const LAST: &[Part] = &[(
    [
        "10,000 accounts over PostgreSQL",
        "10,000 accounts over Redis",
    ],
    many::run,
)];

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
    if postgres_folder().is_none() {
        missing.push("postgresql");
    }
    if !missing.is_empty() {
        let packages = missing.join(" ");
        return Err(Stop::Missing(format!(
            "servers are missing: apt-get install -y --no-install-recommends {packages}"
        )));
    }
    valkey::install()?;
    program::clean_up().map_err(|failure| Stop::Failed(failure.to_string()))?;
    // At the same time, because the cases mostly wait.
    thread::scope(|scope| {
        let mut apart = Vec::new();
        for parts in APART {
            for kind in [EngineKind::Postgres, EngineKind::Redis] {
                apart.push(scope.spawn(move || held(|report| own_engines(parts, kind, report))));
            }
        }
        apart.push(scope.spawn(|| held(over_files)));
        let beside = |kind| held(|report| over(kind, report));
        let valkey = scope.spawn(move || beside(EngineKind::Valkey));
        // Redis needs less time than PostgreSQL, which leaves some for PgBouncer.
        let two = scope.spawn(move || [EngineKind::Redis, EngineKind::Pooled].map(beside));
        over(EngineKind::Postgres, report)?;
        let panicked = || Err(Stop::Failed("cases beside others panicked".to_owned()));
        let [redis, pooled] = two.join().unwrap_or_else(|_| [panicked(), panicked()]);
        report.append(pooled?);
        report.append(redis?);
        for one in [valkey].into_iter().chain(apart) {
            report.append(one.join().unwrap_or_else(|_| panicked())?);
        }
        for kind in [EngineKind::Postgres, EngineKind::Redis] {
            own_engines(LAST, kind, report)?;
        }
        Ok(())
    })
}

/// Runs cases beside others, whose rows are printed later.
fn held(run: impl FnOnce(&mut Report) -> Result<(), Stop>) -> Result<Report, Stop> {
    let mut report = Report::held();
    run(&mut report).map(|()| report)
}

/// Runs cases that start their engines themselves, one after the other.
fn own_engines(parts: &[Part], kind: EngineKind, report: &mut Report) -> Result<(), Stop> {
    for ([postgres, redis], run) in parts {
        let title = match kind.is_redis() {
            true => redis,
            false => postgres,
        };
        report.about(title);
        run(kind, report).map_err(|failure| Stop::Failed(format!("{title}: {failure}")))?;
    }
    Ok(())
}

/// Runs the cases that one host can have. `conformance stores` has its kills, cuts and clocks.
fn over_files(report: &mut Report) -> Result<(), Stop> {
    report.about("one host over the file store");
    report.single("32 processes: 50 rounds, 50 renewals", || {
        crowd::over_files(32)
    });
    report.single(
        "the holder is killed at each step: nothing else is lost",
        accidents::killed_over_files,
    );
    report.single(
        "the holder is stopped at each step: nothing is sent twice",
        accidents::stopped_over_files,
    );
    report.single(rate::NAME, rate::over_files);
    Ok(())
}

/// Runs all cases over one engine.
fn over(kind: EngineKind, report: &mut Report) -> Result<(), Stop> {
    let failed = |failure| Stop::Failed(format!("{}: {failure}", kind.title()));
    let engine = Engine::start(kind).map_err(failed)?;
    report.about(kind.title());
    suite::run(&engine, report);
    tls::run(&engine, report);
    crowd::run(&engine, report);
    messages::run(&engine, report);
    if kind != EngineKind::Pooled {
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

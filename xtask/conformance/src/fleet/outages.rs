//! An engine that is away for longer than a restart takes, in the middle of renewals at each step.

use std::time::Duration;

use super::engine::{Engine, Kind};
use super::scene::{Holder, Scene, each, stopped_at_each_step};
use crate::report::{CheckResult, Failure, Report};

/// An outage that loses no login.
const AWAY: Duration = Duration::from_secs(20);

pub(super) fn run(kind: Kind, report: &mut Report) -> CheckResult {
    let engine = Engine::start_hasty(kind)?;
    report.single("away for 20 s at each step: 1 renewal, none lost", || {
        at_each_step(&engine, AWAY)
    });
    Ok(())
}

/// One outage, for holders at each step in both worlds.
pub(super) fn at_each_step(engine: &Engine, time: Duration) -> CheckResult {
    let scene = |namespace: &str| Scene::at(&engine.url(), namespace);
    let mut holders = stopped_at_each_step(engine, scene)?;
    let in_async = |namespace: &str| Ok(scene(namespace)?.in_async());
    holders.extend(stopped_at_each_step(engine, in_async)?);
    each(away(engine, holders, time)?, Holder::goes_on)
}

/// Kills the engine, lets the holders go on, and starts it again after a while.
fn away(engine: &Engine, holders: Vec<Holder>, time: Duration) -> Result<Vec<Holder>, Failure> {
    engine.kill()?;
    for holder in &holders {
        holder.worker.go_on()?;
    }
    engine.crash(time)?;
    Ok(holders)
}

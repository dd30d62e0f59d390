//! An engine that is away for longer than a restart takes, in the middle of renewals at each step.

use std::thread;
use std::time::{Duration, Instant};

use auth_testkit::Rotation;

use super::engine::{Engine, EngineKind};
use super::scene::{CONFIRMED, Holder, SLACK, Scene, may_be_tried_again, stopped_at_each_step};
use crate::expect::{each, ensure};
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{counted, rotations, since};
use crate::stores::worker_process::WorkerReply;

/// An outage that loses no login.
const AWAY: Duration = Duration::from_secs(20);
/// Longer than a save is repeated.
const LONG: Duration = Duration::from_secs(40);

pub(super) fn run(kind: EngineKind, report: &mut Report) -> CheckResult {
    let engine = Engine::start_hasty(kind)?;
    report.single("away for 20 s at each step: 1 renewal, none lost", || {
        at_each_step(&engine, AWAY)
    });
    report.single("away for 40 s, another host calls first: none lost", || {
        // A server that only refuses a refresh token which comes again.
        let scene = |namespace: &str| Scene::with(Rotation::Instant, &engine.url(), namespace);
        let holders = stopped_at_each_step(&engine, scene)?;
        each(away(&engine, holders, LONG)?, other_first)
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

/// Another host calls before the holder does. It may be refused while the holder has not saved yet;
/// after that both serve, without a login.
fn other_first(holder: Holder) -> CheckResult {
    let (scene, mut worker, name) = (holder.scene, holder.worker, holder.name);
    let at_this = |failure: Failure| format!("{name}: {failure}");
    let mut other = scene.start.spawn()?;
    let end = Instant::now() + CONFIRMED + SLACK;
    loop {
        match other.ask("call")? {
            WorkerReply::Failed(_) if Instant::now() < end => {
                thread::sleep(Duration::from_millis(200))
            }
            reply => break reply.went_well().map_err(at_this)?,
        }
    }
    let own = worker.reply()?;
    ensure(may_be_tried_again(&own), format!("{name}: {own:?}"))?;
    let later = scene.call_within(&mut worker, SLACK)?;
    later.went_well().map_err(at_this)?;
    let renewals = rotations(&since(&scene.server, holder.mark));
    Ok(counted("renewals", renewals, 1).map_err(at_this)?)
}

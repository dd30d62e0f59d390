//! A holder that is killed or stopped, and an engine that crashes, at each step of a renewal.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::ErrorKind;

use super::engine::{Engine, LEASE};
use super::outages;
use super::scene::{MOST_STEPS, SLACK, Scene, each_step, may_be_tried_again};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{StoreDir, counted, rotations, since};

/// How long a server is away that starts slowly.
const DOWN: Duration = Duration::from_secs(3);

pub(super) fn run(engine: &Engine, report: &mut Report) {
    report.single(
        "the holder is killed at each step: nothing else is lost",
        || each_step(|step| killed(engine, step)),
    );
    report.single(
        "the holder is stopped at each step: nothing is sent twice",
        || each_step(|step| stopped(&Scene::new(engine)?, step)),
    );
    report.single("the engine crashes at each step, back at once", || {
        crashes(engine)
    });
    report.single("the engine crashes at each step, back after 3 s", || {
        outages::at_each_step(engine, DOWN)
    });
}

/// The same over the file store, whose processes are on one host.
pub(super) fn stopped_over_files() -> CheckResult {
    each_step(|step| {
        let dir = StoreDir::new()?;
        stopped(&Scene::in_files(&dir)?, step)
    })
}

fn killed(engine: &Engine, step: usize) -> Result<bool, Failure> {
    let scene = Scene::new(engine)?;
    let mark = scene.server.requests().mark();
    let Some((worker, name)) = scene.halted(step, None)? else {
        return Ok(false);
    };
    let at_this = |failure: Failure| format!("{name}: {failure}");
    worker.kill()?;
    let rotated = rotations(&since(&scene.server, mark)) == 1;
    let mut fresh = scene.start.spawn()?;
    // One call: it waits for the end of the lease, also of one that was confirmed.
    let heard = fresh.ask("call").map_err(at_this)?;
    // The answer of the server was in the memory of the process only.
    let is_lost = rotated && ["after POST /oauth/token", "before save"].contains(&&*name);
    match is_lost {
        true => {
            let needs_login = heard.is(ErrorKind::NeedsLogin);
            ensure(
                needs_login,
                format!("{name}: expected NeedsLogin, got {heard:?}"),
            )?;
            fresh.ask("log-in")?.went_well().map_err(at_this)?;
        }
        false => heard.went_well().map_err(at_this)?,
    }
    fresh.ask("call")?.went_well().map_err(at_this)?;
    Ok(true)
}

fn stopped(scene: &Scene, step: usize) -> Result<bool, Failure> {
    let mark = scene.server.requests().mark();
    let Some((mut worker, name)) = scene.halted(step, Some(Duration::from_millis(500)))? else {
        return Ok(false);
    };
    worker.stop()?;
    let asleep = Instant::now();
    let mut other = scene.start.spawn()?;
    other.tell("call")?;
    // Longer than a lease that was not confirmed.
    let early = other.hear_within(LEASE * 3)?;
    thread::sleep((LEASE * 3).saturating_sub(asleep.elapsed()));
    worker.go_on()?;
    let own = worker.hear()?;
    let late = match early {
        Some(heard) => heard,
        None => other.hear()?,
    };
    for heard in [&own, &late] {
        ensure(may_be_tried_again(heard), format!("{name}: {heard:?}"))?;
    }
    for one in [&mut worker, &mut other] {
        let heard = scene.call_within(one, SLACK)?;
        heard
            .went_well()
            .map_err(|failure| format!("{name}: {failure}"))?;
    }
    counted("renewals", rotations(&since(&scene.server, mark)), 1)
        .map_err(|failure| format!("{name}: {failure}"))?;
    Ok(true)
}

/// Kills the engine at each step, one after the other: it is one for all.
fn crashes(engine: &Engine) -> CheckResult {
    for step in 1..MOST_STEPS {
        let scene = Scene::new(engine)?;
        let mark = scene.server.requests().mark();
        let pause = Duration::from_millis(300);
        let Some((mut worker, name)) = scene.halted(step, Some(pause))? else {
            let reached = step - 1;
            return ensure(
                reached >= 10,
                format!("expected at least 10 steps, got {reached}"),
            );
        };
        let at_this = |failure: Failure| format!("step {step}, {name}: {failure}");
        engine.crash(Duration::ZERO).map_err(at_this)?;
        let own = worker.hear()?;
        scene.goes_on(&own, worker, mark).map_err(at_this)?;
    }
    Err("the flow does not end".into())
}

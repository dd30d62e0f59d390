//! A holder that is killed or stopped, and an engine that crashes, at each step of a renewal.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::ErrorKind;

use super::engine::{Engine, LEASE};
use super::outages;
use super::scene::{CONFIRMED, MOST_STEPS, SLACK, Scene, each_step, may_be_tried_again};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{StoreDir, counted, rotations, since};

/// How long a server is away that starts slowly.
const DOWN: Duration = Duration::from_secs(3);

pub(super) fn run(engine: &Engine, report: &mut Report) {
    report.single(
        "the holder is killed at each step: nothing else is lost",
        || each_step(|step| killed(&Scene::new(engine)?, [LEASE, CONFIRMED], step)),
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

/// The same over the file store, whose processes are on one host: a lease ends with its process.
pub(super) fn killed_over_files() -> CheckResult {
    each_step(|step| {
        let dir = StoreDir::new()?;
        killed(&Scene::in_files(&dir)?, [Duration::ZERO; 2], step)
    })
}

/// The same over the file store, whose processes are on one host.
pub(super) fn stopped_over_files() -> CheckResult {
    each_step(|step| {
        let dir = StoreDir::new()?;
        stopped(&Scene::in_files(&dir)?, step)
    })
}

/// Kills the holder at this step. The next process is served at the end of a lease that lasts so long
/// without its holder, and of one that was confirmed.
fn killed(scene: &Scene, leases: [Duration; 2], step: usize) -> Result<bool, Failure> {
    let mark = scene.server.requests().mark();
    let Some((worker, name)) = scene.halted(step, None)? else {
        return Ok(false);
    };
    let at_this = |failure: Failure| format!("{name}: {failure}");
    let mut fresh = scene.start.spawn()?;
    worker.kill()?;
    let dead = Instant::now();
    let rotated = rotations(&since(&scene.server, mark)) == 1;
    // One call: it waits for the end of the lease, also of one that was confirmed.
    let reply = fresh.ask("call").map_err(at_this)?;
    let took = dead.elapsed();
    let is_confirmed = ["after confirm", "before POST /oauth/token"].contains(&&*name)
        || rotated && ["after POST /oauth/token", "before save"].contains(&&*name);
    let lease = leases[usize::from(is_confirmed)];
    ensure(
        took < lease + SLACK,
        format!("{name}: served after {took:?}, the lease is of {lease:?}"),
    )?;
    // The answer of the server was in the memory of the process only.
    let is_lost = rotated && ["after POST /oauth/token", "before save"].contains(&&*name);
    match is_lost {
        true => {
            let needs_login = reply.is(ErrorKind::NeedsLogin);
            ensure(
                needs_login,
                format!("{name}: expected NeedsLogin, got {reply:?}"),
            )?;
            fresh.ask("log-in")?.went_well().map_err(at_this)?;
        }
        false => reply.went_well().map_err(at_this)?,
    }
    fresh.ask("call")?.went_well().map_err(at_this)?;
    // The server refuses a token that is used up once.
    let log = since(&scene.server, mark);
    counted("renewals", rotations(&log), 1).map_err(at_this)?;
    let sent = 1 + usize::from(is_lost);
    counted("token requests", log.grant("refresh_token"), sent).map_err(at_this)?;
    // The next end of a token, when the dead holder has long been forgotten.
    scene.server.revoke_access_tokens();
    let began = Instant::now();
    scene
        .start
        .spawn()?
        .ask("call")?
        .went_well()
        .map_err(at_this)?;
    let took = began.elapsed();
    ensure(
        took < leases[0] + SLACK,
        format!("{name}: at the next end of a token served after {took:?}"),
    )?;
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
    let early = other.reply_within(LEASE * 3)?;
    thread::sleep((LEASE * 3).saturating_sub(asleep.elapsed()));
    worker.go_on()?;
    let own = worker.reply()?;
    let late = match early {
        Some(reply) => reply,
        None => other.reply()?,
    };
    for reply in [&own, &late] {
        ensure(may_be_tried_again(reply), format!("{name}: {reply:?}"))?;
    }
    for one in [&mut worker, &mut other] {
        let reply = scene.call_within(one, SLACK)?;
        reply
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
        let own = worker.reply()?;
        scene.goes_on(&own, worker, mark).map_err(at_this)?;
    }
    Err("the flow does not end".into())
}

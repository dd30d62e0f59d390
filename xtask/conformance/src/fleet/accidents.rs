//! A holder that is killed or stopped, and an engine that crashes, at each step of a renewal.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::ErrorKind;
use auth_testkit::{Rotation, TestServer};

use super::engine::{Engine, LEASE};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{counted, rotations, server, since};
use crate::stores::worker_process::{Heard, Start, Worker};

/// More steps than a renewal has.
const MOST_STEPS: usize = 30;
/// How long a lease is confirmed for at most: the time of a token request, and that of the save.
const CONFIRMED: Duration = Duration::from_secs(35);
/// What a busy machine may need in addition.
const SLACK: Duration = Duration::from_secs(10);

pub(super) fn run(engine: &Engine, report: &mut Report) {
    report.single(
        "the holder is killed at each step: nothing else is lost",
        || each_step(|step| killed(engine, step)),
    );
    report.single(
        "the holder is stopped at each step: nothing is sent twice",
        || each_step(|step| stopped(engine, step)),
    );
    for (name, down) in [
        (
            "the engine crashes at each step, back at once",
            Duration::ZERO,
        ),
        (
            "the engine crashes at each step, back after 3 s",
            Duration::from_secs(3),
        ),
    ] {
        report.single(name, || crashes(engine, down));
    }
    report.single("the engine is away for 20 s at the save", || {
        let save = |name: &str| name == "before save";
        let crashed = crash_where(engine, Duration::from_secs(20), save)?;
        ensure(crashed == 1, "the save was not reached")
    });
}

/// Runs a case for each step, all at once, until one says that there is no such step.
fn each_step(case: impl Fn(usize) -> Result<bool, Failure> + Sync) -> CheckResult {
    let reached = thread::scope(|scope| -> Result<usize, Failure> {
        let case = &case;
        let all: Vec<_> = (1..=MOST_STEPS)
            .map(|step| scope.spawn(move || case(step)))
            .collect();
        let mut reached = 0;
        for (step, one) in (1..).zip(all) {
            let result = one.join().map_err(|_| "it panicked")?;
            let found = result.map_err(|failure| format!("step {step}: {failure}"))?;
            reached += usize::from(found);
        }
        Ok(reached)
    })?;
    ensure(
        (10..MOST_STEPS).contains(&reached),
        format!("expected at least 10 steps, got {reached}"),
    )
}

struct Scene {
    server: TestServer,
    start: Start,
}

impl Scene {
    /// A login whose access token the server rejects.
    fn new(engine: &Engine) -> Result<Self, Failure> {
        let server = server(Rotation::KillFamily)?;
        let start = Start::over(&server, &engine.url(), &engine.namespace()?);
        start.spawn()?.ask("log-in")?.went_well()?;
        Ok(Self { server, start })
    }

    /// Starts a call that halts at this step for so long. `None` if there is no such step.
    fn halted(
        &self,
        step: usize,
        pause: Option<Duration>,
    ) -> Result<Option<(Worker, String)>, Failure> {
        self.server.revoke_access_tokens();
        let mut start = self.start.clone().halt_at(step);
        if let Some(pause) = pause {
            start = start.halt_for(pause);
        }
        let mut worker = start.spawn()?;
        match worker.ask("call")? {
            Heard::Halted(name) => Ok(Some((worker, name))),
            heard => {
                heard.went_well()?;
                Ok(None)
            }
        }
    }

    /// Calls until the call does not fail for a reason that passes, at most for this time.
    fn call_within(&self, worker: &mut Worker, limit: Duration) -> Result<Heard, Failure> {
        let end = Instant::now() + limit;
        loop {
            match worker.ask("call")? {
                Heard::Failed(failure) if failure.retryable && Instant::now() < end => {
                    thread::sleep(Duration::from_millis(100));
                }
                heard => return Ok(heard),
            }
        }
    }
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

fn stopped(engine: &Engine, step: usize) -> Result<bool, Failure> {
    let scene = Scene::new(engine)?;
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
        let fine = match heard {
            Heard::Ok => true,
            Heard::Failed(failure) => failure.retryable,
            _ => false,
        };
        ensure(fine, format!("{name}: {heard:?}"))?;
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

fn crashes(engine: &Engine, down: Duration) -> CheckResult {
    let crashed = crash_where(engine, down, |_| true)?;
    ensure(
        crashed >= 10,
        format!("expected at least 10 steps, got {crashed}"),
    )
}

/// Kills the engine at each step with such a name, one after the other: it is one for all.
fn crash_where(
    engine: &Engine,
    down: Duration,
    wanted: impl Fn(&str) -> bool,
) -> Result<usize, Failure> {
    let mut crashed = 0;
    for step in 1..MOST_STEPS {
        let scene = Scene::new(engine)?;
        let mark = scene.server.requests().mark();
        let pause = Duration::from_millis(300);
        let Some((mut worker, name)) = scene.halted(step, Some(pause))? else {
            return Ok(crashed);
        };
        if !wanted(&name) {
            continue;
        }
        crashed += 1;
        let at_this = |failure: Failure| format!("step {step}, {name}: {failure}");
        engine.crash(down).map_err(at_this)?;
        let own = worker.hear()?;
        let fine = match &own {
            Heard::Ok => true,
            Heard::Failed(failure) => failure.retryable,
            _ => false,
        };
        ensure(fine, format!("step {step}, {name}: {own:?}"))?;
        scene
            .call_within(&mut worker, SLACK)
            .and_then(Heard::went_well)
            .map_err(at_this)?;
        drop(worker);
        let mut fresh = scene.start.spawn()?;
        scene
            .call_within(&mut fresh, CONFIRMED + LEASE + SLACK)
            .and_then(Heard::went_well)
            .map_err(at_this)?;
        counted("renewals", rotations(&since(&scene.server, mark)), 1).map_err(at_this)?;
    }
    Err("the flow does not end".into())
}

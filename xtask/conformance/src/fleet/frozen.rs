//! A host that hangs for longer than any lease, at each step of a renewal.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::ErrorKind;

use super::engine::{Engine, EngineKind, LEASE};
use super::scene::{CONFIRMED, Holder, SLACK, Scene, may_be_tried_again, stopped_at_each_step};
use crate::expect::{each, ensure};
use crate::report::{CheckResult, Report};
use crate::stores::store_dir::{counted, rotations, since};
use crate::stores::worker_process::WorkerReply;

/// Longer than a lease that was confirmed, and than the wait for one.
const ASLEEP: Duration = Duration::from_secs(60);

/// What a host that hangs for so long costs, by the step at which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// Another host renews, and both go on.
    Nothing,
    /// The host sends the used refresh token when it wakes, unless its call has timed out before.
    AtWaking,
    /// The new token is in the memory of that host only, and another one sends the used one.
    Meanwhile,
}

impl Loss {
    fn of(step: &str) -> Self {
        match step {
            "before POST /oauth/token" => Self::AtWaking,
            "after POST /oauth/token" | "before save" => Self::Meanwhile,
            _ => Self::Nothing,
        }
    }
}

pub(super) fn run(kind: EngineKind, report: &mut Report) -> CheckResult {
    let engine = Engine::start_hasty(kind)?;
    report.single("stopped for 60 s at each step: as the guide says", || {
        // Each world over one of the engines: what a late save finds is the engine's.
        let scene = |namespace: &str| {
            let scene = Scene::at(&engine.url(), namespace)?;
            Ok(match kind.is_redis() {
                true => scene.in_async(),
                false => scene,
            })
        };
        let holders = stopped_at_each_step(&engine, scene)?;
        let end = Instant::now() + ASLEEP;
        each(holders, |holder| {
            let name = holder.name.clone();
            wakes(holder, end).map_err(|failure| format!("{name}: {failure}").into())
        })
    });
    Ok(())
}

/// Another host calls while the holder is stopped. The holder wakes at the end, and a late save of
/// its replaces no newer record.
fn wakes(holder: Holder, end: Instant) -> CheckResult {
    let (scene, mut worker) = (&holder.scene, holder.worker);
    let loss = Loss::of(&holder.name);
    let is_lost = |reply: &WorkerReply| reply.is(ErrorKind::NeedsLogin);
    let mut other = scene.start.spawn()?;
    let reply = scene.call_within(&mut other, CONFIRMED + LEASE + SLACK)?;
    match loss {
        Loss::Meanwhile => {
            ensure(
                is_lost(&reply),
                format!("expected NeedsLogin, got {reply:?}"),
            )?;
            other.ask("log-in")?.went_well()?;
        }
        Loss::Nothing | Loss::AtWaking => reply.went_well()?,
    }
    thread::sleep(end.saturating_duration_since(Instant::now()));
    worker.go_on()?;
    let own = worker.reply()?;
    // The token of a late save is dead, and the call that waited for it may be told so.
    let may_fail = loss != Loss::Nothing && is_lost(&own);
    ensure(
        may_fail || may_be_tried_again(&own),
        format!("it woke with {own:?}"),
    )?;
    if loss == Loss::AtWaking {
        let later = scene.call_within(&mut worker, SLACK)?;
        match is_lost(&later) {
            true => other.ask("log-in")?.went_well()?,
            false => later.went_well()?,
        }
    }
    let mark = scene.server.requests().mark();
    for one in [&mut scene.start.spawn()?, &mut other] {
        scene.call_within(one, SLACK)?.went_well()?;
    }
    // What is stored is the newest login, whatever the holder saved.
    counted("late token requests", since(&scene.server, mark).token(), 0)?;
    // The holder may use the dead token until it looks at the store again.
    let end = Instant::now() + SLACK * 2;
    loop {
        let reply = worker.ask("call")?;
        let may_pass = loss == Loss::Meanwhile && is_lost(&reply) || may_be_tried_again(&reply);
        if reply == WorkerReply::Ok || !may_pass || Instant::now() > end {
            reply
                .went_well()
                .map_err(|failure| format!("the holder: {failure}"))?;
            break;
        }
        thread::sleep(Duration::from_millis(500));
    }
    counted("renewals", rotations(&since(&scene.server, holder.mark)), 1)
}

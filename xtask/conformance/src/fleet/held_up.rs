//! A line between a host and the engine, or the token endpoint, that is silent, closed, or loses
//! responses in mid-renewal, at each step.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, SecretBytes, Store as _};

use super::engine::{self, Engine, EngineKind, LEASE, PASSWORD};
use super::line::{Line, State};
use super::scene::{CONFIRMED, Holder, SLACK, Scene, may_be_tried_again, stopped_at_each_step};
use super::trouble::key;
use crate::expect::{each, ensure};
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{counted, rotations, since};
use crate::stores::worker_process::WorkerReply;

/// Longer than a store waits for one response.
const SILENT: Duration = Duration::from_secs(8);
/// Another host may take a lease meanwhile that was not confirmed.
const CLOSED: Duration = LEASE.saturating_add(Duration::from_secs(1));
/// Long enough for a request that is under way.
const A_MOMENT: Duration = Duration::from_secs(1);
/// The step at which the new token is in the memory of the holder only.
const UNSAVED: &str = "before save";

/// What a line leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Engine,
    TokenEndpoint,
}

pub(super) fn run(kind: EngineKind, report: &mut Report) -> CheckResult {
    let engine = Engine::start_hasty(kind)?;
    report.single(
        "silent for 8 s to the engine, at each step: 1 renewal",
        || disturbed(&engine, To::Engine, State::Silent, SILENT),
    );
    report.single("closed to the engine, at each step: 1 renewal", || {
        disturbed(&engine, To::Engine, State::Closed, CLOSED)
    });
    report.single(
        "a save whose response is lost is repeated: it counts",
        || repeated_save(&engine),
    );
    report.single(
        "the engine's responses are lost, at each step: 1 renewal",
        || save_unheard(&engine),
    );
    report.single("silent for 8 s to the token endpoint: 1 renewal", || {
        disturbed(&engine, To::TokenEndpoint, State::Silent, SILENT)
    });
    report.single("closed to the token endpoint: 1 renewal", || {
        disturbed(&engine, To::TokenEndpoint, State::Closed, CLOSED)
    });
    report.single("a token response is lost: one login, at this step", || {
        token_unheard(&engine)
    });
    Ok(())
}

/// How the account of each step is set up. Each world runs over one of the engines.
fn scenes(engine: &Engine, to: To) -> impl Fn(&str) -> Result<Scene, Failure> + Sync {
    move |namespace| {
        let scene = Scene::at(&engine.url(), namespace)?;
        let scene = match to {
            To::Engine => scene.with_line_to_engine(engine, namespace)?,
            To::TokenEndpoint => scene.with_line_to_server()?,
        };
        Ok(match engine.kind.is_redis() {
            true => scene.in_async(),
            false => scene,
        })
    }
}

/// The holder's line is disturbed in the middle of a renewal, while another host calls.
fn disturbed(engine: &Engine, to: To, state: State, time: Duration) -> CheckResult {
    let mut pairs = Vec::new();
    for holder in stopped_at_each_step(engine, scenes(engine, to))? {
        holder.scene.line()?.set(state);
        holder.worker.go_on()?;
        let mut other = holder.scene.start.spawn()?;
        other.tell("call")?;
        pairs.push((holder, other));
    }
    thread::sleep(time);
    let mut met = 0;
    for (holder, _) in &pairs {
        let line = holder.scene.line()?;
        met += usize::from(line.was_disturbed());
        line.set(State::Open);
    }
    let all = pairs.len();
    ensure(met * 2 > all, format!("{met} of {all} lines were used"))?;
    each(pairs, |(holder, mut other)| {
        let late = other.reply()?;
        ensure(
            may_be_tried_again(&late),
            format!("{}, the other: {late:?}", holder.name),
        )?;
        holder.goes_on()
    })
}

/// A store that got no response to its save repeats it over another connection, and meets its own
/// record.
fn repeated_save(engine: &Engine) -> CheckResult {
    let (namespace, line) = (engine.namespace()?, Line::to(engine.port())?);
    let store = engine::open(&engine.url_with(PASSWORD, line.port()), &namespace)?;
    let other = engine.open(&namespace)?;
    let (own, record) = (key("unheard"), |byte| SecretBytes::new(vec![byte; 2000]));
    let lease = store.try_lease(&own)?.ok_or("the lease is taken")?;
    store.save(&lease, &record(b'o'))?;
    ensure(store.confirm(&lease, CONFIRMED)?, "it is not confirmed")?;
    let has_it = || -> Result<bool, Failure> {
        let found = other.load(&own)?.ok_or("it is gone")?;
        Ok(found.as_ref()[0] == b'n')
    };
    line.set(State::LosesResponses);
    thread::scope(|scope| -> CheckResult {
        let saving = scope.spawn(|| store.save(&lease, &record(b'n')));
        let end = Instant::now() + SLACK;
        while !has_it()? {
            ensure(Instant::now() < end, "the save does not arrive")?;
            thread::sleep(Duration::from_millis(10));
        }
        ensure(!saving.is_finished(), "its save got a response")?;
        line.set(State::Closed);
        line.set(State::Open);
        Ok(saving.join().map_err(|_| "it panicked")??)
    })?;
    ensure(has_it()?, "the record was replaced")?;
    drop(lease);
    ensure(other.try_lease(&own)?.is_some(), "the lease is not free")
}

/// What the engine has done counts, though the holder gets no response.
fn save_unheard(engine: &Engine) -> CheckResult {
    let holders = stopped_at_each_step(engine, scenes(engine, To::Engine))?;
    for holder in &holders {
        holder.scene.line()?.set(State::LosesResponses);
        holder.worker.go_on()?;
    }
    let unsaved = holders.iter().filter(|holder| holder.name == UNSAVED);
    counted("holders that save", unsaved.count(), 1)?;
    each(holders, |mut holder| {
        let line = holder.scene.line()?;
        if holder.name != UNSAVED {
            thread::sleep(A_MOMENT);
            line.set(State::Closed);
            line.set(State::Open);
            return holder.goes_on();
        }
        // Another host has the new token while the holder still waits.
        let mut other = holder.scene.start.spawn()?;
        holder.scene.call_within(&mut other, SLACK)?.went_well()?;
        ensure(line.was_disturbed(), "no response was lost")?;
        ensure(holder.is_silent()?, "its save got a response")?;
        let line = holder.scene.line()?;
        line.set(State::Closed);
        line.set(State::Open);
        let own = holder.worker.reply()?;
        own.went_well()?;
        holder
            .scene
            .goes_on(&WorkerReply::Ok, holder.worker, holder.mark)
    })
}

/// The refresh token is used up, and the response with the new one was lost on its way: no store can
/// help. The server refuses the old token, once.
fn token_unheard(engine: &Engine) -> CheckResult {
    let holders = stopped_at_each_step(engine, scenes(engine, To::TokenEndpoint))?;
    let unheard = AtomicUsize::new(0);
    each(holders, |holder| {
        let name = holder.name.clone();
        let lost = renewed_unheard(holder).map_err(|failure| format!("{name}: {failure}"))?;
        unheard.fetch_add(usize::from(lost), Ordering::SeqCst);
        Ok(())
    })?;
    let unheard = unheard.into_inner();
    ensure(unheard > 0, "no token response was lost")
}

/// Whether the response to its token request was lost.
fn renewed_unheard(mut holder: Holder) -> Result<bool, Failure> {
    let renewals = |holder: &Holder| rotations(&since(&holder.scene.server, holder.mark));
    let before = renewals(&holder);
    let line = holder.scene.line()?;
    line.set(State::LosesResponses);
    holder.worker.go_on()?;
    thread::sleep(A_MOMENT);
    line.set(State::Closed);
    // The server may still be at work at a request that has arrived.
    thread::sleep(A_MOMENT);
    let is_lost = renewals(&holder) > before;
    line.set(State::Open);
    if !is_lost {
        return holder.goes_on().map(|()| false);
    }
    let own = holder.worker.reply()?;
    ensure(
        own != WorkerReply::Ok && may_be_tried_again(&own),
        format!("{own:?}"),
    )?;
    let (scene, mut worker) = (holder.scene, holder.worker);
    let later = scene.call_within(&mut worker, SLACK)?;
    let needs_login = later.is(ErrorKind::NeedsLogin);
    ensure(needs_login, format!("expected NeedsLogin, got {later:?}"))?;
    let mut fresh = scene.start.spawn()?;
    let told = fresh.ask("call")?;
    let needs_login = told.is(ErrorKind::NeedsLogin);
    ensure(needs_login, format!("expected NeedsLogin, got {told:?}"))?;
    let sent = since(&scene.server, holder.mark).grant("refresh_token");
    counted("token requests", sent, 2)?;
    fresh.ask("log-in")?.went_well()?;
    for one in [&mut fresh, &mut worker] {
        scene.call_within(one, SLACK)?.went_well()?;
    }
    Ok(true)
}

//! Processes whose clock is wrong, at a server whose clock is right, with tokens that a process with a right one stored; and
//! the other way round.

use auth_core::TokenKind;
use auth_testkit::{RequestKind, RequestLog, Rotation, TestServer};

use super::clock::FakeClock;
use super::store_dir::{LIFE, StoreDir, TWO_HOURS, answered, server, since};
use super::worker_process::{Start, Worker};
use crate::conformance::expect::ensure;
use crate::conformance::report::{CheckResult, Failure, Report};
use crate::rig::Rig;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How far the clock is off, in seconds.
const WRONG: [(&str, i64); 4] = [
    ("a clock one day behind: no storm of renewals", -DAY),
    ("a clock one hour behind: no storm of renewals", -HOUR),
    ("a clock one hour ahead: no storm of renewals", HOUR),
    ("a clock one day ahead: no storm of renewals", DAY),
];

/// So many calls of each process, or one after the other.
const CALLS: usize = 10;

pub(super) fn run(rigs: &[Rig; 2], report: &mut Report) {
    report.heading(
        "processes with a wrong clock (faketime), a server with a right one",
        rigs,
    );
    for (name, seconds) in WRONG {
        report.row(name, rigs, |rig| {
            for monotonic in [false, true] {
                let clock = FakeClock::ahead(seconds)?;
                let clock = match monotonic {
                    true => clock.with_monotonic(),
                    false => clock,
                };
                let which = |complaint| format!("monotonic clock too: {monotonic}: {complaint}");
                Scene::new()?.shared(rig, &clock, seconds).map_err(which)?;
            }
            Ok(())
        });
    }
    report.row(
        "a token that ended unseen: refused once, renewed once",
        rigs,
        ended_unseen,
    );
    report.row(
        "a clock that jumps while the program runs: no storm",
        rigs,
        jumps,
    );
}

struct Scene {
    server: TestServer,
    home: StoreDir,
}

impl Scene {
    fn new() -> Result<Self, Failure> {
        Ok(Self {
            server: server(Rotation::KillFamily)?,
            home: StoreDir::new()?,
        })
    }

    fn right(&self, rig: &Rig) -> Result<Worker, Failure> {
        Start::at(&self.server, &self.home).like(rig).spawn()
    }

    fn wrong(&self, rig: &Rig, clock: &FakeClock) -> Result<Worker, Failure> {
        Start::at(&self.server, &self.home)
            .like(rig)
            .clock(clock)
            .spawn()
    }

    /// Complains unless the login was stored by a clock that is so far off.
    fn was_stored_by(&self, skew: i64) -> CheckResult {
        let record = self.home.record()?;
        let token = record.token(TokenKind::Login);
        let end = token.and_then(|token| token.expires_at());
        let end = end.ok_or("no end of the login is stored")?.as_secs();
        let truth = (self.server.now() + LIFE).as_secs();
        let off = i64::try_from(end)? - i64::try_from(truth)?;
        ensure(
            (off - skew).abs() < HOUR / 4,
            format!("stored {off} s off, not {skew}"),
        )
    }

    /// Each of the two logs in once; the other one uses its tokens; then both go on side by side, and start again.
    fn shared(&self, rig: &Rig, clock: &FakeClock, seconds: i64) -> CheckResult {
        for wrong_first in [false, true] {
            let mut pair = [self.right(rig)?, self.wrong(rig, clock)?];
            if wrong_first {
                pair.reverse();
            }
            let [first, second] = &mut pair;
            first.ask("log-in")?.went_well()?;
            let skew = if wrong_first { seconds } else { 0 };
            self.was_stored_by(skew)?;
            let mark = self.server.requests().mark();
            calls(second, CALLS)?;
            calls(first, CALLS)?;
            for _ in 0..CALLS {
                calls(first, 1)?;
                calls(second, 1)?;
            }
            for _ in 0..2 {
                calls(&mut self.right(rig)?, 1)?;
                calls(&mut self.wrong(rig, clock)?, 1)?;
            }
            let order = |complaint| format!("the wrong one first: {wrong_first}: {complaint}");
            let seen = since(&self.server, mark);
            // What one of the two renews is dead for the other one, which learns of it by the response.
            calm(&seen, seen.grant("refresh_token")).map_err(order)?;
        }
        Ok(())
    }
}

/// So many calls of either kind, one after the other.
fn calls(worker: &mut Worker, times: usize) -> CheckResult {
    for _ in 0..times {
        worker.ask("call")?.went_well()?;
        worker.ask("me")?.went_well()?;
    }
    Ok(())
}

/// Complains of more than two renewals of a kind, of one that was refused, and of more refused calls than these.
fn calm(seen: &RequestLog, refused: usize) -> CheckResult {
    let (logins, derived) = (seen.grant("refresh_token"), seen.derived());
    let calm = logins <= 2 && derived <= 2;
    ensure(calm, format!("{logins} and {derived} renewals, not 2"))?;
    let tokens = answered(seen, RequestKind::Token, 200);
    ensure(tokens == seen.token(), "a renewal was refused")?;
    let calls = answered(seen, RequestKind::Api, 401);
    ensure(
        calls <= refused,
        format!("{calls} calls refused, not {refused}"),
    )
}

/// The clock is behind, so that the token's age is unknown; its end is seen by the response alone.
fn ended_unseen(rig: &Rig) -> CheckResult {
    let (scene, clock) = (Scene::new()?, FakeClock::ahead(-DAY)?);
    scene.right(rig)?.ask("log-in")?.went_well()?;
    scene.server.advance(TWO_HOURS);
    clock.set(i64::try_from(TWO_HOURS.as_secs())? - DAY)?;
    let mark = scene.server.requests().mark();
    calls(&mut scene.wrong(rig, &clock)?, CALLS)?;
    let seen = since(&scene.server, mark);
    calm(&seen, 1)?;
    ensure(seen.grant("refresh_token") == 1, "it was not renewed once")
}

/// A machine that sleeps is one of them: the wall clock goes on, and the monotonic clock does not.
fn jumps(rig: &Rig) -> CheckResult {
    let (scene, clock) = (Scene::new()?, FakeClock::ahead(0)?);
    let mut worker = scene.wrong(rig, &clock)?;
    worker.ask("log-in")?.went_well()?;
    let begin = scene.server.requests().mark();
    for seconds in [HOUR, 0, -HOUR, 0, DAY, 0, -DAY, 0] {
        let mark = scene.server.requests().mark();
        clock.set(seconds)?;
        calls(&mut worker, CALLS)?;
        let seen = since(&scene.server, mark);
        let jump = |complaint| format!("a jump to {seconds} s: {complaint}");
        calm(&seen, 0).map_err(jump)?;
        ensure(
            seen.grant("refresh_token") <= 1,
            "a jump is worth one renewal",
        )?;
    }
    let all = since(&scene.server, begin).grant("refresh_token");
    ensure(all >= 2, "the jumps ahead were not seen")
}

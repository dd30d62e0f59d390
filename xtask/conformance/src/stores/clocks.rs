//! Processes with a wrong clock, against a server with a right one, using tokens that a process
//! with a right clock stored; and the reverse.

use auth_core::TokenKind;
use auth_testkit::{RequestKind, RequestLog, Rotation, TestServer};

use super::clock::FakeClock;
use super::store_dir::{LIFE, StoreDir, TWO_HOURS, server, since, with_status};
use super::worker_process::{Start, Worker};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};
use worlds::World;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The clock's offset in seconds.
const WRONG: [(&str, i64); 4] = [
    ("a clock one day behind: no storm of renewals", -DAY),
    ("a clock one hour behind: no storm of renewals", -HOUR),
    ("a clock one hour ahead: no storm of renewals", HOUR),
    ("a clock one day ahead: no storm of renewals", DAY),
];

/// The calls of each process, or in sequence.
const CALLS: usize = 10;

pub(super) fn run(worlds: &[World; 2], report: &mut Report) {
    report.heading(
        "processes with a wrong clock (faketime), a server with a right one",
        worlds,
    );
    for (name, seconds) in WRONG {
        report.row(name, worlds, |world| {
            for monotonic in [false, true] {
                let clock = FakeClock::ahead(seconds)?;
                let clock = match monotonic {
                    true => clock.with_monotonic(),
                    false => clock,
                };
                let which = |failure| format!("monotonic clock too: {monotonic}: {failure}");
                Setup::new()?
                    .shared(world, &clock, seconds)
                    .map_err(which)?;
            }
            Ok(())
        });
    }
    report.row(
        "a token expired unnoticed: refused once, renewed once",
        worlds,
        ended_unseen,
    );
    report.row(
        "a clock that jumps while the program runs: no storm",
        worlds,
        jumps,
    );
}

struct Setup {
    server: TestServer,
    dir: StoreDir,
}

impl Setup {
    fn new() -> Result<Self, Failure> {
        Ok(Self {
            server: server(Rotation::KillFamily)?,
            dir: StoreDir::new()?,
        })
    }

    fn right(&self, world: &World) -> Result<Worker, Failure> {
        Start::at(&self.server, &self.dir).like(world).spawn()
    }

    fn wrong(&self, world: &World, clock: &FakeClock) -> Result<Worker, Failure> {
        Start::at(&self.server, &self.dir)
            .like(world)
            .clock(clock)
            .spawn()
    }

    /// Fails unless a clock with this offset stored the login.
    fn was_stored_by(&self, skew: i64) -> CheckResult {
        let record = self.dir.record()?;
        let token = record.token(TokenKind::Login);
        let end = token.and_then(|token| token.expires_at());
        let end = end.ok_or("the stored login has no expiry")?.as_secs();
        let truth = (self.server.now() + LIFE).as_secs();
        let off = i64::try_from(end)? - i64::try_from(truth)?;
        ensure(
            (off - skew).abs() < HOUR / 4,
            format!("stored {off} s off, not {skew}"),
        )
    }

    /// Each of the two logs in once, and the other one uses its tokens. Then both run side by side,
    /// and start again.
    fn shared(&self, world: &World, clock: &FakeClock, seconds: i64) -> CheckResult {
        for wrong_first in [false, true] {
            let mut pair = [self.right(world)?, self.wrong(world, clock)?];
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
                calls(&mut self.right(world)?, 1)?;
                calls(&mut self.wrong(world, clock)?, 1)?;
            }
            let order = |failure| format!("the wrong one first: {wrong_first}: {failure}");
            let log = since(&self.server, mark);
            // A token that one of the two renews is invalid for the other, which learns that from
            // the response.
            calm(&log, log.grant("refresh_token")).map_err(order)?;
        }
        Ok(())
    }
}

/// This many calls of either kind, in sequence.
fn calls(worker: &mut Worker, times: usize) -> CheckResult {
    for _ in 0..times {
        worker.ask("call")?.went_well()?;
        worker.ask("me")?.went_well()?;
    }
    Ok(())
}

/// Fails if there are more than two renewals of a kind, a rejected renewal, or more than `refused`
/// rejected calls.
fn calm(log: &RequestLog, refused: usize) -> CheckResult {
    let (logins, derived) = (log.grant("refresh_token"), log.derived());
    let calm = logins <= 2 && derived <= 2;
    ensure(
        calm,
        format!("expected at most 2 renewals, got {logins} and {derived}"),
    )?;
    let tokens = with_status(log, RequestKind::Token, 200);
    ensure(tokens == log.token(), "a renewal was rejected")?;
    let calls = with_status(log, RequestKind::Api, 401);
    ensure(
        calls <= refused,
        format!("expected {refused} rejected calls, got {calls}"),
    )
}

/// The clock is behind, so the token's age is unknown; only the response shows its expiry.
fn ended_unseen(world: &World) -> CheckResult {
    let (setup, clock) = (Setup::new()?, FakeClock::ahead(-DAY)?);
    setup.right(world)?.ask("log-in")?.went_well()?;
    setup.server.advance(TWO_HOURS);
    clock.set(i64::try_from(TWO_HOURS.as_secs())? - DAY)?;
    let mark = setup.server.requests().mark();
    calls(&mut setup.wrong(world, &clock)?, CALLS)?;
    let log = since(&setup.server, mark);
    calm(&log, 1)?;
    ensure(
        log.grant("refresh_token") == 1,
        "the token was not renewed exactly once",
    )
}

/// A suspended machine is one case: the wall clock moves, and the monotonic clock does not.
fn jumps(world: &World) -> CheckResult {
    let (setup, clock) = (Setup::new()?, FakeClock::ahead(0)?);
    let mut worker = setup.wrong(world, &clock)?;
    worker.ask("log-in")?.went_well()?;
    let begin = setup.server.requests().mark();
    for seconds in [HOUR, 0, -HOUR, 0, DAY, 0, -DAY, 0] {
        let mark = setup.server.requests().mark();
        clock.set(seconds)?;
        calls(&mut worker, CALLS)?;
        let log = since(&setup.server, mark);
        let jump = |failure| format!("a jump to {seconds} s: {failure}");
        calm(&log, 0).map_err(jump)?;
        ensure(
            log.grant("refresh_token") <= 1,
            "a jump caused more than one renewal",
        )?;
    }
    let all = since(&setup.server, begin).grant("refresh_token");
    ensure(all >= 2, "the jumps ahead caused no renewal")
}

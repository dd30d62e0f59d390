//! Processes that wait for the lease while its holder is killed or stopped.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, TokenKind};
use auth_testkit::{Fault, Hold, Matching, Rotation, TestServer};

use super::store_dir::{LIFE, StoreDir, TWO_HOURS, counted, rotations, server};
use super::worker_process::{Start, Worker, WorkerFailure, WorkerReply};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};
use worlds::{MAX_WAIT, World};

/// The renewal timeout of a caller that gives up soon.
const SHORT: Duration = Duration::from_secs(1);
/// Long enough for a call without a wait to finish, and for a waiting call to still wait.
const A_MOMENT: Duration = Duration::from_millis(300);

pub(super) fn run(worlds: &[World; 2], report: &mut Report) {
    report.heading("the holder of the lease, killed or stopped", worlds);
    report.row_at_once(
        "killed in mid-renewal: another process continues",
        worlds,
        dies,
    );
    report.row_at_once(
        "stopped: a waiting caller gets an error to try again",
        worlds,
        hangs,
    );
    report.row_at_once(
        "stopped: a token that is still valid is used",
        worlds,
        hangs_while_due,
    );
}

/// A process in mid-renewal: it holds the lease, and its token request is at the server.
struct Setup {
    server: TestServer,
    dir: StoreDir,
    holder: Worker,
    at_server: Hold,
}

impl Setup {
    fn new(world: &World, age: Duration) -> Result<Self, Failure> {
        let server = server(Rotation::KillFamily)?;
        let dir = StoreDir::logged_in(server.url(), world)?;
        dir.age(TokenKind::Login, age)?;
        let at_server = server.hold(Matching::Grant("refresh_token"));
        let mut holder = Start::at(&server, &dir).like(world).spawn()?;
        holder.tell("call")?;
        ensure(
            at_server.wait_for(1, MAX_WAIT),
            "the renewal does not start",
        )?;
        Ok(Self {
            server,
            dir,
            holder,
            at_server,
        })
    }

    /// Another process, whose calls give up soon.
    fn waiter(&self, world: &World) -> Result<Worker, Failure> {
        Start::at(&self.server, &self.dir)
            .like(world)
            .timeout(SHORT)
            .spawn()
    }
}

/// Two calls at once: on a blocking client one of them leads the renewal, and the other one waits
/// for it.
fn two_calls(world: &World) -> &'static str {
    match world {
        World::Blocking(_) => "calls 2 0",
        World::Async(..) => "calls 0 2",
    }
}

fn dies(world: &World) -> CheckResult {
    let setup = Setup::new(world, TWO_HOURS)?;
    let mut other = Start::at(&setup.server, &setup.dir).like(world).spawn()?;
    other.tell("call")?;
    let early = other.reply_within(A_MOMENT)?;
    ensure(
        early.is_none(),
        format!("expected a waiting call, got {early:?}"),
    )?;
    // Stop it before the kill, so that it never learns the result of its request.
    setup.holder.stop()?;
    let faults = setup.server.faults();
    faults.next(Matching::Grant("refresh_token"), Fault::Reset);
    drop(setup.at_server);
    let deadline = Instant::now() + MAX_WAIT;
    while faults.pending() > 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(2));
    }
    setup.holder.kill()?;
    other.reply()?.went_well()?;
    counted("renewals", rotations(&setup.server.requests()), 1)?;
    drop(other);
    setup.dir.is_tidy()
}

fn hangs(world: &World) -> CheckResult {
    let mut setup = Setup::new(world, TWO_HOURS)?;
    setup.holder.stop()?;
    let mut other = setup.waiter(world)?;
    other.tell(two_calls(world))?;
    match other.reply()? {
        WorkerReply::Failed(failure) => tells_to_try_again(&failure)?,
        reply => return Err(format!("expected a timeout, got {reply:?}").into()),
    }
    counted("token requests", setup.at_server.waiting(), 1)?;
    setup.holder.go_on()?;
    drop(setup.at_server);
    setup.holder.reply()?.went_well()?;
    // On a blocking client the leader waits longer, and has the token now. Without a leader, both
    // gave up.
    match (world, other.reply()?) {
        (World::Blocking(_), reply) => reply.went_well()?,
        (_, WorkerReply::Failed(failure)) => tells_to_try_again(&failure)?,
        (_, reply) => reply.went_well()?,
    }
    other.ask("call")?.went_well()?;
    counted("renewals", rotations(&setup.server.requests()), 1)
}

fn tells_to_try_again(failure: &WorkerFailure) -> CheckResult {
    let said = failure.kind == format!("{:?}", ErrorKind::TimedOut)
        && failure.retryable
        && failure.text.contains("try again");
    ensure(
        said,
        format!("the error does not say to try again: {failure:?}"),
    )
}

fn hangs_while_due(world: &World) -> CheckResult {
    let mut setup = Setup::new(world, LIFE - Duration::from_secs(200))?;
    setup.holder.stop()?;
    let mut other = setup.waiter(world)?;
    other.tell(two_calls(world))?;
    other.reply()?.went_well()?;
    counted("token requests", setup.at_server.waiting(), 1)?;
    setup.holder.go_on()?;
    drop(setup.at_server);
    setup.holder.reply()?.went_well()?;
    other.reply()?.went_well()?;
    other.ask("call")?.went_well()?;
    counted("renewals", rotations(&setup.server.requests()), 1)
}

//! Who waits for the lease while its holder dies, or hangs.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ErrorKind, TokenKind};
use auth_testkit::{Fault, Hold, Matching, Rotation, TestServer};

use super::store_dir::{LIFE, StoreDir, TWO_HOURS, counted, rotations, server};
use super::worker_process::{Heard, Start, Worker, WorkerFailure};
use crate::conformance::expect::ensure;
use crate::conformance::report::{CheckResult, Failure, Report};
use crate::rig::{PATIENCE, Rig};

/// How long a caller waits who shall not wait for long.
const SHORT: Duration = Duration::from_secs(1);
/// Long enough for a call that has nothing to wait for, and for one that does to show it.
const A_MOMENT: Duration = Duration::from_millis(300);

pub(super) fn run(rigs: &[Rig; 2], report: &mut Report) {
    report.heading("the holder of the lease, killed or stopped", rigs);
    report.row_at_once("it dies in mid-renewal: another one goes on", rigs, dies);
    report.row_at_once("it hangs: who waits is told to try again", rigs, hangs);
    report.row_at_once(
        "it hangs: a token that still serves goes on",
        rigs,
        hangs_while_due,
    );
}

/// A process in mid-renewal: it holds the lease, and its token request is at the server.
struct Scene {
    server: TestServer,
    home: StoreDir,
    holder: Worker,
    at_server: Hold,
}

impl Scene {
    fn new(rig: &Rig, age: Duration) -> Result<Self, Failure> {
        let server = server(Rotation::KillFamily)?;
        let home = StoreDir::logged_in(server.url(), rig)?;
        home.age(TokenKind::Login, age)?;
        let at_server = server.hold(Matching::Grant("refresh_token"));
        let mut holder = Start::at(&server, &home).like(rig).spawn()?;
        holder.tell("call")?;
        ensure(at_server.wait_for(1, PATIENCE), "it does not begin")?;
        Ok(Self {
            server,
            home,
            holder,
            at_server,
        })
    }

    /// Another process, whose calls do not wait for long.
    fn waiter(&self, rig: &Rig) -> Result<Worker, Failure> {
        Start::at(&self.server, &self.home)
            .like(rig)
            .patience(SHORT)
            .spawn()
    }
}

/// Two calls at once: on a blocking client one of them leads the renewal, and the other one waits for it.
fn two_calls(rig: &Rig) -> &'static str {
    match rig {
        Rig::Blocking(_) => "calls 2 0",
        Rig::Async(..) => "calls 0 2",
    }
}

fn dies(rig: &Rig) -> CheckResult {
    let scene = Scene::new(rig, TWO_HOURS)?;
    let mut other = Start::at(&scene.server, &scene.home).like(rig).spawn()?;
    other.tell("call")?;
    let early = other.hear_within(A_MOMENT)?;
    ensure(early.is_none(), format!("it did not wait: {early:?}"))?;
    // Its request comes to nothing, and it must not get to know that before it dies.
    scene.holder.stop()?;
    let faults = scene.server.faults();
    faults.next(Matching::Grant("refresh_token"), Fault::Reset);
    drop(scene.at_server);
    let deadline = Instant::now() + PATIENCE;
    while faults.pending() > 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(2));
    }
    scene.holder.kill()?;
    other.hear()?.went_well()?;
    counted("renewals", rotations(&scene.server.requests()), 1)?;
    drop(other);
    scene.home.is_tidy()
}

fn hangs(rig: &Rig) -> CheckResult {
    let mut scene = Scene::new(rig, TWO_HOURS)?;
    scene.holder.stop()?;
    let mut other = scene.waiter(rig)?;
    other.tell(two_calls(rig))?;
    match other.hear()? {
        Heard::Failed(failure) => tells_to_try_again(&failure)?,
        heard => return Err(format!("it did not give up: {heard:?}").into()),
    }
    counted("token requests", scene.at_server.waiting(), 1)?;
    scene.holder.go_on()?;
    drop(scene.at_server);
    scene.holder.hear()?.went_well()?;
    // The one that leads waits longer, and has the token now; where nobody leads, both gave up.
    match (rig, other.hear()?) {
        (Rig::Blocking(_), heard) => heard.went_well()?,
        (_, Heard::Failed(failure)) => tells_to_try_again(&failure)?,
        (_, heard) => heard.went_well()?,
    }
    other.ask("call")?.went_well()?;
    counted("renewals", rotations(&scene.server.requests()), 1)
}

fn tells_to_try_again(failure: &WorkerFailure) -> CheckResult {
    let said = failure.kind == format!("{:?}", ErrorKind::TimedOut)
        && failure.retryable
        && failure.text.contains("try again");
    ensure(said, format!("not told to try again: {failure:?}"))
}

fn hangs_while_due(rig: &Rig) -> CheckResult {
    let mut scene = Scene::new(rig, LIFE - Duration::from_secs(200))?;
    scene.holder.stop()?;
    let mut other = scene.waiter(rig)?;
    other.tell(two_calls(rig))?;
    other.hear()?.went_well()?;
    counted("token requests", scene.at_server.waiting(), 1)?;
    scene.holder.go_on()?;
    drop(scene.at_server);
    scene.holder.hear()?.went_well()?;
    other.hear()?.went_well()?;
    other.ask("call")?.went_well()?;
    counted("renewals", rotations(&scene.server.requests()), 1)
}

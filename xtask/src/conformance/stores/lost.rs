//! The server has answered, and the response is lost on the way: what is repeated, what is not, and what the caller is told.

use std::time::Duration;

use auth_core::{Error, ErrorKind, TokenKind};
use auth_testkit::{Mark, RequestLog, Rotation, TestServer};
use keystore::Memory;

use super::proxy::{LOSSES, Loss, Proxy};
use super::store_dir::{
    ACCOUNT, LIFE, MORE_THAN_A_DAY, PASSWORD, StoreDir, TWO_HOURS, counted, server, service, since,
};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::report::{CheckResult, Failure, Report};
use crate::rig::{Rig, Seat};

const TOKEN: &str = "/oauth/token";
const API_TOKEN: &str = "/users/api_token";

/// One case: it is run for each way to lose a response.
type Case = (&'static str, fn(&Rig, Loss) -> CheckResult);

const CASES: &[Case] = &[
    (
        "a renewal, old token dead at once: not repeated",
        dead_at_once,
    ),
    (
        "a renewal, old token dead on use: the next call has it",
        dead_on_use,
    ),
    (
        "a renewal ahead of time: the old token goes on",
        ahead_of_time,
    ),
    ("a token of the program itself: asked for again", own_token),
    ("an API token: asked for again", api_token),
    ("a login: said so, and the old login is still there", login),
];

pub(super) fn run(rigs: &[Rig; 2], report: &mut Report) {
    report.heading("a response that is lost, in each of 5 ways", rigs);
    for (name, case) in CASES {
        report.row_at_once(name, rigs, |rig| {
            for loss in LOSSES {
                case(rig, loss).map_err(|complaint| format!("{loss:?}: {complaint}"))?;
            }
            Ok(())
        });
    }
}

/// A server, a proxy before it, and an account that is logged in through it.
struct Scene {
    server: TestServer,
    proxy: Proxy,
    home: StoreDir,
}

impl Scene {
    fn new(rig: &Rig, rotation: Rotation) -> Result<Self, Failure> {
        let server = server(rotation)?;
        let proxy = Proxy::before(server.url())?;
        let home = StoreDir::logged_in(&proxy.origin(), rig)?;
        Ok(Self {
            server,
            proxy,
            home,
        })
    }

    fn seat(&self, rig: &Rig) -> Result<Seat, Error> {
        self.home.seat(&self.proxy.origin(), rig)
    }

    /// With a login token so old.
    fn aged(rig: &Rig, rotation: Rotation, age: Duration) -> Result<Self, Failure> {
        let scene = Self::new(rig, rotation)?;
        scene.home.age(TokenKind::Login, age)?;
        Ok(scene)
    }

    /// From now on this counts, and the next answer from there is lost.
    fn lose(&self, path: &'static str, loss: Loss) -> Mark {
        self.proxy.lose_next(path, loss);
        self.server.requests().mark()
    }

    fn since(&self, mark: Mark) -> Result<RequestLog, Failure> {
        ensure(self.proxy.has_lost_it(), "nothing was lost")?;
        Ok(since(&self.server, mark))
    }
}

/// The renewal of an expired token, whose answer is lost; what the caller is told.
fn renewal(scene: &Scene, seat: &Seat, loss: Loss) -> CheckResult {
    let mark = scene.lose(TOKEN, loss);
    let told = [
        "connection lost",
        "not repeated blindly",
        "the next call tries once more",
    ];
    let error = expect_error(seat.send(Ping::default()), ErrorKind::Transport, &told)?;
    ensure(
        error.may_have_been_delivered(),
        "it is said not to have arrived",
    )?;
    ensure(
        !error.needs_login(),
        "nobody knows yet that a login is needed",
    )?;
    counted("renewals", scene.since(mark)?.grant("refresh_token"), 1)
}

fn dead_at_once(rig: &Rig, loss: Loss) -> CheckResult {
    let scene = Scene::aged(rig, Rotation::KillFamily, TWO_HOURS)?;
    let seat = scene.seat(rig)?;
    renewal(&scene, &seat, loss)?;
    let mark = scene.server.requests().mark();
    expect_error(
        seat.send(Ping::default()),
        ErrorKind::NeedsLogin,
        &["log in"],
    )?;
    counted("renewals", scene.since(mark)?.grant("refresh_token"), 1)?;
    seat.log_in_with_password(ACCOUNT, PASSWORD)?;
    seat.send(Ping::default())?;
    scene.home.is_tidy()
}

fn dead_on_use(rig: &Rig, loss: Loss) -> CheckResult {
    let scene = Scene::aged(rig, Rotation::OnUse, TWO_HOURS)?;
    let seat = scene.seat(rig)?;
    renewal(&scene, &seat, loss)?;
    let mark = scene.server.requests().mark();
    seat.send(Ping::default())?;
    counted("renewals", scene.since(mark)?.grant("refresh_token"), 1)?;
    scene.home.is_tidy()
}

fn ahead_of_time(rig: &Rig, loss: Loss) -> CheckResult {
    let scene = Scene::aged(rig, Rotation::OnUse, LIFE - Duration::from_secs(200))?;
    let seat = scene.seat(rig)?;
    let mark = scene.lose(TOKEN, loss);
    for _ in 0..3 {
        seat.send(Ping::default())?;
    }
    counted("renewals", scene.since(mark)?.grant("refresh_token"), 1)
}

fn own_token(rig: &Rig, loss: Loss) -> CheckResult {
    let server = server(Rotation::KillFamily)?;
    let proxy = Proxy::before(server.url())?;
    let seat = rig.daemon(service(&proxy.origin())?, Memory::new());
    proxy.lose_next(TOKEN, loss);
    seat.send(Ping::default())?;
    ensure(proxy.has_lost_it(), "nothing was lost")?;
    counted("requests", server.requests().grant("client_credentials"), 2)
}

fn api_token(rig: &Rig, loss: Loss) -> CheckResult {
    let scene = Scene::new(rig, Rotation::KillFamily)?;
    scene.home.age(TokenKind::Derived, MORE_THAN_A_DAY)?;
    let mark = scene.lose(API_TOKEN, loss);
    scene.seat(rig)?.send(api_inat::users::Me::new())?;
    counted("requests", scene.since(mark)?.derived(), 2)
}

fn login(rig: &Rig, loss: Loss) -> CheckResult {
    let scene = Scene::new(rig, Rotation::KillFamily)?;
    let seat = scene.seat(rig)?;
    let mark = scene.lose(TOKEN, loss);
    let told = ["connection lost"];
    let result = seat.log_in_with_password(ACCOUNT, PASSWORD);
    expect_error(result, ErrorKind::Transport, &told)?;
    counted("logins", scene.since(mark)?.grant("password"), 1)?;
    seat.send(Ping::default())?;
    seat.log_in_with_password(ACCOUNT, PASSWORD)?;
    Ok(())
}

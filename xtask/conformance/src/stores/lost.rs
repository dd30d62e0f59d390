//! Loses the server's response on its way: what is repeated, what is not, and which error the
//! caller gets.

use std::time::Duration;

use auth_core::{Error, ErrorKind, TokenKind};
use auth_testkit::{Mark, RequestLog, Rotation, TestServer};
use keystore::Memory;

use super::proxy::{LOSSES, Loss, Proxy};
use super::store_dir::{
    ACCOUNT, LIFE, MORE_THAN_A_DAY, PASSWORD, StoreDir, TWO_HOURS, counted, server, service, since,
};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::{CheckResult, Failure, Report};
use crate::rig::{Rig, Seat};

const TOKEN: &str = "/oauth/token";
const API_TOKEN: &str = "/users/api_token";

/// A case; it runs once for each way to lose a response.
type Case = (&'static str, fn(&Rig, Loss) -> CheckResult);

const CASES: &[Case] = &[
    (
        "a renewal, old token revoked at once: not repeated",
        dead_at_once,
    ),
    (
        "a renewal, old token revoked on use: next call has it",
        dead_on_use,
    ),
    (
        "a renewal ahead of time: the old token stays in use",
        ahead_of_time,
    ),
    ("the client's own token: requested again", own_token),
    ("an API token: requested again", api_token),
    ("a login by password: requested again", login),
];

pub(super) fn run(rigs: &[Rig; 2], report: &mut Report) {
    report.heading("a response that is lost, in each of 5 ways", rigs);
    for (name, case) in CASES {
        report.row_at_once(name, rigs, |rig| {
            for loss in LOSSES {
                case(rig, loss).map_err(|failure| format!("{loss:?}: {failure}"))?;
            }
            Ok(())
        });
    }
}

/// A server, a proxy in front of it, and an account that is logged in through the proxy.
struct Setup {
    server: TestServer,
    proxy: Proxy,
    dir: StoreDir,
}

impl Setup {
    fn new(rig: &Rig, rotation: Rotation) -> Result<Self, Failure> {
        let server = server(rotation)?;
        let proxy = Proxy::before(server.url())?;
        let dir = StoreDir::logged_in(&proxy.origin(), rig)?;
        Ok(Self { server, proxy, dir })
    }

    fn seat(&self, rig: &Rig) -> Result<Seat, Error> {
        self.dir.seat(&self.proxy.origin(), rig)
    }

    /// Starts with a login token of this age.
    fn aged(rig: &Rig, rotation: Rotation, age: Duration) -> Result<Self, Failure> {
        let setup = Self::new(rig, rotation)?;
        setup.dir.age(TokenKind::Login, age)?;
        Ok(setup)
    }

    /// Loses the next response on this path; returns the mark from which requests count.
    fn lose(&self, path: &'static str, loss: Loss) -> Mark {
        self.proxy.lose_next(path, loss);
        self.server.requests().mark()
    }

    fn since(&self, mark: Mark) -> Result<RequestLog, Failure> {
        ensure(self.proxy.has_lost_it(), "no response was lost")?;
        Ok(since(&self.server, mark))
    }
}

/// Sends a call that renews an expired token and loses the response; checks the error.
fn renewal(setup: &Setup, seat: &Seat, loss: Loss) -> CheckResult {
    let mark = setup.lose(TOKEN, loss);
    let words = [
        " lost: ",
        "not repeated blindly",
        "the next call tries once more",
    ];
    let error = expect_error(seat.send(Ping::default()), ErrorKind::Transport, &words)?;
    ensure(
        error.may_have_been_delivered(),
        "the error says that it was not delivered",
    )?;
    ensure(!error.needs_login(), "the error requires a login too early")?;
    counted("renewals", setup.since(mark)?.grant("refresh_token"), 1)?;
    // No other renewal is sent before.
    std::thread::sleep(error.retry_after().ok_or("the error names no time")?);
    Ok(())
}

fn dead_at_once(rig: &Rig, loss: Loss) -> CheckResult {
    let setup = Setup::aged(rig, Rotation::KillFamily, TWO_HOURS)?;
    let seat = setup.seat(rig)?;
    renewal(&setup, &seat, loss)?;
    let mark = setup.server.requests().mark();
    expect_error(
        seat.send(Ping::default()),
        ErrorKind::NeedsLogin,
        &["log in"],
    )?;
    counted("renewals", setup.since(mark)?.grant("refresh_token"), 1)?;
    seat.log_in_with_password(ACCOUNT, PASSWORD)?;
    seat.send(Ping::default())?;
    setup.dir.is_tidy()
}

fn dead_on_use(rig: &Rig, loss: Loss) -> CheckResult {
    let setup = Setup::aged(rig, Rotation::OnUse, TWO_HOURS)?;
    let seat = setup.seat(rig)?;
    renewal(&setup, &seat, loss)?;
    let mark = setup.server.requests().mark();
    seat.send(Ping::default())?;
    counted("renewals", setup.since(mark)?.grant("refresh_token"), 1)?;
    setup.dir.is_tidy()
}

fn ahead_of_time(rig: &Rig, loss: Loss) -> CheckResult {
    let setup = Setup::aged(rig, Rotation::OnUse, LIFE - Duration::from_secs(200))?;
    let seat = setup.seat(rig)?;
    let mark = setup.lose(TOKEN, loss);
    for _ in 0..3 {
        seat.send(Ping::default())?;
    }
    counted("renewals", setup.since(mark)?.grant("refresh_token"), 1)
}

fn own_token(rig: &Rig, loss: Loss) -> CheckResult {
    let server = server(Rotation::KillFamily)?;
    let proxy = Proxy::before(server.url())?;
    let seat = rig.client_session(service(&proxy.origin())?, Memory::new());
    proxy.lose_next(TOKEN, loss);
    seat.send(Ping::default())?;
    ensure(proxy.has_lost_it(), "no response was lost")?;
    counted("requests", server.requests().grant("client_credentials"), 2)
}

fn api_token(rig: &Rig, loss: Loss) -> CheckResult {
    let setup = Setup::new(rig, Rotation::KillFamily)?;
    setup.dir.age(TokenKind::Derived, MORE_THAN_A_DAY)?;
    let mark = setup.lose(API_TOKEN, loss);
    setup.seat(rig)?.send(api_inat::users::Me::new())?;
    counted("requests", setup.since(mark)?.derived(), 2)
}

fn login(rig: &Rig, loss: Loss) -> CheckResult {
    let setup = Setup::new(rig, Rotation::KillFamily)?;
    let seat = setup.seat(rig)?;
    let mark = setup.lose(TOKEN, loss);
    // The password is as good as before.
    seat.log_in_with_password(ACCOUNT, PASSWORD)?;
    counted("logins", setup.since(mark)?.grant("password"), 2)?;
    seat.send(Ping::default())?;
    Ok(())
}

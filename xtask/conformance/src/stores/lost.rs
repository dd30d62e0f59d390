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
use crate::expect::{each, ensure, expect_error};
use crate::ping::Ping;
use crate::report::{CheckResult, Failure, Report};
use worlds::{AnySession, World};

const TOKEN: &str = "/oauth/token";
const API_TOKEN: &str = "/users/api_token";

/// A case; it runs once for each way to lose a response.
type Case = (&'static str, fn(&World, Loss) -> CheckResult);

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

pub(super) fn run(worlds: &[World; 2], report: &mut Report) {
    report.heading("a response that is lost, in each of 5 ways", worlds);
    for (name, case) in CASES {
        report.row_at_once(name, worlds, |world| {
            let lost = |loss| Ok(case(world, loss).map_err(|error| format!("{loss:?}: {error}"))?);
            each(LOSSES.to_vec(), lost)
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
    fn new(world: &World, rotation: Rotation) -> Result<Self, Failure> {
        let server = server(rotation)?;
        let proxy = Proxy::before(server.url())?;
        let dir = StoreDir::logged_in(&proxy.origin(), world)?;
        Ok(Self { server, proxy, dir })
    }

    fn session(&self, world: &World) -> Result<AnySession, Error> {
        self.dir.session(&self.proxy.origin(), world)
    }

    /// Starts with a login token of this age.
    fn aged(world: &World, rotation: Rotation, age: Duration) -> Result<Self, Failure> {
        let setup = Self::new(world, rotation)?;
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
fn renewal(setup: &Setup, session: &AnySession, loss: Loss) -> CheckResult {
    let mark = setup.lose(TOKEN, loss);
    let words = [
        " lost: ",
        "not repeated blindly",
        "the next call tries once more",
    ];
    let error = expect_error(session.send(Ping::default()), ErrorKind::Transport, &words)?;
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

fn dead_at_once(world: &World, loss: Loss) -> CheckResult {
    let setup = Setup::aged(world, Rotation::KillFamily, TWO_HOURS)?;
    let session = setup.session(world)?;
    renewal(&setup, &session, loss)?;
    let mark = setup.server.requests().mark();
    expect_error(
        session.send(Ping::default()),
        ErrorKind::NeedsLogin,
        &["log in"],
    )?;
    counted("renewals", setup.since(mark)?.grant("refresh_token"), 1)?;
    session.log_in_with_password(ACCOUNT, PASSWORD)?;
    session.send(Ping::default())?;
    setup.dir.is_tidy()
}

fn dead_on_use(world: &World, loss: Loss) -> CheckResult {
    let setup = Setup::aged(world, Rotation::OnUse, TWO_HOURS)?;
    let session = setup.session(world)?;
    renewal(&setup, &session, loss)?;
    let mark = setup.server.requests().mark();
    session.send(Ping::default())?;
    counted("renewals", setup.since(mark)?.grant("refresh_token"), 1)?;
    setup.dir.is_tidy()
}

fn ahead_of_time(world: &World, loss: Loss) -> CheckResult {
    let setup = Setup::aged(world, Rotation::OnUse, LIFE - Duration::from_secs(200))?;
    let session = setup.session(world)?;
    let mark = setup.lose(TOKEN, loss);
    for _ in 0..3 {
        session.send(Ping::default())?;
    }
    counted("renewals", setup.since(mark)?.grant("refresh_token"), 1)
}

fn own_token(world: &World, loss: Loss) -> CheckResult {
    let server = server(Rotation::KillFamily)?;
    let proxy = Proxy::before(server.url())?;
    let session = world.client_session(service(&proxy.origin())?, Memory::new());
    proxy.lose_next(TOKEN, loss);
    session.send(Ping::default())?;
    ensure(proxy.has_lost_it(), "no response was lost")?;
    counted("requests", server.requests().grant("client_credentials"), 2)
}

fn api_token(world: &World, loss: Loss) -> CheckResult {
    let setup = Setup::new(world, Rotation::KillFamily)?;
    setup.dir.age(TokenKind::Derived, MORE_THAN_A_DAY)?;
    let mark = setup.lose(API_TOKEN, loss);
    setup.session(world)?.send(api_inat::users::Me::new())?;
    counted("requests", setup.since(mark)?.derived(), 2)
}

fn login(world: &World, loss: Loss) -> CheckResult {
    let setup = Setup::new(world, Rotation::KillFamily)?;
    let session = setup.session(world)?;
    let mark = setup.lose(TOKEN, loss);
    // The password is as good as before.
    session.log_in_with_password(ACCOUNT, PASSWORD)?;
    counted("logins", setup.since(mark)?.grant("password"), 2)?;
    session.send(Ping::default())?;
    Ok(())
}

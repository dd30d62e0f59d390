//! A web service on two hosts: the example `infoflora-fleet` as two processes with a home each, over
//! one engine, with several visitors. Its hosts are stopped and started again.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::testkit::{Auth, Route, Site, json};
use auth_testkit::{Dialect, Mark, Matching, Rotation, TestClient, TestServer};
use serde_json::json;

use super::engine::{Engine, EngineKind, PASSWORD};
use super::visitors::{PUBLIC, USERS, Visitor, get};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{counted, rotations, since};
use crate::{cargo, output};
use worlds::MAX_WAIT;

const ROUNDS: usize = 5;
const PAUSE: Duration = Duration::from_millis(10);
/// After this time PostgreSQL has written the end of a lease, for which a store does not wait. It
/// would be lost in a crash, and the lease would remain for its 10 s.
const WRITTEN: Duration = Duration::from_millis(600);

pub(super) fn run(engine: &Engine, report: &mut Report) {
    report.about(match engine.kind {
        EngineKind::Postgres => "two hosts of a web service over PostgreSQL",
        EngineKind::Pooled => "two hosts of a web service over PgBouncer",
        EngineKind::Redis => "two hosts of a web service over Redis",
        EngineKind::Valkey => "two hosts of a web service over Valkey",
    });
    report.single("all visitors at both hosts: one renewal an expiry", || {
        renewals(engine, &Fleet::new(engine)?)
    });
    report.single(
        "a host stops in mid-renewal: its responses are sent",
        || stop(&Fleet::new(engine)?),
    );
    report.single("a rolling restart under load: no login is lost", || {
        rolling(&Fleet::new(engine)?)
    });
    if engine.kind != EngineKind::Pooled {
        report.single("the key is changed host by host: no login is lost", || {
            change_key(&mut Fleet::new(engine)?)
        });
        report.single("the engine is away: alive, and not healthy", || {
            away(engine, &Fleet::new(engine)?)
        });
    }
}

/// Two hosts, Info Flora's server, and visitors who have logged in.
struct Fleet {
    server: TestServer,
    visitors: Vec<Visitor>,
    hosts: Mutex<Vec<Host>>,
    settings: Vec<(&'static str, String)>,
    program: PathBuf,
}

impl Fleet {
    fn new(engine: &Engine) -> Result<Self, Failure> {
        let client = TestClient::confidential("app", "app-secret");
        let client = client.redirect_uri(format!("{PUBLIC}/oauth2redirect"));
        let builder = TestServer::builder(Dialect::league_9()).client(client);
        let builder = USERS.iter().fold(builder, |builder, (user, password)| {
            builder.user(*user, *password)
        });
        let server = builder
            .refresh_tokens(Rotation::KillFamily)
            .site(observations())
            .start()?;
        let settings = vec![
            ("TOKENS", engine.url()),
            ("TOKENS_KEY", "f0".repeat(32)),
            ("NAMESPACE", engine.namespace()?),
            ("INFOFLORA_ORIGIN", server.url().to_owned()),
            ("INFOFLORA_CLIENT_ID", "app".to_owned()),
            ("INFOFLORA_CLIENT_SECRET", "app-secret".to_owned()),
            ("PUBLIC_URL", PUBLIC.to_owned()),
            ("LISTEN", "127.0.0.1:0".to_owned()),
        ];
        let mut fleet = Self {
            server,
            visitors: Vec::new(),
            hosts: Mutex::default(),
            settings,
            program: built()?,
        };
        for _ in 0..2 {
            let host = fleet.start()?;
            fleet.change(|hosts| hosts.push(host));
        }
        let hosts = fleet.addresses();
        for ((user, password), host) in USERS.iter().zip(hosts.iter().cycle()) {
            fleet.visitors.push(Visitor::log_in(host, user, password)?);
        }
        Ok(fleet)
    }

    /// The program with its settings and nothing else of the environment.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    fn start(&self) -> Result<Host, Failure> {
        let home = tempfile::tempdir()?;
        let mut command = self.command();
        command
            .env("HOME", home.path())
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(home.path().join("log"))?);
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or("the host has no output")?;
        let mut host = Host {
            child,
            at: String::new(),
            home,
        };
        BufReader::new(output).read_line(&mut host.at)?;
        host.at = host.at.trim().to_owned();
        match host.at.starts_with("http://") {
            true => Ok(host),
            false => Err(format!("the host does not start: {}", host.log()?).into()),
        }
    }

    /// Where the hosts are that accept visitors.
    fn addresses(&self) -> Vec<String> {
        self.change(|hosts| hosts.iter().map(|host| host.at.clone()).collect())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Host>) -> T) -> T {
        change(&mut self.hosts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends the visitor's request to one of the hosts, and to the next one if it does not respond,
    /// as a proxy does.
    fn balance(&self, visitor: &Visitor, number: usize) -> CheckResult {
        let mut lost = None;
        for attempt in number..number + 4 {
            let hosts = self.addresses();
            match visitor.home(&hosts[attempt % hosts.len()]) {
                Err(failure) if failure.is::<auth_core::TransportError>() => lost = Some(failure),
                result => return result,
            }
        }
        Err(lost.ok_or("no host responds")?)
    }

    /// Fails unless each login was renewed so often, without a request more.
    fn all_renewed(&self, mark: Mark, times: usize) -> CheckResult {
        let log = since(&self.server, mark);
        counted("token requests", log.token(), USERS.len() * times)?;
        counted("renewals", rotations(&log), USERS.len() * times)
    }
}

/// Each visitor has one observation, with the number of the user.
fn observations() -> Site {
    Site::new().with_route(Route::get("/rest/v4/observations", Auth::Login, |visit| {
        let id = visit.caller.map_or(0, |caller| caller.user_id);
        json(
            200,
            &json!({"success": true, "data": [{"obs_id": id}], "filtered_count": 1}),
        )
    }))
}

/// Builds the example with the features of the workspace, as its tests do, and returns its path.
fn built() -> Result<PathBuf, Failure> {
    let arguments = "build --quiet --workspace --example infoflora-fleet --message-format json";
    let said = output(cargo().args(arguments.split(' '))).map_err(|stop| stop.to_string())?;
    let mut messages = said
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let path = messages.find_map(|message| {
        let is_it = message["target"]["name"] == "infoflora-fleet";
        let path = message["executable"].as_str().filter(|_| is_it)?;
        Some(PathBuf::from(path))
    });
    path.ok_or_else(|| "cargo lists no example `infoflora-fleet`".into())
}

/// A running process of the service. Killed on drop.
struct Host {
    child: Child,
    at: String,
    home: tempfile::TempDir,
}

impl Host {
    /// Sends SIGTERM, as a supervisor does.
    fn terminate(&self) -> CheckResult {
        let id = self.child.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -s TERM \"$0\"", &id])
            .status()?;
        ensure(sent.success(), "cannot send SIGTERM")
    }

    /// Waits for the end of a host that was told to stop. Its log shows no secret.
    fn ended(mut self) -> CheckResult {
        let end = Instant::now() + MAX_WAIT;
        let status = loop {
            match self.child.try_wait()? {
                Some(status) => break status,
                None if Instant::now() > end => return Err("the host does not stop".into()),
                None => thread::sleep(PAUSE),
            }
        };
        let log = self.log()?;
        ensure(
            status.success(),
            format!("the host ended with {status}: {log}"),
        )?;
        ensure(!log.contains(PASSWORD), "the log shows the password")
    }

    fn log(&self) -> Result<String, Failure> {
        Ok(fs::read_to_string(self.home.path().join("log"))?)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

/// Every visitor at every host at once.
fn all_visit(fleet: &Fleet) -> CheckResult {
    let hosts = fleet.addresses();
    thread::scope(|scope| {
        let visits: Vec<_> = hosts
            .iter()
            .flat_map(|host| fleet.visitors.iter().map(move |visitor| (host, visitor)))
            .map(|(host, visitor)| scope.spawn(move || visitor.home(host)))
            .collect();
        visits.into_iter().try_for_each(joined)
    })
}

/// Waits until this is so.
fn until(failure: &str, mut holds: impl FnMut() -> bool) -> CheckResult {
    let end = Instant::now() + MAX_WAIT;
    while !holds() {
        ensure(Instant::now() < end, failure)?;
        thread::sleep(PAUSE);
    }
    Ok(())
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T, Failure>>) -> Result<T, Failure> {
    thread.join().map_err(|_| "it panicked")?
}

fn renewals(engine: &Engine, fleet: &Fleet) -> CheckResult {
    all_visit(fleet)?;
    for round in 0..ROUNDS {
        let mark = fleet.server.requests().mark();
        fleet.server.revoke_access_tokens();
        all_visit(fleet)
            .and_then(|()| fleet.all_renewed(mark, 1))
            .map_err(|failure| format!("round {round}: {failure}"))?;
    }
    // A reader of the engine cannot be one of the visitors.
    let cookies = fleet.visitors.iter().map(|visitor| visitor.cookie.as_str());
    let secrets: Vec<_> = cookies
        .filter_map(|cookie| cookie.rsplit('=').next())
        .collect();
    ensure(
        secrets.iter().all(|secret| secret.len() == 32),
        "another cookie",
    )?;
    let is_secret = |word: &[u8]| secrets.iter().any(|secret| secret.as_bytes() == word);
    let shown = engine.bytes()?.windows(32).any(is_secret);
    ensure(!shown, "the engine has a visitor's cookie")?;
    Ok(())
}

fn stop(fleet: &Fleet) -> CheckResult {
    all_visit(fleet)?;
    let mark = fleet.server.requests().mark();
    fleet.server.revoke_access_tokens();
    let hold = fleet.server.hold(Matching::Token);
    let (stopping, other) = fleet.change(|hosts| (hosts.remove(0), hosts[0].at.clone()));
    thread::scope(|scope| -> CheckResult {
        let visit = |at: String| {
            let visits = fleet.visitors.iter().map(|visitor| {
                let at = at.clone();
                scope.spawn(move || visitor.home(&at))
            });
            visits.collect::<Vec<_>>()
        };
        let own = visit(stopping.at.clone());
        ensure(hold.wait_for(USERS.len(), MAX_WAIT), "no renewal")?;
        let others = visit(other);
        // The other host has learnt that the tokens are dead, and waits for the leases.
        let rejected = || since(&fleet.server, mark).api() >= 2 * USERS.len();
        until("the other host does not call", rejected)?;
        stopping.terminate()?;
        hold.release();
        own.into_iter().try_for_each(joined)?;
        stopping.ended()?;
        others.into_iter().try_for_each(joined)
    })?;
    fleet.all_renewed(mark, 1)
}

fn rolling(fleet: &Fleet) -> CheckResult {
    all_visit(fleet)?;
    let done = AtomicBool::new(false);
    let visits: Vec<_> = USERS.iter().map(|_| AtomicUsize::new(0)).collect();
    let mark = fleet.server.requests().mark();
    thread::scope(|scope| -> CheckResult {
        let load: Vec<_> = fleet
            .visitors
            .iter()
            .zip(&visits)
            .map(|(visitor, visits)| {
                let done = &done;
                scope.spawn(move || -> CheckResult {
                    while !done.load(Ordering::SeqCst) {
                        fleet.balance(visitor, visits.load(Ordering::SeqCst))?;
                        visits.fetch_add(1, Ordering::SeqCst);
                    }
                    Ok(())
                })
            })
            .collect();
        let restarted = restart_all(fleet, &visits);
        done.store(true, Ordering::SeqCst);
        load.into_iter().try_for_each(joined)?;
        restarted
    })?;
    all_visit(fleet)?;
    fleet.all_renewed(mark, 2)
}

/// Restarts one host after the other, each while all tokens have to be renewed.
fn restart_all(fleet: &Fleet, visits: &[AtomicUsize]) -> CheckResult {
    for _ in 0..2 {
        let mark = fleet.server.requests().mark();
        fleet.server.revoke_access_tokens();
        let stopping = fleet.change(|hosts| hosts.remove(0));
        stopping.terminate()?;
        stopping.ended()?;
        let started = fleet.start()?;
        fleet.change(|hosts| hosts.push(started));
        let renewed = || rotations(&since(&fleet.server, mark)) >= USERS.len();
        until("a renewal is missing", renewed)?;
        // A visit that is under way may still be one with the old token.
        for visits in visits {
            let before = visits.load(Ordering::SeqCst);
            let visited = || visits.load(Ordering::SeqCst) > before;
            until("a visitor gets no response", visited)?;
        }
    }
    Ok(())
}

/// The steps of the operator's guide.
fn change_key(fleet: &mut Fleet) -> CheckResult {
    all_visit(fleet)?;
    let (old, new) = ("f0".repeat(32), "0f".repeat(32));
    let mark = fleet.server.requests().mark();
    for (own, other) in [(&old, Some(&new)), (&new, Some(&old)), (&new, None)] {
        fleet.settings.retain(|(name, _)| !name.ends_with("_KEY"));
        fleet.settings.push(("TOKENS_KEY", own.clone()));
        if let Some(other) = other {
            fleet.settings.push(("TOKENS_OLD_KEY", other.clone()));
        }
        for _ in 0..2 {
            // Hosts with the settings before and after this step at one time.
            fleet.server.revoke_access_tokens();
            let stopping = fleet.change(|hosts| hosts.remove(0));
            stopping.terminate()?;
            stopping.ended()?;
            let started = fleet.start()?;
            fleet.change(|hosts| hosts.push(started));
            all_visit(fleet)?;
        }
        if *own == new {
            let said = fleet.command().arg("reseal").output()?;
            let said = String::from_utf8_lossy(&said.stdout).into_owned();
            ensure(said.starts_with("3 of 3 records"), said)?;
        }
    }
    fleet.all_renewed(mark, 6)
}

/// The tokens in memory serve while the engine is away.
fn away(engine: &Engine, fleet: &Fleet) -> CheckResult {
    all_visit(fleet)?;
    let hosts = fleet.addresses();
    let responds = |path: &str, expect: u16| {
        let response = get(&hosts[0], path, "none=1");
        response.is_ok_and(|(status, ..)| status == expect)
    };
    let health = |expect: u16| until("the health is wrong", || responds("/health", expect));
    health(200)?;
    thread::sleep(WRITTEN);
    thread::scope(|scope| -> CheckResult {
        let seen = scope.spawn(|| {
            health(503)?;
            ensure(responds("/alive", 200), "it is not alive")?;
            all_visit(fleet)
        });
        // Not in the other thread: a server ends with the one that started it.
        let crashed = engine.crash(Duration::from_secs(1));
        joined(seen)?;
        crashed
    })?;
    health(200)?;
    let mark = fleet.server.requests().mark();
    fleet.server.revoke_access_tokens();
    all_visit(fleet)?;
    fleet.all_renewed(mark, 1)
}

//! A server of one kind: started, killed, started again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{Error, Store};
use keystore::{EncryptionKey, Postgres, Redis};
use support::servers::{finished, unprivileged};

use super::disk::{self, Disk};
use super::program::{self, GUARDED, Ports};
use super::valkey;
use crate::report::Failure;

/// How long the lease of a dead process remains in these cases.
pub(crate) const LEASE: Duration = Duration::from_secs(2);
/// How long a server may take to start.
const START: Duration = Duration::from_secs(30);
pub(super) const PASSWORD: &str = "marked-database-password";
const KEY: &str = "f0";

/// A store that is open, of either kind.
pub(crate) type Opened = Arc<dyn Store>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EngineKind {
    Postgres,
    /// PostgreSQL behind PgBouncer, where each statement may use another connection.
    Pooled,
    Redis,
    /// The server that grew out of Redis.
    Valkey,
}

impl EngineKind {
    /// Whether it has the commands of Redis.
    pub(super) fn is_redis(self) -> bool {
        matches!(self, Self::Redis | Self::Valkey)
    }

    /// The server's program, where it has the commands of Redis.
    pub(super) fn redis_server(self) -> PathBuf {
        match self {
            Self::Valkey => valkey::server(),
            _ => "redis-server".into(),
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Postgres => "a fleet over PostgreSQL",
            Self::Pooled => "a fleet over PgBouncer in transaction mode",
            Self::Redis => "a fleet over Redis",
            Self::Valkey => "a fleet over Valkey",
        }
    }
}

/// A server that runs, and what it needs. Ends when dropped.
pub(super) struct Engine {
    pub(super) kind: EngineKind,
    /// Before the folder that it is mounted in.
    disk: Option<Disk>,
    around: tempfile::TempDir,
    ports: Ports,
    /// The pooler in front of it, with its port.
    pooler: Option<(Child, u16)>,
    server: Mutex<Child>,
    namespaces: AtomicUsize,
}

impl Engine {
    pub(super) fn start(kind: EngineKind) -> Result<Self, Failure> {
        let engine = Self::prepared(kind, |around| {
            program::make_certificates(around)?;
            match kind.is_redis() {
                true => Ok(()),
                false => program::prepare_postgres(around),
            }
        })?;
        engine.wait_until_ready()?;
        Ok(engine)
    }

    /// The same for failovers and cuts, with what only slows them down left out. Redis has to wait for
    /// its disk, so that gets one in memory, if there may be one.
    pub(super) fn start_hasty(kind: EngineKind) -> Result<Self, Failure> {
        let mut disk = None;
        let mut engine = Self::prepared(kind, |around| {
            if kind.is_redis() {
                disk = Disk::mount(&program::data_folder(around)?, disk::LARGE_ENOUGH).ok();
                return Ok(());
            }
            program::prepare_postgres(around).and_then(|()| program::make_hasty(around))
        })?;
        engine.disk = disk;
        engine.wait_until_ready()?;
        Ok(engine)
    }

    /// The same, with its data on a small disk of its own.
    pub(super) fn start_on_small_disk(kind: EngineKind) -> Result<Self, Failure> {
        let mut disk = None;
        let mut engine = Self::prepared(kind, |around| {
            disk = Some(Disk::mount(&program::data_folder(around)?, disk::SMALL)?);
            match kind.is_redis() {
                true => Ok(()),
                false => {
                    program::prepare_postgres(around).and_then(|()| program::make_hasty(around))
                }
            }
        })?;
        engine.disk = disk;
        engine.wait_until_ready()?;
        Ok(engine)
    }

    /// The small disk that its data is on.
    pub(super) fn disk(&self) -> Result<&Disk, Failure> {
        Ok(self.disk.as_ref().ok_or("it has no disk of its own")?)
    }

    /// A copy that follows another server, and cannot be written.
    pub(super) fn standby_of(primary: &Self) -> Result<Self, Failure> {
        let kind = primary.kind;
        let standby = Self::prepared(kind, |around| match kind.is_redis() {
            true => Ok(()),
            false => program::copy_postgres(around, &primary.url()),
        })?;
        let deadline = Instant::now() + START;
        while standby.probe().is_err() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(50));
        }
        if kind.is_redis() {
            standby.follow(primary.port())?;
        }
        Ok(standby)
    }

    /// Makes a server of Redis the replica of the one at this port.
    pub(super) fn follow(&self, port: u16) -> Result<(), Failure> {
        let words = ["replicaof", "127.0.0.1", &port.to_string()];
        self.command(&words).map(drop)
    }

    fn prepared(
        kind: EngineKind,
        prepare: impl FnOnce(&Path) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let around = program::folder()?;
        let ports = Ports::free(kind)?;
        prepare(around.path())?;
        let server = Mutex::new(program::spawn(kind, around.path(), ports)?);
        let mut engine = Self {
            kind,
            disk: None,
            around,
            ports,
            pooler: None,
            server,
            namespaces: AtomicUsize::new(0),
        };
        if kind == EngineKind::Pooled {
            engine.pooler = Some(engine.pooler_in("transaction")?);
        }
        Ok(engine)
    }

    /// Another pooler in front of it, with its port.
    pub(super) fn pooler_in(&self, mode: &str) -> Result<(Child, u16), Failure> {
        program::pooler(self.around.path(), self.ports.plain, mode)
    }

    /// The URL, with the password.
    pub(super) fn url(&self) -> String {
        let port = self.pooler.as_ref().map(|(_, port)| *port);
        self.url_with(PASSWORD, port.unwrap_or(self.ports.plain))
    }

    pub(super) fn url_with(&self, password: &str, port: u16) -> String {
        match self.kind.is_redis() {
            true => format!("redis://:{password}@127.0.0.1:{port}/0"),
            false => format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
        }
    }

    /// The URL for a connection with TLS. PostgreSQL admits its user by no other one.
    pub(super) fn tls_url(&self, host: &str) -> String {
        let port = self.ports.tls;
        match self.kind.is_redis() {
            true => format!("rediss://:{PASSWORD}@{host}:{port}/0"),
            false => {
                format!("postgres://{GUARDED}:{PASSWORD}@{host}:{port}/postgres?sslmode=require")
            }
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.ports.plain
    }

    pub(super) fn tls_port(&self) -> u16 {
        self.ports.tls
    }

    /// The folder with its certificates.
    pub(super) fn folder(&self) -> &Path {
        self.around.path()
    }

    /// Runs SQL as the owner, and returns the fields of the result.
    pub(super) fn sql(&self, text: &str) -> Result<String, Failure> {
        let mut psql = Command::new(program::postgres("psql")?);
        psql.args(["-v", "ON_ERROR_STOP=1", "-qAt", "-c", text]);
        let found = finished(psql.arg(self.url_with(PASSWORD, self.port())))?;
        Ok(found.trim().to_owned())
    }

    /// Sends a command of Redis, and returns the response.
    pub(super) fn command(&self, words: &[&str]) -> Result<String, Failure> {
        let mut cli = Command::new("redis-cli");
        cli.env("REDISCLI_AUTH", PASSWORD)
            .args(["-e", "-p", &self.port().to_string()])
            .args(words);
        let found = finished(&mut cli)?;
        Ok(found.trim().to_owned())
    }

    /// Whether the server responds at all.
    fn probe(&self) -> Result<(), Failure> {
        match self.kind.is_redis() {
            true => self.command(&["ping"]).map(drop),
            false => self.sql("SELECT 1").map(drop),
        }
    }

    /// A namespace that nothing has used, with its tables.
    pub(super) fn namespace(&self) -> Result<String, Failure> {
        let name = self.unused();
        if !self.kind.is_redis() {
            Postgres::builder(self.url()).namespace(&name).migrate()?;
        }
        Ok(name)
    }

    /// The same, many at once: a disk that is slow is waited for once.
    pub(super) fn namespaces(&self, count: usize) -> Result<Vec<String>, Failure> {
        let names: Vec<_> = (0..count).map(|_| self.unused()).collect();
        if !self.kind.is_redis() {
            let schema = |name| Postgres::builder(self.url()).namespace(name).schema();
            let all: Result<Vec<_>, _> = names.iter().map(|name| schema(name)).collect();
            // The words of one call are one transaction, unless they say otherwise.
            self.sql(&all?.concat().replace("BEGIN;", "").replace("COMMIT;", ""))?;
        }
        Ok(names)
    }

    fn unused(&self) -> String {
        let number = self.namespaces.fetch_add(1, Ordering::SeqCst);
        format!("fleet_{number}")
    }

    pub(super) fn open(&self, namespace: &str) -> Result<Opened, Error> {
        open(&self.url(), namespace)
    }

    /// Sends SIGKILL to the server.
    pub(super) fn kill(&self) -> Result<(), Failure> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.kill()?;
        server.wait()?;
        Ok(())
    }

    /// Makes a standby the primary. One of Redis also takes over the address, as a virtual one
    /// moves: a URL of Redis names one server.
    pub(super) fn promote(&mut self, killed: &Self) -> Result<(), Failure> {
        if self.kind.is_redis() {
            self.command(&["replicaof", "no", "one"])?;
            let port = killed.port();
            self.command(&["config", "set", "port", &port.to_string()])?;
            self.ports.plain = port;
            return Ok(());
        }
        let mut promote = unprivileged(&program::postgres("pg_ctl")?);
        promote.args(["promote", "-w", "-s", "-D"]);
        promote.arg(self.around.path().join("data"));
        finished(promote.current_dir("/")).map(drop)
    }

    /// Sends SIGKILL to the server, and starts it again after a while.
    pub(super) fn crash(&self, down: Duration) -> Result<(), Failure> {
        self.kill()?;
        thread::sleep(down);
        self.start_again()
    }

    /// Starts the server again if it has ended by itself.
    pub(super) fn revive(&self) -> Result<(), Failure> {
        let has_ended = {
            let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
            server.try_wait()?.is_some()
        };
        match has_ended {
            true => self.start_again(),
            false => self.wait_until_ready(),
        }
    }

    fn start_again(&self) -> Result<(), Failure> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        // Its own processes end a moment later than PostgreSQL itself.
        let deadline = Instant::now() + START;
        loop {
            *server = program::spawn(self.kind, self.around.path(), self.ports)?;
            thread::sleep(Duration::from_millis(300));
            if server.try_wait()?.is_none() {
                break;
            }
            if Instant::now() > deadline {
                return Err("the server does not start again".into());
            }
        }
        self.wait_until_ready()
    }

    fn wait_until_ready(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + START;
        loop {
            let ready = match self.kind.is_redis() {
                true => open(&self.url(), "ready").map(drop),
                false => Postgres::builder(self.url()).namespace("ready").migrate(),
            };
            match ready {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() > deadline => {
                    return Err(format!("{error}\n{}", self.end_of_its_log()).into());
                }
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    fn end_of_its_log(&self) -> String {
        let log = fs::read_to_string(self.around.path().join("server.log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// How many connections a store of this namespace has at the server itself. `None` if the
    /// server does not tell them apart.
    pub(super) fn connections(&self, namespace: &str) -> Result<Option<usize>, Failure> {
        if self.kind != EngineKind::Postgres {
            return Ok(None);
        }
        let found = self.sql(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%{namespace}.auth_%' \
             AND pid <> pg_backend_pid()"
        ))?;
        Ok(Some(found.parse()?))
    }

    /// Everything that the server has on its disk.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let mut all = Vec::new();
        let mut folders = vec![self.around.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(bytes) = fs::read(&path) {
                    all.extend(bytes);
                }
            }
        }
        Ok(all)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let server = self
            .server
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let pooler = self.pooler.as_mut().map(|(pooler, _)| pooler);
        for child in pooler.into_iter().chain([server]) {
            let _ended_before = child.kill();
            let _ended_before = child.wait();
        }
    }
}

/// Opens the store at this URL, sealed.
pub(super) fn open(url: &str, namespace: &str) -> Result<Opened, Error> {
    let key = EncryptionKey::from_text(KEY.repeat(32))?;
    Ok(match url.starts_with("redis") {
        true => Arc::new(
            Redis::builder(url)
                .namespace(namespace)
                .lease_duration(LEASE)
                .open(key)?,
        ),
        false => Arc::new(
            Postgres::builder(url)
                .namespace(namespace)
                .lease_duration(LEASE)
                .open(key)?,
        ),
    })
}

//! A server for the store of a fleet, PostgreSQL or Redis: set up for durable saves, as its users set
//! it up, on loopback.

use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use support::servers::{finished, free_port, initdb, mortal, postgres_folder, unprivileged};

use super::Stop;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(30);
const PASSWORD: &str = "bench-database-password";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EngineKind {
    Postgres,
    Redis,
}

impl EngineKind {
    /// Its name in the names of figures.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
        }
    }

    /// The folder with its programs, if it is installed.
    pub(super) fn folder(self) -> Option<PathBuf> {
        match self {
            Self::Postgres => postgres_folder(),
            Self::Redis => std::env::split_paths(&std::env::var_os("PATH")?)
                .find(|folder| folder.join("redis-server").exists()),
        }
    }
}

/// A server that runs. Ends when dropped.
pub(super) struct Engine {
    kind: EngineKind,
    programs: PathBuf,
    port: u16,
    server: Child,
    /// Its data.
    _around: tempfile::TempDir,
}

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

impl Engine {
    /// Starts it with the programs in this folder.
    pub(super) fn start(kind: EngineKind, programs: PathBuf) -> Result<Self, Stop> {
        let failed = |error| Stop::Failed(format!("{} does not start: {error}", kind.name()));
        Self::started(kind, programs).map_err(failed)
    }

    fn started(kind: EngineKind, programs: PathBuf) -> Done<Self> {
        let around = tempfile::tempdir()?;
        fs::set_permissions(around.path(), fs::Permissions::from_mode(0o755))?;
        let port = free_port()?;
        let mut command = match kind {
            EngineKind::Postgres => postgres(&programs, around.path(), port)?,
            EngineKind::Redis => redis(&programs, around.path(), port),
        };
        let log = fs::File::create(around.path().join("server.log"))?;
        let command = command.stdout(log.try_clone()?).stderr(log);
        let engine = Self {
            kind,
            programs,
            port,
            server: command.spawn()?,
            _around: around,
        };
        let end = Instant::now() + START;
        let ready = match kind {
            EngineKind::Postgres => "SELECT 1",
            EngineKind::Redis => "PING",
        };
        while let Err(error) = engine.ask(&[ready]) {
            if Instant::now() > end {
                return Err(error);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(engine)
    }

    /// The URL, with the password.
    pub(super) fn url(&self) -> String {
        let port = self.port;
        match self.kind {
            EngineKind::Postgres => {
                format!("postgres://postgres:{PASSWORD}@127.0.0.1:{port}/postgres")
            }
            EngineKind::Redis => format!("redis://:{PASSWORD}@127.0.0.1:{port}/0"),
        }
    }

    /// Gives a namespace copies of one of its records, until it has so many accounts more. Through the
    /// store that would take minutes.
    pub(super) fn fill(&self, namespace: &str, accounts: usize) -> Result<(), Stop> {
        let filled = match self.kind {
            EngineKind::Postgres => self.fill_postgres(namespace, accounts),
            EngineKind::Redis => self.fill_redis(namespace, accounts),
        };
        filled.map_err(|error| Stop::Failed(format!("cannot fill {}: {error}", self.kind.name())))
    }

    fn fill_postgres(&self, namespace: &str, accounts: usize) -> Done<()> {
        let ids = format!("generate_series(1, {accounts}) AS n");
        let id = "sha256(n::text::bytea)";
        for words in [
            format!(
                "INSERT INTO {namespace}.auth_record \
                 SELECT {id}, service, client_id, 'copy-' || n, version, body, updated_at \
                 FROM (SELECT * FROM {namespace}.auth_record LIMIT 1) AS one, {ids}"
            ),
            format!(
                "INSERT INTO {namespace}.auth_lease SELECT {id}, fence, holder, until \
                 FROM (SELECT * FROM {namespace}.auth_lease LIMIT 1) AS one, {ids}"
            ),
            "VACUUM ANALYZE".to_owned(),
            "CHECKPOINT".to_owned(),
        ] {
            self.ask(&[&words])?;
        }
        Ok(())
    }

    fn fill_redis(&self, namespace: &str, accounts: usize) -> Done<()> {
        let script = "local one = redis.call('KEYS', ARGV[1] .. ':{*}:record')[1] \
            local number = string.gsub(one, 'record$', 'fence') \
            for n = 1, tonumber(ARGV[2]) do \
                local id = string.format('%s:{%064x}:', ARGV[1], n) \
                redis.call('COPY', one, id .. 'record') \
                redis.call('COPY', number, id .. 'fence') \
            end \
            return 'filled'";
        let said = self.ask(&["EVAL", script, "0", namespace, &accounts.to_string()])?;
        match said.trim() {
            "filled" => Ok(()),
            other => Err(other.to_owned().into()),
        }
    }

    /// Sends SQL or the words of a command, and returns what the server says.
    fn ask(&self, words: &[&str]) -> Done<String> {
        let mut command = match self.kind {
            EngineKind::Postgres => {
                let mut psql = Command::new(self.programs.join("psql"));
                psql.args(["-v", "ON_ERROR_STOP=1", "-qAt", &self.url(), "-c"]);
                psql
            }
            EngineKind::Redis => {
                let mut cli = Command::new(self.programs.join("redis-cli"));
                cli.env("REDISCLI_AUTH", PASSWORD);
                cli.args(["-e", "-p", &self.port.to_string()]);
                cli
            }
        };
        finished(command.args(words))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ended_before = self.server.kill();
        let _ended_before = self.server.wait();
    }
}

/// The command of a Redis that syncs each write to the disk.
fn redis(programs: &Path, around: &Path, port: u16) -> Command {
    let mut command = mortal(programs.join("redis-server"));
    command
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "yes"])
        .args(["--appendfsync", "always"])
        .args(["--maxmemory-policy", "noeviction"])
        .args(["--requirepass", PASSWORD, "--dir"])
        .arg(around);
    command
}

/// The command of a PostgreSQL with the settings it comes with, whose data is made here.
fn postgres(programs: &Path, around: &Path, port: u16) -> Done<Command> {
    let data = around.join("data");
    initdb(programs, &data, PASSWORD)?;
    let mut command = unprivileged(&programs.join("postgres"));
    command
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories="])
        .args(["-p", &port.to_string(), "-D"])
        .arg(&data)
        .current_dir("/");
    Ok(command)
}

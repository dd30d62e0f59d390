//! A server of one kind: started, killed, started again.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{Error, Store};
use keystore::{EncryptionKey, Postgres, Redis};

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
pub(super) enum Kind {
    Postgres,
    /// PostgreSQL behind PgBouncer, where each statement may use another connection.
    Pooled,
    Redis,
}

impl Kind {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Postgres => "a fleet over PostgreSQL",
            Self::Pooled => "a fleet over PgBouncer in transaction mode",
            Self::Redis => "a fleet over Redis",
        }
    }
}

/// A server that runs, and what it needs. Ends when dropped.
pub(super) struct Engine {
    pub(super) kind: Kind,
    around: tempfile::TempDir,
    port: u16,
    /// The pooler in front of it, with its port.
    pooler: Option<(Child, u16)>,
    server: Mutex<Child>,
    namespaces: AtomicUsize,
}

/// The folder with PostgreSQL's programs; Debian keeps them outside of the search path.
pub(super) fn postgres_folder() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<_> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("postgres").exists() && folder.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

impl Engine {
    pub(super) fn start(kind: Kind) -> Result<Self, Failure> {
        let around = tempfile::Builder::new().prefix("fleet-").tempdir()?;
        fs::set_permissions(around.path(), fs::Permissions::from_mode(0o755))?;
        let port = free_port()?;
        if kind != Kind::Redis {
            prepare_postgres(around.path())?;
        }
        let server = Mutex::new(spawn(kind, around.path(), port)?);
        let mut engine = Self {
            kind,
            around,
            port,
            pooler: None,
            server,
            namespaces: AtomicUsize::new(0),
        };
        if kind == Kind::Pooled {
            engine.pooler = Some(pooler(engine.around.path(), port)?);
        }
        engine.wait_until_ready()?;
        Ok(engine)
    }

    /// The URL, with the password.
    pub(super) fn url(&self) -> String {
        let port = self.pooler.as_ref().map_or(self.port, |(_, port)| *port);
        self.url_with(PASSWORD, port)
    }

    pub(super) fn url_with(&self, password: &str, port: u16) -> String {
        match self.kind {
            Kind::Redis => format!("redis://:{password}@127.0.0.1:{port}/0"),
            _ => format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// A namespace that nothing has used, with its tables.
    pub(super) fn namespace(&self) -> Result<String, Failure> {
        let number = self.namespaces.fetch_add(1, Ordering::SeqCst);
        let name = format!("fleet_{number}");
        if self.kind != Kind::Redis {
            Postgres::builder(self.url()).namespace(&name).migrate()?;
        }
        Ok(name)
    }

    pub(super) fn open(&self, namespace: &str) -> Result<Opened, Error> {
        open(&self.url(), namespace)
    }

    /// Sends SIGKILL to the server, and starts it again after a while.
    pub(super) fn crash(&self, down: Duration) -> Result<(), Failure> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.kill()?;
        server.wait()?;
        thread::sleep(down);
        // Its own processes end a moment later than PostgreSQL itself.
        let deadline = Instant::now() + START;
        loop {
            *server = spawn(self.kind, self.around.path(), self.port)?;
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
            let ready = match self.kind {
                Kind::Redis => open(&self.url(), "ready").map(drop),
                _ => Postgres::builder(self.url()).namespace("ready").migrate(),
            };
            match ready {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() > deadline => return Err(error.into()),
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// How many connections a store of this namespace has at the server itself. `None` if the
    /// server does not tell them apart.
    pub(super) fn connections(&self, namespace: &str) -> Result<Option<usize>, Failure> {
        if self.kind != Kind::Postgres {
            return Ok(None);
        }
        let folder = postgres_folder().ok_or("PostgreSQL is missing")?;
        let output = Command::new(folder.join("psql"))
            .args(["-At", "-c"])
            .arg(format!(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%{namespace}.auth_%' \
                 AND pid <> pg_backend_pid()"
            ))
            .arg(self.url())
            .output()?;
        Ok(Some(String::from_utf8(output.stdout)?.trim().parse()?))
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

fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A command as the user `postgres`: the programs refuse to run as root.
fn unprivileged(program: &Path) -> Command {
    let own = fs::metadata("/proc/self").map(|about| std::os::unix::fs::MetadataExt::uid(&about));
    let mut command = match own {
        Ok(0) => {
            let mut command = Command::new("setpriv");
            command
                .args([
                    "--reuid=postgres",
                    "--regid=postgres",
                    "--clear-groups",
                    "--",
                ])
                .arg(program);
            command
        }
        _ => Command::new(program),
    };
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Gives a file to the user `postgres`, if we are root.
fn give_away(path: &Path) -> Result<(), Failure> {
    let id = |option: &str| -> Result<u32, Failure> {
        let found = Command::new("id").args([option, "postgres"]).output()?;
        Ok(String::from_utf8(found.stdout)?.trim().parse()?)
    };
    if std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self")?) == 0 {
        chown(path, Some(id("-u")?), Some(id("-g")?))?;
    }
    Ok(())
}

fn prepare_postgres(around: &Path) -> Result<(), Failure> {
    let folder = postgres_folder().ok_or("PostgreSQL is missing")?;
    let (data, password) = (around.join("data"), around.join("password"));
    fs::create_dir(&data)?;
    fs::write(&password, PASSWORD)?;
    give_away(&data)?;
    give_away(&password)?;
    let made = unprivileged(&folder.join("initdb"))
        .arg("-D")
        .arg(&data)
        .args([
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            "--no-sync",
            "--pwfile",
        ])
        .arg(&password)
        .current_dir("/")
        .output()?;
    fs::remove_file(&password)?;
    match made.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&made.stderr).into_owned().into()),
    }
}

fn spawn(kind: Kind, around: &Path, port: u16) -> Result<Child, Failure> {
    let port = port.to_string();
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(around.join("server.log"))?;
    Ok(match kind {
        Kind::Redis => Command::new("redis-server")
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "yes", "--appendfsync", "always"])
            .args([
                "--maxmemory-policy",
                "noeviction",
                "--requirepass",
                PASSWORD,
            ])
            .arg("--dir")
            .arg(around)
            .stdin(Stdio::null())
            .stdout(log)
            .spawn()?,
        _ => {
            let folder = postgres_folder().ok_or("PostgreSQL is missing")?;
            unprivileged(&folder.join("postgres"))
                .arg("-D")
                .arg(around.join("data"))
                .args(["-p", &port, "-c", "listen_addresses=127.0.0.1"])
                .args(["-c", "unix_socket_directories=", "-c", "max_connections=60"])
                .current_dir("/")
                .stderr(log)
                .spawn()?
        }
    })
}

fn pooler(around: &Path, server: u16) -> Result<(Child, u16), Failure> {
    let port = free_port()?;
    let (settings, users) = (around.join("pgbouncer.ini"), around.join("users.txt"));
    let mut file = fs::File::create(&settings)?;
    write!(
        file,
        "[databases]\n\
         postgres = host=127.0.0.1 port={server} user=postgres password={PASSWORD}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = plain\n\
         auth_file = {}\n\
         pool_mode = transaction\n\
         default_pool_size = 8\n\
         max_client_conn = 200\n",
        users.display()
    )?;
    fs::write(&users, format!("\"postgres\" \"{PASSWORD}\"\n"))?;
    let log = fs::File::create(around.join("pgbouncer.log"))?;
    let found = Path::new("/usr/sbin/pgbouncer");
    let program = if found.exists() {
        found
    } else {
        Path::new("pgbouncer")
    };
    let child = unprivileged(program).arg(&settings).stderr(log).spawn()?;
    Ok((child, port))
}

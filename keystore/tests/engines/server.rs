//! A server on loopback with its data in a folder of its own, which ends with its last user.

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU16, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

/// How often to look whether a server is ready, at 20 ms each.
const LOOKS: usize = 1500;

pub(crate) struct Server {
    programs: PathBuf,
    pub(crate) port: u16,
    names: AtomicUsize,
    /// Ends the thread that the server belongs to.
    ends: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    folder: tempfile::TempDir,
}

/// The servers in use, so that tests share one.
static POSTGRES: Mutex<Weak<Server>> = Mutex::new(Weak::new());
static REDIS: Mutex<Weak<Server>> = Mutex::new(Weak::new());
static OTHER_REDIS: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// Returns the server of PostgreSQL, which listens on loopback and asks for no password. `None`,
/// and says so, if it is not installed.
pub(crate) fn postgres() -> Option<Arc<Server>> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok();
    let mut folders: Vec<_> = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .collect();
    folders.sort();
    shared(
        &POSTGRES,
        "PostgreSQL",
        folders.pop(),
        |programs, around, port| {
            let data = around.join("data");
            fs::create_dir(&data).unwrap();
            fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
            if is_root() {
                let id = |option: &str| -> u32 {
                    let found = finished(Command::new("id").args([option, "postgres"]));
                    found.parse().unwrap()
                };
                chown(&data, Some(id("-u")), Some(id("-g"))).unwrap();
            }
            let mut initdb = mortal(&programs.join("initdb"), is_root());
            initdb.args(["-U", "postgres", "-A", "trust", "--no-sync", "-D"]);
            finished(initdb.arg(&data).current_dir("/"));
            let mut command = mortal(&programs.join("postgres"), is_root());
            command
                .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
                .args(["-c", "unix_socket_directories=", "-p"])
                .arg(port.to_string())
                .arg("-D")
                .arg(&data)
                .current_dir("/");
            command
        },
    )
}

/// Returns the server of Redis, which syncs each write. `None`, and says so, if it is not
/// installed.
pub(crate) fn redis() -> Option<Arc<Server>> {
    redis_in(&REDIS)
}

/// A server of Redis that a test may demote: it is another one.
pub(crate) fn other_redis() -> Option<Arc<Server>> {
    redis_in(&OTHER_REDIS)
}

fn redis_in(place: &Mutex<Weak<Server>>) -> Option<Arc<Server>> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folder = std::env::split_paths(&path).find(|at| at.join("redis-server").exists());
    shared(place, "Redis", folder, |programs, around, port| {
        let mut command = mortal(&programs.join("redis-server"), false);
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--port"])
            .arg(port.to_string())
            .args(["--appendonly", "yes", "--appendfsync", "always"])
            .args(["--maxmemory-policy", "noeviction", "--dir"])
            .arg(around);
        command
    })
}

/// Returns a port below those that a system gives to connections: such a one may be gone before the
/// server takes it.
fn free_port() -> u16 {
    static TRIED: AtomicU16 = AtomicU16::new(0);
    // Another process begins elsewhere.
    let first = u16::try_from(std::process::id() % 20_000).unwrap() + 10_000;
    loop {
        let port = first + TRIED.fetch_add(1, SeqCst);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn shared(
    place: &Mutex<Weak<Server>>,
    name: &str,
    programs: Option<PathBuf>,
    prepare: impl FnOnce(&Path, &Path, u16) -> Command,
) -> Option<Arc<Server>> {
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = place.upgrade() {
        return Some(server);
    }
    let Some(programs) = programs else {
        let _closed = writeln!(std::io::stderr(), "not run: {name} is not installed");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let port = free_port();
    let mut command = prepare(&programs, folder.path(), port);
    let log = fs::File::create(folder.path().join("server.log")).unwrap();
    command.stdout(log.try_clone().unwrap()).stderr(log);
    // A server ends with the thread that started it, also where the tests are killed.
    let (ends, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let mut child = command.spawn().unwrap();
        let _dropped = ended.recv();
        let _ended_before = child.kill();
        child.wait().unwrap();
    });
    let server = Arc::new(Server {
        programs,
        port,
        names: AtomicUsize::new(0),
        ends: Some(ends),
        thread: Some(thread),
        folder,
    });
    server.wait();
    *place = Arc::downgrade(&server);
    Some(server)
}

impl Server {
    fn wait(&self) {
        // Beside the server's own program: `psql` may be anywhere.
        let is_ready = || match self.programs.join("initdb").exists() {
            true => self.psql("SELECT 1").output().unwrap().status.success(),
            false => self.cli("PING").output().unwrap().status.success(),
        };
        for _ in 0..LOOKS {
            if is_ready() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let log = fs::read_to_string(self.folder.path().join("server.log"));
        panic!("the server does not start: {log:?}");
    }

    /// A name that no other test has: a namespace, and a user.
    pub(crate) fn name(&self) -> String {
        format!("atlas_{}", self.names.fetch_add(1, SeqCst))
    }

    /// Runs SQL as the owner, and returns the fields of the result.
    pub(crate) fn sql(&self, text: &str) -> String {
        finished(&mut self.psql(text))
    }

    /// Sends a command of Redis as the user that may do all, and returns the response.
    pub(crate) fn command(&self, words: &str) -> String {
        finished(&mut self.cli(words))
    }

    pub(crate) fn psql(&self, text: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-v", "ON_ERROR_STOP=1", "-qAt"])
            .arg(self.postgres_url("postgres"))
            .args(["-c", text]);
        psql
    }

    fn cli(&self, words: &str) -> Command {
        let mut cli = Command::new(self.programs.join("redis-cli"));
        cli.args(["-e", "-p", &self.port.to_string()]);
        cli.args(words.split(' '));
        cli
    }

    pub(crate) fn postgres_url(&self, user: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.ends.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

/// A command that ends with the thread that starts it. PostgreSQL refuses to run as root.
fn mortal(program: &Path, as_postgres: bool) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).stdin(Stdio::null());
    if as_postgres {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program);
    command
}

fn finished(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

//! Servers that are set up so that a store cannot keep its promises: each has its own error, which
//! says what to do.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{AccountKey, Error, ErrorKind, SecretBytes, Store};
use keystore::{EncryptionKey, Redis};
use support::servers::free_port;

use super::crowd;
use super::engine::{self, Engine, EngineKind, PASSWORD};
use super::trouble::{failed, is};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);

pub(super) fn run(engine: &Engine, report: &mut Report) {
    if engine.kind != EngineKind::Pooled {
        report.single("odd namespaces and URLs: refused, nothing shown", || {
            odd_words(engine)
        });
    }
    match engine.kind {
        EngineKind::Redis | EngineKind::Valkey => {
            report.single("a database that Redis does not have", || {
                let url = engine.url().replace("/0", "/99");
                let error = failed(engine::open(&url, "fleet_db"))?;
                is(&error, ErrorKind::Configuration, &["database"])
            });
            report.single("a replica is not written", || replica(engine));
            report.single("a server without room", || full(engine));
            report.single("a server without scripts", || {
                let server = Server::start(engine.kind, &["--rename-command", "EVALSHA", ""])?;
                let error = failed(server.store())?;
                is(&error, ErrorKind::Configuration, &["EVALSHA"])
            });
            report.single("a server without a free connection", || {
                let server = Server::start(engine.kind, &["--maxclients", "1"])?;
                let _first = server.store()?;
                let error = failed(server.store())?;
                is(&error, ErrorKind::Transport, &["maxclients"])
            });
            report.single("a node of a cluster", || {
                let server = Server::start(engine.kind, &["--cluster-enabled", "yes"])?;
                let error = failed(server.store())?;
                is(&error, ErrorKind::Configuration, &["cluster"])
            });
            report.single("a user that may not publish", || quiet_user(engine));
            report.single("a value that is no record", || foreign_value(engine));
        }
        EngineKind::Pooled => {
            report.single("a database that the pooler does not know", || {
                no_database(engine)
            });
            report.single("a password that the pooler refuses", || {
                let url = engine.url().replace(PASSWORD, "marked-wrong");
                let error = failed(engine::open(&url, "fleet_wrong"))?;
                is(&error, ErrorKind::Configuration, &["password"])
            });
            report.single("a user that the pooler does not know", || {
                let url = engine.url().replace("//postgres:", "//stranger:");
                let error = failed(engine::open(&url, "fleet_wrong"))?;
                is(&error, ErrorKind::Configuration, &["user"])
            });
            for (name, mode) in [
                ("pool mode session: 10 rounds, 10 renewals", "session"),
                ("pool mode statement: 10 rounds, 10 renewals", "statement"),
            ] {
                report.single(name, || in_pool_mode(engine, mode));
            }
        }
        EngineKind::Postgres => {
            report.single("a database that PostgreSQL does not have", || {
                no_database(engine)
            });
            report.single("older tables", || {
                let namespace = engine.namespace()?;
                sql(
                    engine,
                    &format!("UPDATE {namespace}.auth_meta SET schema_version = 0"),
                )?;
                let error = failed(engine.open(&namespace))?;
                is(&error, ErrorKind::Configuration, &["older", "migrate"])
            });
            report.single("a user whose transactions are read-only", || {
                let namespace = engine.namespace()?;
                let only_reads = format!(
                    "CREATE ROLE reader LOGIN PASSWORD 'marked-reader'; \
                     ALTER ROLE reader SET default_transaction_read_only = on; \
                     GRANT USAGE ON SCHEMA {namespace} TO reader; \
                     GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {namespace} TO reader"
                );
                sql(engine, &only_reads)?;
                let url = engine.url_with("marked-reader", engine.port());
                let url = url.replace("postgres:marked", "reader:marked");
                let error = failed(
                    engine::open(&url, &namespace)
                        .and_then(|store| store.try_lease(&key()).map(drop)),
                )?;
                is(&error, ErrorKind::Configuration, &["cannot be written"])
            });
            report.single("a user without a free connection", || {
                sql(
                    engine,
                    "CREATE ROLE many LOGIN PASSWORD 'marked-many' CONNECTION LIMIT 0",
                )?;
                let url = engine.url_with("marked-many", engine.port());
                let url = url.replace("postgres:marked", "many:marked");
                let error = failed(engine::open(&url, "fleet_many"))?;
                is(&error, ErrorKind::Transport, &["too many", "PgBouncer"])
            });
            report.single("a value that is no record", || foreign_value(engine));
        }
    }
}

fn sql(engine: &Engine, text: &str) -> CheckResult {
    engine.sql(text).map(drop)
}

fn no_database(engine: &Engine) -> CheckResult {
    let url = engine.url();
    let url = url.strip_suffix("/postgres").ok_or("another URL")?;
    let error = failed(engine::open(&format!("{url}/elsewhere"), "fleet_db"))?;
    is(&error, ErrorKind::Configuration, &["elsewhere", "database"])
}

/// A mode of PgBouncer other than that of the other cases.
fn in_pool_mode(engine: &Engine, mode: &str) -> CheckResult {
    /// Each has two connections, and in the mode `session` all are out of the pool of 8 at once.
    const PROCESSES: usize = 4;
    let (child, port) = engine.pooler_in(mode)?;
    let _pooler = Running(child);
    let url = engine.url_with(PASSWORD, port);
    let namespace = engine.namespace()?;
    let end = Instant::now() + START;
    while let Err(error) = engine::open(&url, &namespace) {
        ensure(Instant::now() < end, error.to_string())?;
        thread::sleep(Duration::from_millis(20));
    }
    crowd::at(&url, &namespace, PROCESSES, 10)
}

/// Words that are no namespace, and no URL. Each contains the password.
fn odd_words(engine: &Engine) -> CheckResult {
    for namespace in [
        "",
        "with space",
        "Upper",
        "semi;DROP",
        "quote\"",
        "star*",
        "brace{",
        "new\nline",
        "ümlaut",
        "dot.dot",
        &"x".repeat(100),
    ] {
        let error = failed(engine.open(namespace))?;
        is(&error, ErrorKind::Configuration, &["namespace"])
            .map_err(|failure| format!("{namespace:?}: {failure}"))?;
    }
    let url = engine.url();
    let (scheme, rest) = url.split_once("://").ok_or("no scheme")?;
    let (_, place) = rest.split_once('@').ok_or("no password")?;
    for odd in [
        format!("mysql://{rest}"),
        format!("{scheme}:{rest}"),
        format!("{scheme}://:{PASSWORD}/x@{place}"),
        format!("{scheme}://:{PASSWORD}#@{place}"),
        format!("{scheme}://:{PASSWORD}%zz@{place}"),
        format!("{scheme}://:{PASSWORD}@127.0.0.1:port/0"),
        format!("{scheme}://:{PASSWORD}@127.0.0.1:99999/0"),
        format!("{scheme}://:{PASSWORD}@/ /"),
    ] {
        let error = failed(engine::open(&odd, "fleet_odd"))?;
        is(&error, ErrorKind::Configuration, &[]).map_err(|failure| {
            let place = odd.replace(PASSWORD, "…");
            format!("{place}: {failure}")
        })?;
    }
    Ok(())
}

/// A process that ends when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_before = self.0.kill();
        let _ended_before = self.0.wait();
    }
}

fn key() -> AccountKey {
    AccountKey::new("fleet", "tool", "setup")
}

/// A Redis server of its own. Ends when dropped.
struct Server {
    _child: Running,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start(kind: EngineKind, options: &[&str]) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("fleet-").tempdir()?;
        let port = free_port()?;
        let child = Command::new(kind.redis_server())
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--requirepass", PASSWORD])
            .args(options)
            .arg("--dir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let server = Self {
            _child: Running(child),
            port,
            _folder: folder,
        };
        let end = Instant::now() + START;
        while server.ask(&["ping"]).map_or(true, |said| said != "PONG") {
            ensure(Instant::now() < end, "the server does not start")?;
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    fn ask(&self, command: &[&str]) -> Result<String, Failure> {
        ask(self.port, command)
    }

    fn store(&self) -> Result<keystore::Sealed<Redis>, Error> {
        let url = format!("redis://:{PASSWORD}@127.0.0.1:{}/0", self.port);
        let key = EncryptionKey::from_text("f0".repeat(32))?;
        // What a crash costs is not these cases' matter.
        Redis::builder(url).volatile_server().open(key)
    }
}

/// Sends a command to a Redis server.
fn ask(port: u16, command: &[&str]) -> Result<String, Failure> {
    let output = Command::new("redis-cli")
        .env("REDISCLI_AUTH", PASSWORD)
        .args(["-p", &port.to_string()])
        .args(command)
        .output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn replica(engine: &Engine) -> CheckResult {
    let port = engine.port().to_string();
    let server = Server::start(engine.kind, &["--replicaof", &format!("127.0.0.1 {port}")])?;
    let error = failed(server.store())?;
    is(&error, ErrorKind::Configuration, &["replica", "primary"])
}

fn full(engine: &Engine) -> CheckResult {
    let server = Server::start(
        engine.kind,
        &["--maxmemory", "1", "--maxmemory-policy", "noeviction"],
    )?;
    let store = server.store()?;
    let error = failed(store.try_lease(&key()))?;
    is(&error, ErrorKind::Store, &["no room", "memory"])?;
    server.ask(&["config", "set", "maxmemory", "0"])?;
    let lease = store.try_lease(&key())?.ok_or("the lease is taken")?;
    store.save(&lease, &SecretBytes::new(vec![b'x'; 2000]))?;
    server.ask(&["config", "set", "maxmemory", "1"])?;
    // The refresh token of a renewal that has begun may be used up: its save still succeeds.
    store.save(&lease, &SecretBytes::new(vec![b'y'; 2000]))?;
    let found = store.load(&key())?.ok_or("it is gone")?;
    ensure(found.as_ref()[0] == b'y', "the record was not changed")?;
    drop(lease);
    let error = failed(store.try_lease(&key()))?;
    is(&error, ErrorKind::Store, &["no room"])
}

/// Everything works; callers look instead of being told.
fn quiet_user(engine: &Engine) -> CheckResult {
    let rules = "on >marked-quiet ~fleet_quiet:* +@read +@write +@scripting +@connection +info";
    let mut command = vec!["acl", "setuser", "quiet", "resetchannels"];
    command.extend(rules.split(' '));
    ask(engine.port(), &command)?;
    let url = engine.url_with("marked-quiet", engine.port());
    let store = engine::open(&url.replace("//:", "//quiet:"), "fleet_quiet")?;
    for _ in 0..3 {
        ensure(store.next_change(&key()).is_none(), "it relies on messages")?;
        drop(store.try_lease(&key())?.ok_or("it was not freed")?);
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// What another program wrote in the place of a record, and of another kind.
fn foreign_value(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let store = engine.open(&namespace)?;
    let lease = store.try_lease(&key())?.ok_or("the lease is taken")?;
    store.save(&lease, &SecretBytes::new(b"{}".to_vec()))?;
    let spoil = |script: &str| -> CheckResult {
        match engine.kind {
            EngineKind::Redis | EngineKind::Valkey => {
                let script = format!(
                    "for _, key in ipairs(redis.call('KEYS', '{namespace}:*:record')) do {script} \
                     end return 1"
                );
                let said = ask(engine.port(), &["eval", &script, "0"])?;
                ensure(said == "1", said)
            }
            _ => sql(
                engine,
                &format!("UPDATE {namespace}.auth_record SET {script}"),
            ),
        }
    };
    match engine.kind {
        EngineKind::Redis | EngineKind::Valkey => spoil("redis.call('HSET', key, 'b', 'foreign')")?,
        _ => spoil("body = 'foreign'")?,
    }
    let error = failed(store.load(&key()))?;
    is(
        &error,
        ErrorKind::Store,
        &["is not an encrypted token record"],
    )?;
    store.save(&lease, &SecretBytes::new(b"{}".to_vec()))?;
    ensure(store.load(&key())?.is_some(), "a save does not replace it")?;
    if engine.kind.is_redis() {
        spoil("redis.call('SET', key, 'foreign')")?;
        let error = failed(store.load(&key()))?;
        is(&error, ErrorKind::Store, &["another program", "namespace"])?;
    }
    Ok(())
}

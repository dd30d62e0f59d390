//! The operations of a store, each one command or script.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use auth_core::{AccountKey, Error, ErrorKind, ExposeSecret, SecretBytes};
use redis::{FromRedisValue, ScriptInvocation};

use super::{
    connection::Connection,
    scripts::{GONE, Scripts, suits},
};
use crate::db::{
    both,
    engine::{Engine, Held, SAMPLE, Taken, millis},
    id::Id,
    listener::{Messages, Messenger},
};

pub(super) struct RedisEngine {
    connection: Connection,
    scripts: Scripts,
    namespace: String,
}

impl RedisEngine {
    pub(super) fn new(connection: Connection, namespace: &str) -> Self {
        Self {
            connection,
            scripts: Scripts::new(),
            namespace: namespace.to_owned(),
        }
    }

    /// The name of a key. What is in braces decides on the node of a cluster.
    fn key(&self, id: &Id, what: &str) -> String {
        format!("{}:{{{}}}:{what}", self.namespace, id.digits())
    }

    fn note(&self, name: &str) -> String {
        format!("{}:note:{name}", self.namespace)
    }

    /// The key of the versions.
    fn versions(&self) -> String {
        format!("{}:versions", self.namespace)
    }

    fn ask_versions(&self) -> redis::Cmd {
        let mut command = redis::cmd("GET");
        command.arg(self.versions());
        command
    }

    /// Fails unless the keys suit this host, by this text of the versions.
    fn check_version(&self, versions: Option<&str>) -> Result<(), Error> {
        match versions {
            Some(versions) if !suits(versions) => Err(self.connection.unsuited(versions)),
            _ => Ok(()),
        }
    }

    /// The name that messages are sent under.
    fn channel(&self) -> String {
        format!("{}:freed", self.namespace)
    }

    /// The names of all records, as the server matches them. A namespace has no character of a
    /// pattern.
    fn pattern(&self) -> String {
        format!("{}:{{*}}:record", self.namespace)
    }

    /// Returns names of records from this place on, and the next place, which is 0 at the end.
    async fn scan(&self, from: u64) -> Result<(u64, Vec<String>), Error> {
        let mut scan = redis::cmd("SCAN");
        scan.arg(from).arg("MATCH").arg(self.pattern());
        scan.arg("COUNT").arg(AT_ONCE);
        self.ask(&scan).await
    }

    /// Returns the digest in the name of a record.
    fn digest(&self, key: &[u8]) -> Option<Vec<u8>> {
        let key = std::str::from_utf8(key).ok()?;
        let digits = key.strip_prefix(&*self.namespace)?.strip_prefix(":{")?;
        let digits = digits.strip_suffix("}:record")?;
        let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        (0..digits.len()).step_by(2).map(byte).collect()
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, Error> {
        let mut open = self.connection.open().await?;
        match script.invoke_async(&mut open).await {
            Ok(value) => Ok(value),
            Err(error) => Err(self.connection.failed(error)),
        }
    }

    async fn ask<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, Error> {
        let mut open = self.connection.open().await?;
        match command.query_async(&mut open).await {
            Ok(value) => Ok(value),
            Err(error) => Err(self.connection.failed(error)),
        }
    }

    /// Fails if the store cannot work with this server. Returns whether that can be written.
    async fn is_writable(&self) -> Result<bool, Error> {
        // Before the two, each of which would wait for a connection of its own.
        self.connection.open().await?;
        let (info, versions) = (redis::cmd("INFO"), self.ask_versions());
        let asked = both(self.lacks(), self.ask::<Option<String>>(&versions));
        let (info, (lacks, versions)) = both(self.ask::<String>(&info), asked).await;
        let says = |info: &str, line: &str| info.lines().any(|found| found.trim_end() == line);
        match info {
            Ok(info) if says(&info, "role:slave") => return Ok(false),
            Ok(info) if says(&info, "cluster_enabled:1") => return Err(self.connection.cluster()),
            Err(error) if error.is_retryable() => return Err(error),
            // Managed servers may not permit the command.
            Ok(_) | Err(_) => {}
        }
        let mut lacks = lacks?;
        lacks.retain(|command| !MESSAGES.contains(&&**command));
        match lacks.is_empty() {
            true => self.check_version(versions?.as_deref()).map(|()| true),
            false => Err(self.connection.lacks(&self.namespace, &lacks)),
        }
    }

    /// Returns the commands that the user of this connection may not send.
    async fn lacks(&self) -> Result<Vec<String>, Error> {
        let id = Id::of(&AccountKey::new("", "", ""));
        let mut script = self.scripts.rights.prepare_invoke();
        for what in ["record", "lease", "fence"] {
            script.arg(self.key(&id, what));
        }
        script.arg(self.note("")).arg(self.channel());
        self.run(&script).await
    }

    /// Returns what the user may not do that only slows callers down.
    pub(super) async fn quiet(&self) -> Result<Vec<String>, Error> {
        let mut lacks = self.lacks().await?;
        lacks.retain(|command| MESSAGES.contains(&&**command));
        Ok(match lacks.is_empty() {
            true => Vec::new(),
            false => vec![self.connection.quiet(&self.channel(), &lacks)],
        })
    }

    /// Fails if the server would lose records. Returns the settings that it does not report.
    pub(super) async fn durability(&self) -> Result<Vec<String>, Error> {
        let mut command = redis::cmd("CONFIG");
        command.arg("GET").arg("*");
        let label = self.connection.label();
        let found: HashMap<String, String> = match self.ask(&command).await {
            Ok(found) => found,
            Err(error) if error.is_retryable() => return Err(error),
            // Managed servers do not permit the command.
            Err(_) => HashMap::new(),
        };
        let mut warnings = Vec::new();
        for (name, wanted, loss) in SETTINGS {
            match found.get(*name) {
                Some(value) if value == wanted => {}
                Some(value) => {
                    let what = format!("{label} has `{name} {value}`: {loss}");
                    return Err(Error::new(ErrorKind::Configuration, what)
                        .with_setting(self.connection.setting().to_owned())
                        .with_help(format!(
                            "set `{name} {wanted}` at the server, or accept the loss with \
                             volatile_server"
                        )));
                }
                None => warnings.push(format!(
                    "{label} does not tell its setting `{name}`, which must be `{wanted}`: \
                     otherwise {loss}"
                )),
            }
        }
        Ok(warnings)
    }
}

/// How many leases one script keeps: nothing else runs meanwhile, for a millisecond.
const AT_ONCE: usize = 500;

/// The key, service, client and account of a record, and its body.
type Sampled = (Vec<u8>, String, String, String, Vec<u8>);

/// How long a look for some records takes at most, among many keys of other programs.
const SCAN_TIME: Duration = Duration::from_secs(1);

/// The commands without which callers look again, in place of being woken.
const MESSAGES: [&str; 2] = ["publish", "subscribe"];

/// The settings of the server that logins depend on, and what another value means.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("appendonly", "yes", "a restart loses logins"),
    ("appendfsync", "always", "a power cut loses logins"),
    (
        "maxmemory-policy",
        "noeviction",
        "a server without room drops logins",
    ),
];

impl Messenger for RedisEngine {
    async fn listen(&self) -> Result<Messages, Error> {
        self.connection.listen(&self.channel()).await
    }

    async fn announce(&self, word: &str) -> Result<(), Error> {
        let mut command = redis::cmd("PUBLISH");
        command.arg(self.channel()).arg(word);
        self.ask::<i64>(&command).await.map(drop)
    }
}

impl Engine for RedisEngine {
    async fn load(&self, id: &Id) -> Result<Option<SecretBytes>, Error> {
        let mut record = redis::cmd("HGET");
        record.arg(self.key(id, "record")).arg("b");
        // Before the two, each of which would wait for a connection of its own.
        self.connection.open().await?;
        let versions = self.ask_versions();
        let (versions, body) = both(
            self.ask::<Option<String>>(&versions),
            self.ask::<Option<Vec<u8>>>(&record),
        )
        .await;
        self.check_version(versions?.as_deref())?;
        Ok(body?.map(SecretBytes::new))
    }

    async fn take(&self, id: &Id, holder: &str, time: Duration) -> Result<Option<Taken>, Error> {
        let mut script = self.scripts.take.prepare_invoke();
        script
            .key(self.key(id, "lease"))
            .key(self.key(id, "fence"))
            .key(self.key(id, "record"))
            .key(self.versions())
            .arg(holder)
            .arg(millis(time))
            .arg(GONE);
        let taken: Option<(i64, i64, bool, Option<Vec<u8>>)> = self.run(&script).await?;
        Ok(taken.map(|(fence, version, can_save, body)| Taken {
            fence,
            version,
            can_save,
            record: body.map(SecretBytes::new),
        }))
    }

    async fn confirm(&self, held: &Held, at_least: Duration) -> Result<bool, Error> {
        let mut script = self.scripts.confirm.prepare_invoke();
        script
            .key(self.key(&held.id, "lease"))
            .key(self.key(&held.id, "fence"))
            .key(self.versions())
            .arg(held.fence)
            .arg(&held.holder)
            .arg(millis(at_least));
        self.run::<i64>(&script).await.map(|held| held == 1)
    }

    async fn beat(&self, held: &[Arc<Held>], at_least: Duration) -> Result<(), Error> {
        for some in held.chunks(AT_ONCE) {
            let mut script = self.scripts.beat.prepare_invoke();
            script.arg(millis(at_least));
            for held in some {
                script
                    .key(self.key(&held.id, "lease"))
                    .arg(format!("{}:{}", held.fence, held.holder));
            }
            self.run::<i64>(&script).await?;
        }
        Ok(())
    }

    async fn free(&self, held: &Held) -> Result<(), Error> {
        let mut script = self.scripts.free.prepare_invoke();
        script
            .key(self.key(&held.id, "lease"))
            .arg(held.fence)
            .arg(&held.holder)
            .arg(self.channel())
            .arg(held.id.digits());
        self.run::<i64>(&script).await.map(drop)
    }

    async fn write(
        &self,
        held: &Held,
        over: i64,
        record: Option<&SecretBytes>,
        time: Duration,
    ) -> Result<bool, Error> {
        let mut script = self.scripts.write.prepare_invoke();
        script
            .key(self.key(&held.id, "record"))
            .key(self.key(&held.id, "lease"))
            .key(self.key(&held.id, "fence"))
            .arg(over)
            .arg(held.fence)
            .arg(&held.holder)
            .arg(millis(time))
            .arg(GONE);
        for name in held.id.names() {
            script.arg(name);
        }
        if let Some(record) = record {
            script.arg(record.expose_secret());
        }
        self.run::<i64>(&script).await.map(|written| written == 1)
    }

    async fn swap(&self, note: &str, old: &str, new: &str) -> Result<Option<String>, Error> {
        let mut script = self.scripts.swap.prepare_invoke();
        script.key(self.note(note)).arg(old).arg(new);
        self.run(&script).await
    }

    async fn accounts(&self) -> Result<Vec<AccountKey>, Error> {
        let versions: Option<String> = self.ask(&self.ask_versions()).await?;
        self.check_version(versions.as_deref())?;
        let (mut accounts, mut cursor) = (BTreeSet::new(), 0_u64);
        loop {
            let (next, keys) = self.scan(cursor).await?;
            if !keys.is_empty() {
                let mut script = self.scripts.names.prepare_invoke();
                for key in &keys {
                    script.key(key);
                }
                // Four fields of each record; a key may be scanned twice.
                let found: Vec<(Vec<u8>, String, String, String)> = self.run(&script).await?;
                for (key, service, client_id, account) in &found {
                    accounts
                        .extend(self.digest(key).and_then(|digest| {
                            Id::account(&digest, [service, client_id, account])
                        }));
                }
            }
            cursor = next;
            if cursor == 0 {
                return Ok(accounts.into_iter().collect());
            }
        }
    }

    async fn sample(&self) -> Result<Vec<(AccountKey, SecretBytes)>, Error> {
        let (mut found, mut cursor, start) = (Vec::new(), 0_u64, Instant::now());
        // The server has keys in no order. Among millions of other programs it may find none.
        while start.elapsed() < SCAN_TIME {
            let (next, keys) = self.scan(cursor).await?;
            if !keys.is_empty() {
                let mut script = self.scripts.sample.prepare_invoke();
                script.arg(SAMPLE);
                for key in &keys {
                    script.key(key);
                }
                let some: Vec<Sampled> = self.run(&script).await?;
                for (key, service, client_id, account, body) in some {
                    let digest = self.digest(&key);
                    let names = [&*service, &*client_id, &*account];
                    let account = digest.and_then(|digest| Id::account(&digest, names));
                    found.extend(account.map(|account| (account, SecretBytes::new(body))));
                }
            }
            cursor = next;
            if cursor == 0 || found.len() >= SAMPLE {
                break;
            }
        }
        Ok(found)
    }

    async fn check(&self) -> Result<(), Error> {
        if self.is_writable().await? {
            return Ok(());
        }
        // The connection may be an old one, to a server that was the primary.
        self.connection.reset();
        match self.is_writable().await? {
            true => Ok(()),
            false => Err(self.connection.replica()),
        }
    }

    fn reset(&self) {
        self.connection.reset();
    }

    fn describe(&self) -> &str {
        self.connection.label()
    }
}

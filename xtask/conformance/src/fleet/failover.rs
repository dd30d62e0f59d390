//! A primary that is killed, and a standby that is promoted: what a failover loses, and what not.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::ErrorKind;

use super::engine::{self, Engine, EngineKind, PASSWORD};
use super::scene::{Holder, Scene, stopped_at_each_step};
use super::trouble::{failed, is, key};
use crate::expect::{each, ensure};
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{counted, rotations, since};

/// How long a standby may take to follow.
const FOLLOW: Duration = Duration::from_secs(20);
/// How long a primary is without its replica.
const ALONE: Duration = Duration::from_secs(1);

pub(super) fn run(kind: EngineKind, report: &mut Report) -> CheckResult {
    let pair = Pair::new(Engine::start_hasty(kind)?)?;
    report.single("a standby cannot be written: what to do", || {
        pair.read_only()
    });
    if kind.is_redis() {
        report.single("without a replica that it requires: 1 renewal", || {
            pair.without_replica()
        });
    }
    let (name, promoted) = match kind.is_redis() {
        true => ("at each step, the replica in step: nothing is lost", Ok(())),
        false => (
            "at each step, synchronous: nothing is lost",
            pair.synchronous(),
        ),
    };
    let mut primary = None;
    report.single(name, || {
        promoted?;
        primary = Some(pair.at_each_step()?);
        Ok(())
    });
    report.single("a standby that is behind: its last save is lost", || {
        Pair::new(primary.ok_or("the first failover failed")?)?.behind()
    });
    Ok(())
}

struct Pair {
    primary: Engine,
    standby: Engine,
}

impl Pair {
    fn new(primary: Engine) -> Result<Self, Failure> {
        let standby = Engine::standby_of(&primary)?;
        let pair = Self { primary, standby };
        pair.until_in_step()?;
        Ok(pair)
    }

    /// The URL that programs use before and after the failover.
    fn url(&self) -> String {
        let [one, other] = [&self.primary, &self.standby].map(Engine::port);
        match self.primary.kind.is_redis() {
            true => self.primary.url(),
            false => format!(
                "postgres://postgres:{PASSWORD}@127.0.0.1:{one},127.0.0.1:{other}/postgres\
                 ?target_session_attrs=read-write"
            ),
        }
    }

    fn scene(&self) -> Result<Scene, Failure> {
        Scene::at(&self.url(), &self.primary.namespace()?)
    }

    fn read_only(&self) -> CheckResult {
        let namespace = self.primary.namespace()?;
        self.until_in_step()?;
        let used = engine::open(&self.standby.url(), &namespace)
            .and_then(|store| store.try_lease(&key("me")).map(drop));
        let words = match self.primary.kind.is_redis() {
            true => ["it is a replica", "connect to the primary"],
            false => ["it is a standby", "target_session_attrs=read-write"],
        };
        is(&failed(used)?, ErrorKind::Configuration, &words)
    }

    /// Lets the primary wait for the standby at each commit.
    fn synchronous(&self) -> CheckResult {
        // Each is a transaction of its own, which ALTER SYSTEM requires.
        for text in [
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "SELECT pg_reload_conf()",
        ] {
            self.primary.sql(text)?;
        }
        let count = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        until("a synchronous standby", || {
            Ok(self.primary.sql(count)? == "1")
        })
    }

    /// Waits until the standby has all that the primary has.
    fn until_in_step(&self) -> CheckResult {
        until("a standby in step", || {
            if !self.primary.kind.is_redis() {
                let written = self.primary.sql("SELECT pg_current_wal_lsn()")?;
                return Ok(self.standby.sql("SELECT pg_last_wal_replay_lsn()")? == written);
            }
            let told = self.primary.command(&["info", "replication"])?;
            let after = |word: &str| {
                let (_, rest) = told.split_once(word)?;
                rest.split([',', '\r', '\n']).next()
            };
            let own = after("master_repl_offset:");
            Ok(own.is_some() && told.contains("state=online") && own == after(",offset="))
        })
    }

    /// Lets the standby miss what follows.
    fn cut_off(&self) -> CheckResult {
        if self.primary.kind.is_redis() {
            // A port that nothing listens on.
            return self.standby.follow(1);
        }
        for text in [
            "ALTER SYSTEM SET primary_conninfo = ''",
            "SELECT pg_reload_conf()",
        ] {
            self.standby.sql(text)?;
        }
        let count = "SELECT count(*) FROM pg_stat_wal_receiver";
        until("a standby that is cut off", || {
            Ok(self.standby.sql(count)? == "0")
        })
    }

    /// A primary that refuses writes while no replica follows it (`min-replicas-to-write`).
    fn without_replica(&self) -> CheckResult {
        let require = |count: &str| {
            let words = ["config", "set", "min-replicas-to-write", count];
            self.primary.command(&words).map(drop)
        };
        require("1")?;
        let url = self.url();
        let scene = |namespace: &str| Scene::at(&url, namespace);
        let holders = stopped_at_each_step(&self.primary, scene)?;
        self.cut_off()?;
        until("a primary without a replica", || {
            let told = self.primary.command(&["info", "replication"])?;
            Ok(told.contains("min_slaves_good_slaves:0"))
        })?;
        for holder in &holders {
            holder.worker.go_on()?;
        }
        thread::sleep(ALONE);
        self.standby.follow(self.primary.port())?;
        each(holders, Holder::goes_on)?;
        require("0")?;
        self.until_in_step()
    }

    /// The primary is killed in the middle of renewals, each at another step. Returns the new one.
    fn at_each_step(mut self) -> Result<Engine, Failure> {
        let url = self.url();
        let scene = |namespace: &str| Scene::at(&url, namespace);
        let holders = stopped_at_each_step(&self.primary, scene)?;
        self.until_in_step()?;
        self.primary.kill()?;
        for holder in &holders {
            holder.worker.go_on()?;
        }
        self.standby.promote(&self.primary)?;
        each(holders, Holder::goes_on)?;
        Ok(self.standby)
    }

    /// What was saved after the standby was cut off is lost, and nothing else.
    fn behind(mut self) -> CheckResult {
        let (kept, lost) = (self.scene()?, self.scene()?);
        self.until_in_step()?;
        self.cut_off()?;
        lost.server.revoke_access_tokens();
        lost.start.spawn()?.ask("call")?.went_well()?;
        counted("renewals", rotations(&lost.server.requests()), 1)?;
        self.primary.kill()?;
        self.standby.promote(&self.primary)?;

        let mark = kept.server.requests().mark();
        kept.start.spawn()?.ask("call")?.went_well()?;
        kept.server.revoke_access_tokens();
        kept.start.spawn()?.ask("call")?.went_well()?;
        counted("renewals", rotations(&since(&kept.server, mark)), 1)?;

        // The older record has a refresh token that was used.
        let mut fresh = lost.start.spawn()?;
        let reply = fresh.ask("call")?;
        let needs_login = reply.is(ErrorKind::NeedsLogin);
        ensure(needs_login, format!("expected NeedsLogin, got {reply:?}"))?;
        fresh.ask("log-in")?.went_well()?;
        lost.start.spawn()?.ask("call")?.went_well()
    }
}

fn until(what: &str, mut reached: impl FnMut() -> Result<bool, Failure>) -> CheckResult {
    let deadline = Instant::now() + FOLLOW;
    while !reached()? {
        ensure(
            Instant::now() < deadline,
            format!("waited in vain for {what}"),
        )?;
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

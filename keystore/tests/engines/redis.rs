//! Redis: each command is looked for, and a logout leaves a version that ends.

use std::{sync::Arc, time::Duration};

use auth_core::{Error, Store};
use keystore::{Redis, Sealed};

use crate::{
    crowd_changes_a_note, emptied_store_takes_a_token, encryption_key, key, lease,
    lease_brings_the_record_once, names, odd_names, record, renew,
    server::{self, Server},
    versions_are_noticed,
};

/// A user with the rights that the guide names, for the keys of a namespace, both of one name.
struct Set {
    server: Arc<Server>,
    name: String,
}

impl Set {
    fn up() -> Option<Self> {
        let server = server::redis()?;
        let name = server.name();
        let set = Self { server, name };
        set.acl("on >word ~{}:* &{}:* +@read +@write +@scripting +@pubsub +info +config|get");
        Some(set)
    }

    fn acl(&self, rules: &str) {
        let words = format!("acl setuser {{}} {rules}");
        assert_eq!(self.command(&words), "OK");
    }

    /// Sends a command as the default user, with the name in the place of `{}`.
    fn command(&self, words: &str) -> String {
        self.server.command(&words.replace("{}", &self.name))
    }

    fn open(&self) -> Result<Sealed<Redis>, Error> {
        let url = format!(
            "redis://{}:word@127.0.0.1:{}/0",
            self.name, self.server.port
        );
        let builder = Redis::builder(url).namespace(&self.name);
        builder.open(encryption_key())
    }

    /// Sends the command in this text.
    fn follow(&self, text: &str) {
        let command = &text[text.find("ACL").expect("a command")..];
        assert_eq!(self.command(command), "OK");
    }

    /// The keys of a kind, each with its time to live in milliseconds.
    fn times(&self, kind: &str) -> Vec<i64> {
        let keys = self.command(&format!("keys {{}}:*:{kind}"));
        let times = keys.lines().filter(|key| !key.is_empty());
        times
            .map(|key| self.command(&format!("pttl {key}")).parse().unwrap())
            .collect()
    }
}

#[test]
fn a_store_opens_only_with_all_rights() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    assert!(store.inner().warnings().is_empty(), "{store:?}");
    renew(&store, "me");
    for command in [
        "hget", "hmget", "hexists", "hset", "hdel", "persist", "pexpire", "get", "set", "del",
        "pttl", "incr", "scan",
    ] {
        set.acl(&format!("-{command}"));
        let error = set.open().unwrap_err();
        let health = store.health().unwrap_err();
        assert_eq!(error.to_string(), health.to_string());
        let help = names(
            &error,
            &[&format!("{}: {command}", set.name), "ACL SETUSER"],
        );
        set.follow(&help);
        set.open().expect("with what the help says");
    }
    set.acl("resetkeys ~other:*");
    let help = names(&set.open().unwrap_err(), &["hget, ", "incr"]);
    set.follow(&help);
    renew(&set.open().unwrap(), "me");
}

#[test]
fn a_user_without_messages_is_warned() {
    let Some(set) = Set::up() else { return };
    for rule in ["-publish", "-subscribe", "resetchannels"] {
        set.acl(rule);
        let store = set.open().unwrap();
        renew(&store, "me");
        let warnings = store.inner().warnings();
        assert!(warnings[0].contains("looks again"), "{warnings:?}");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        set.follow(&warnings[0]);
        assert!(set.open().unwrap().inner().warnings().is_empty());
    }
}

/// The server issues the next refresh token once, so a save that cannot work must show before.
#[test]
fn a_right_that_is_taken_away_shows_before_a_token_is_used() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    set.acl("-hset");
    let held = lease(&store, "me");
    set.follow(&names(&store.reserve(&held, 100).unwrap_err(), &["hset"]));
    store.reserve(&held, 100).expect("permitted meanwhile");
    drop(held);
    renew(&store, "me");
}

#[test]
fn a_logout_leaves_a_version_without_names_that_ends() {
    let Some(set) = Set::up() else { return };
    let (store, other) = (set.open().unwrap(), set.open().unwrap());
    store.save(&lease(&store, "me"), &record("one")).unwrap();
    assert_eq!(
        (set.times("record"), set.times("fence")),
        (vec![-1], vec![-1])
    );
    // It reads the record, and hangs.
    let late = lease(&other, "me");
    let leased = set.command("keys {}:*:lease");
    set.command(&format!("del {leased}"));
    store.remove(&lease(&store, "me")).unwrap();
    for kind in ["record", "fence"] {
        let time = set.times(kind)[0];
        assert!((86_000_000..=86_400_000).contains(&time), "{kind}: {time}");
    }
    let fields = set.command("keys {}:*:record");
    assert_eq!(set.command(&format!("hkeys {fields}")), "v");
    other.save(&late, &record("late")).unwrap_err();
    assert!(store.load(&key("me")).unwrap().is_none());
    drop(late);
    // A login keeps both; one that fails does not.
    store.save(&lease(&store, "me"), &record("two")).unwrap();
    assert_eq!(
        (set.times("record"), set.times("fence")),
        (vec![-1], vec![-1])
    );
    assert!(store.load(&key("me")).unwrap().is_some());
    assert_eq!(store.accounts().unwrap(), Some(vec![key("me")]));
    drop(lease(&store, "unknown"));
    let mut times = set.times("fence");
    times.sort_unstable();
    assert!(times[0] == -1 && times[1] > 86_000_000, "{times:?}");
}

#[test]
fn a_lease_brings_the_record_with_it_once() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    lease_brings_the_record_once(&store, || {
        let name = set.command("keys {}:*:record");
        set.command(&format!("hset {name} b changed"));
    });
}

#[test]
fn a_host_that_runs_notices_keys_of_another_version() {
    let Some(set) = Set::up() else { return };
    // A command is split at its spaces.
    let versions = |versions: &str| {
        if versions == "deleted" {
            set.command("del {}:versions");
            return;
        }
        let versions = versions.replace(' ', "'..string.char(32)..'");
        let script = format!("return(redis.call('set',KEYS[1],'{versions}'))");
        set.command(&format!("eval {script} 1 {{}}:versions"));
    };
    let leases = || {
        let times = set.times("lease");
        assert!(times.iter().all(|time| *time < 11_000), "not confirmed");
        format!("{} leases", times.len())
    };
    versions_are_noticed(
        &set.open().unwrap(),
        || set.open().unwrap_err(),
        versions,
        leases,
        [
            ("7", &["version 7, newer than 1"], "update this program"),
            (
                "3 12 7",
                &["version 12, newer than 1"],
                "update this program",
            ),
            ("0", &["version 0, older than 1"], "start the version"),
            ("", &["no version"], "update this program"),
        ],
        ["1 7", "deleted"],
    );
}

/// What FLUSHALL does to the keys of this namespace.
#[test]
fn keys_that_are_gone_take_the_token_of_a_renewal_that_has_begun() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    emptied_store_takes_a_token(&store, |_, _| {
        let keys = set.command("keys {}:*");
        set.command(&format!("del {}", keys.replace('\n', " ")));
    });
}

#[test]
fn odd_names_of_accounts_and_notes() {
    let Some(set) = Set::up() else { return };
    odd_names(&set.open().unwrap());
}

#[test]
fn a_crowd_of_hosts_changes_a_note_in_few_tries() {
    let Some(set) = Set::up() else { return };
    crowd_changes_a_note(|| set.open().unwrap());
}

#[test]
fn a_lease_that_never_ends_is_refused() {
    let Some(server) = server::redis() else {
        return;
    };
    let url = format!("redis://127.0.0.1:{}/0", server.port);
    let open = |lease| Redis::builder(&*url).lease_duration(lease).open_unsealed();
    for lease in [Duration::ZERO, Duration::from_secs(86_401), Duration::MAX] {
        assert_eq!(open(lease).unwrap_err().setting(), Some("lease_duration"));
    }
    open(Duration::from_secs(3600)).unwrap();
}

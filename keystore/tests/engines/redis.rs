//! Redis: each command is looked for, and a logout leaves a version that ends.

use std::sync::Arc;

use auth_core::{Error, Store};
use keystore::{Redis, Sealed};

use crate::{
    encryption_key, key, lease, names, record, renew,
    server::{self, Server},
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
    store.save(&lease(&store, "me"), &record("one")).unwrap();
    let held = lease(&store, "me");
    let name = set.command("keys {}:*:record");
    set.command(&format!("hset {name} b changed"));
    assert_eq!(store.load(&key("me")).unwrap().unwrap().as_ref(), b"one");
    store.load(&key("me")).expect_err("asks the server");
    drop(held);
    drop(lease(&store, "me"));
    store.load(&key("me")).expect_err("asks the server");
}

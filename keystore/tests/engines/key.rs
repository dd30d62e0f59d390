//! Both engines: a host that has another key than the records says so.

use auth_core::Store;
use keystore::{EncryptionKey, Postgres, Redis, Sealed};

use crate::{encryption_key, lease, names, record, server};

fn other_key() -> EncryptionKey {
    EncryptionKey::from_text("0f".repeat(32)).unwrap()
}

/// `open` opens the store anew with this key. It has no record yet.
fn foreign_key<S: Store>(open: impl Fn(EncryptionKey) -> Sealed<S>) {
    let (store, other) = (open(encryption_key()), open(other_key()));
    other.health().expect("an empty store");
    store.save(&lease(&store, "me"), &record("one")).unwrap();
    store.health().unwrap();
    let help = names(&other.health().unwrap_err(), &["another key", "(1)"]);
    assert!(help.contains("set the key"), "{help}");
    let changed = open(other_key()).with_old_key(encryption_key());
    changed.health().expect("the key is being changed");
    for account in 0..20 {
        let account = account.to_string();
        store
            .save(&lease(&store, &account), &record(&account))
            .unwrap();
    }
    names(&other.health().unwrap_err(), &["another key"]);
    store.health().unwrap();
    changed.health().unwrap();
    // All others log out: the store has records of two keys.
    for account in 0..20 {
        store.remove(&lease(&store, &account.to_string())).unwrap();
    }
    names(&other.health().unwrap_err(), &["another key", "(1)"]);
    other.save(&lease(&other, "you"), &record("two")).unwrap();
    other.health().expect("a record of its own");
    store.health().unwrap();
}

#[test]
fn a_foreign_key_on_postgresql() {
    let Some(server) = server::postgres() else {
        return;
    };
    let namespace = server.name();
    let url = server.postgres_url("postgres");
    let builder = || Postgres::builder(url.as_str()).namespace(&namespace);
    builder().migrate().unwrap();
    foreign_key(|key| builder().open(key).unwrap());
}

#[test]
fn a_foreign_key_on_redis() {
    let Some(server) = server::redis() else {
        return;
    };
    let namespace = server.name();
    let url = format!("redis://127.0.0.1:{}", server.port);
    // Among many keys of another program.
    let foreign = "for\tn=1,40000\tdo\tredis.call('SET','cache:'..n,'')\tend";
    server.command(&format!("EVAL {foreign} 0"));
    foreign_key(|key| {
        let builder = Redis::builder(url.as_str()).namespace(&namespace);
        builder.open(key).unwrap()
    });
}

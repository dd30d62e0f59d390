//! What the operator's guide (docs/FLEET.md) says to remove logins that are used no more.

use std::process::Command;

use auth_core::Store;
use keystore::Redis;

use crate::{encryption_key, key, lease, postgres::Set, record, renew_beside, server};

#[test]
fn old_logins_are_removed_from_postgresql() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    for account in ["old", "new"] {
        store.save(&lease(&store, account), &record("one")).unwrap();
    }
    set.sql(
        "UPDATE {}.auth_record SET updated_at = now() - interval '4 months' WHERE account = 'old'",
    );
    let held = lease(&store, "new");
    let old = "FROM {}.auth_record WHERE updated_at < now() - interval '3 months'";
    assert_eq!(set.sql(&format!("SELECT count(*) {old}")), "1");
    set.sql(&format!("DELETE {old}"));
    store.save(&held, &record("two")).unwrap();
    drop(held);
    assert_eq!(store.accounts().unwrap(), Some(vec![key("new")]));
    assert!(store.load(&key("old")).unwrap().is_none());
    renew_beside(&store, "old", 1);
    set.sql("DELETE FROM {}.auth_record WHERE account = 'new'");
    assert_eq!(store.accounts().unwrap(), Some(Vec::new()));
}

#[test]
fn old_logins_are_removed_from_redis() {
    let Some(server) = server::redis() else {
        return;
    };
    let namespace = server.name();
    let url = format!("redis://127.0.0.1:{}", server.port);
    let builder = Redis::builder(url.as_str()).namespace(&namespace);
    let store = builder.open(encryption_key()).unwrap();
    for account in ["old", "new"] {
        store.save(&lease(&store, account), &record("one")).unwrap();
    }
    let head = format!("cli=\"redis-cli -u {url} --no-auth-warning\"");
    let scan = format!("$cli --scan --pattern '{namespace}:{{*}}:record' | while read -r key; do");
    // The record of `old` was used 100 days ago.
    let since = "redis.call('RESTORE', KEYS[1], 0, redis.call('DUMP', KEYS[1]), 'REPLACE', \
                 'IDLETIME', 8640000)";
    shell(&format!(
        "{head}\n{scan}\n if [ $($cli HGET $key a) = old ]; then $cli EVAL \"{since}\" 1 $key; fi\ndone"
    ));
    let removed = shell(&format!(
        "{head}
        {scan}
            if [ \"$($cli OBJECT IDLETIME \"$key\")\" -gt 7776000 ]; then # 90 days
                $cli UNLINK \"$key\"
                $cli EXPIRE \"${{key%record}}fence\" 86400
            fi
        done"
    ));
    assert_eq!(removed, "1\n1", "a record, and the end of a number");
    assert_eq!(store.accounts().unwrap(), Some(vec![key("new")]));
    assert!(store.load(&key("old")).unwrap().is_none());
    renew_beside(&store, "old", 1);
}

/// Runs a script of the shell, and returns what it prints. `redis-cli` is beside the server.
fn shell(script: &str) -> String {
    let output = Command::new("sh").args(["-euc", script]).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {words}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

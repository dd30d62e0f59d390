//! PostgreSQL: each right is looked for, and a logout leaves a version that ends.

use std::{
    process::Stdio,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use auth_core::{Error, ErrorKind, Store};
use keystore::{Postgres, PostgresBuilder, Sealed};

use crate::{
    LONG, crowd_changes_a_note, emptied_store_takes_a_token, encryption_key, key, lease,
    lease_brings_the_record_once, names, odd_names, record, renew,
    server::{self, Server},
    versions_are_noticed,
};

/// A user with all rights on the tables of a namespace, both of one name.
pub(crate) struct Set {
    pub(crate) server: Arc<Server>,
    pub(crate) name: String,
}

const TABLES: [&str; 3] = ["auth_record", "auth_lease", "auth_note"];
const RIGHTS: [&str; 3] = ["SELECT", "INSERT", "UPDATE"];

impl Set {
    pub(crate) fn up() -> Option<Self> {
        let server = server::postgres()?;
        let name = server.name();
        let set = Self { server, name };
        set.owner().migrate().unwrap();
        set.sql(
            "CREATE USER {}; GRANT USAGE ON SCHEMA {} TO {}; GRANT SELECT ON {}.auth_meta TO {}",
        );
        for table in TABLES {
            set.sql(&format!(
                "GRANT SELECT, INSERT, UPDATE ON {{}}.{table} TO {{}}"
            ));
        }
        Some(set)
    }

    /// Runs SQL as the owner, with the name in the place of `{}`.
    pub(crate) fn sql(&self, text: &str) -> String {
        self.server.sql(&text.replace("{}", &self.name))
    }

    fn owner(&self) -> PostgresBuilder {
        Postgres::builder(self.server.postgres_url("postgres")).namespace(&self.name)
    }

    pub(crate) fn open(&self) -> Result<Sealed<Postgres>, Error> {
        let url = self.server.postgres_url(&self.name);
        Postgres::builder(url)
            .namespace(&self.name)
            .open(encryption_key())
    }

    /// Runs the statements of an error's help.
    fn follow(&self, help: &str) {
        let sql = &help[help.find("GRANT").expect("a statement")..];
        self.sql(sql);
    }
}

#[test]
fn a_store_opens_only_with_all_rights() {
    let Some(set) = Set::up() else { return };
    renew(&set.open().unwrap(), "me");
    let check = |revoke: &str, words: &[&str]| {
        set.sql(revoke);
        let error = set.open().unwrap_err();
        let words = [words, &[&set.name, "GRANT"]].concat();
        set.follow(&names(&error, &words));
        set.open().expect("with what the help says");
    };
    check(
        "REVOKE USAGE ON SCHEMA {} FROM {}",
        &["USAGE on the schema"],
    );
    check(
        "REVOKE SELECT ON {}.auth_meta FROM {}",
        &["SELECT on auth_meta"],
    );
    for table in TABLES {
        for right in RIGHTS {
            check(
                &format!("REVOKE {right} ON {{}}.{table} FROM {{}}"),
                &[&format!("missing {right} on {table}")],
            );
        }
    }
    check(
        "REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}; REVOKE ALL ON SCHEMA {} FROM {}",
        &[
            "USAGE on",
            "SELECT on auth_meta",
            "SELECT, INSERT, UPDATE on auth_note",
        ],
    );
    renew(&set.open().unwrap(), "me");
}

#[test]
fn a_right_on_all_columns_is_as_good() {
    let Some(set) = Set::up() else { return };
    set.sql("REVOKE ALL ON {}.auth_note FROM {}; GRANT SELECT (name, body) ON {}.auth_note TO {}");
    names(
        &set.open().unwrap_err(),
        &["missing INSERT, UPDATE on auth_note"],
    );
    set.sql("GRANT INSERT (name, body), UPDATE (name, body) ON {}.auth_note TO {}");
    renew(&set.open().unwrap(), "me");
}

#[test]
fn a_table_that_is_missing_is_not_a_missing_right() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    set.sql("DROP TABLE {}.auth_note");
    let help = names(&store.health().unwrap_err(), &["its tables are missing"]);
    assert!(help.contains("migrate"), "{help}");
    set.owner().migrate().unwrap();
    names(
        &store.health().unwrap_err(),
        &["SELECT, INSERT, UPDATE on auth_note"],
    );
}

#[test]
fn a_user_whose_transactions_are_read_only_does_not_open_it() {
    let Some(set) = Set::up() else { return };
    set.sql("ALTER USER {} SET default_transaction_read_only = on");
    let help = names(&set.open().unwrap_err(), &["cannot be written"]);
    assert!(help.contains("default_transaction_read_only"), "{help}");
    set.sql("ALTER USER {} RESET default_transaction_read_only");
    renew(&set.open().unwrap(), "me");
}

/// The server issues the next refresh token once, so a save that cannot work must show before.
#[test]
fn a_right_that_is_taken_away_shows_before_a_token_is_used() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    for right in ["INSERT", "UPDATE"] {
        set.sql(&format!("REVOKE {right} ON {{}}.auth_record FROM {{}}"));
        let held = lease(&store, "me");
        let words = format!("{right} on auth_record");
        names(&store.health().unwrap_err(), &[&words]);
        let help = names(&store.reserve(&held, 100).unwrap_err(), &[&words]);
        set.follow(&help);
        store.reserve(&held, 100).expect("granted meanwhile");
    }
    renew(&store, "me");
}

#[test]
fn a_logout_leaves_a_version_without_names_and_the_schema_removes_it() {
    let Some(set) = Set::up() else { return };
    let (store, other) = (set.open().unwrap(), set.open().unwrap());
    for account in ["gone", "back", "stays"] {
        store
            .save(&lease(&store, account), &record(account))
            .unwrap();
    }
    let rows = |table: &str| set.sql(&format!("SELECT count(*) FROM {{}}.{table}"));
    // It reads the record, and hangs.
    let late = lease(&other, "gone");
    set.sql("UPDATE {}.auth_lease SET until = clock_timestamp() WHERE holder <> ''");
    for account in ["gone", "back"] {
        store.remove(&lease(&store, account)).unwrap();
    }
    let names =
        set.sql("SELECT string_agg(account || service || client_id, '') FROM {}.auth_record");
    assert_eq!(names, "staysinaturalistapp-id");
    // Not after a moment: the version refuses what hung.
    set.owner().migrate().unwrap();
    assert_eq!(rows("auth_record"), "3");
    other.save(&late, &record("late")).unwrap_err();
    assert!(store.load(&key("gone")).unwrap().is_none());
    store
        .save(&lease(&store, "back"), &record("again"))
        .unwrap();
    drop(late);
    // After a day.
    set.sql("UPDATE {}.auth_record SET updated_at = updated_at - interval '25 hours'");
    let held = lease(&store, "other");
    set.owner().migrate().unwrap();
    assert_eq!(rows("auth_record"), "2");
    assert_eq!(rows("auth_lease"), "3", "of the two, and one that is held");
    drop(held);
    let mut found = store.accounts().unwrap().unwrap();
    found.sort();
    assert_eq!(found, [key("back"), key("stays")]);
    store.save(&lease(&store, "gone"), &record("new")).unwrap();
}

#[test]
fn a_lease_brings_the_record_with_it_once() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    let change = || drop(set.sql("UPDATE {}.auth_record SET body = 'changed'"));
    lease_brings_the_record_once(&store, change);
}

/// A dump that is restored, or a `VACUUM FULL`.
#[test]
fn a_migration_that_waits_for_a_lock_in_vain_says_so() {
    let Some(set) = Set::up() else { return };
    let locked = "BEGIN; LOCK TABLE {}.auth_meta IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)";
    let mut locked = set.server.psql(&locked.replace("{}", &set.name));
    let mut locked = locked.stdout(Stdio::null()).spawn().unwrap();
    let sleeps = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while set.sql(&format!("SELECT count(*) {sleeps}")) != "1" {
        assert!(locked.try_wait().unwrap().is_none(), "it has the lock");
    }
    let start = Instant::now();
    let error = set.owner().migrate().unwrap_err();
    let took = start.elapsed();
    set.sql(&format!("SELECT pg_terminate_backend(pid) {sleeps}"));
    locked.wait().unwrap();
    assert!(error.to_string().contains("pg_stat_activity"), "{error}");
    assert!(took < Duration::from_secs(40), "{took:?}");
}

/// Of all that wait, each asks again and again: the holder must not wait for their locks.
#[test]
fn one_that_asks_in_vain_locks_nothing() {
    let Some(set) = Set::up() else { return };
    let (store, other) = (set.open().unwrap(), set.open().unwrap());
    let held = lease(&store, "me");
    let row = || set.sql("SELECT xmin, xmax, ctid FROM {}.auth_lease");
    let before = row();
    for _ in 0..3 {
        assert!(other.try_lease(&key("me")).unwrap().is_none());
    }
    assert_eq!(row(), before);
    drop(held);
    drop(lease(&other, "me"));
    // One that has ended without being freed is taken over.
    let held = lease(&store, "me");
    set.sql("UPDATE {}.auth_lease SET until = clock_timestamp()");
    drop(lease(&other, "me"));
    drop(held);
}

#[test]
fn a_host_that_runs_notices_tables_of_another_version() {
    let Some(set) = Set::up() else { return };
    let versions = |versions: &str| {
        set.sql(&format!(
            "BEGIN; DELETE FROM {{}}.auth_meta; \
             INSERT INTO {{}}.auth_meta SELECT unnest(string_to_array('{versions}', ',')::int4[]); COMMIT"
        ));
    };
    let newer = ["version 7", "newer than 1"];
    versions_are_noticed(
        &set.open().unwrap(),
        || set.open().unwrap_err(),
        versions,
        || set.sql("SELECT * FROM {}.auth_lease"),
        [
            ("7", &newer, "update this program"),
            ("3,7", &newer, "update this program"),
            ("0", &["version 0", "older than 1"], "migrate"),
            ("", &["no version", "auth_meta"], "migrate"),
        ],
        ["1,7", "1"],
    );
}

/// What a migration does to a table that a late save of an older host must not change.
#[test]
fn a_table_that_was_replaced_names_both_versions() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    let held = lease(&store, "me");
    set.sql(
        "UPDATE {}.auth_meta SET schema_version = 2; \
         ALTER TABLE {}.auth_record RENAME TO auth_login",
    );
    let words = ["version 2, newer than 1"];
    names(&store.save(&held, &record("one")).unwrap_err(), &words);
    names(&store.load(&key("me")).unwrap_err(), &words);
    names(&store.try_lease(&key("you")).unwrap_err(), &words);
    // An older program does not create it again.
    names(&set.owner().migrate().unwrap_err(), &words);
    names(&store.save(&held, &record("one")).unwrap_err(), &words);
    names(&set.owner().migrate().unwrap_err(), &words);
}

#[test]
fn tables_that_were_created_again_take_the_token_of_a_renewal_that_has_begun() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    emptied_store_takes_a_token(&store, |begun, held| {
        set.sql("DROP SCHEMA {} CASCADE");
        let words = ["its tables are missing"];
        names(&store.confirm(held, LONG).unwrap_err(), &words);
        names(&store.load(&key("other")).unwrap_err(), &words);
        names(&store.save(begun, &record("two")).unwrap_err(), &words);
        set.owner().migrate().unwrap();
        set.follow(&names(
            &store.health().unwrap_err(),
            &["USAGE on the schema"],
        ));
        assert!(store.load(&key("me")).unwrap().is_none());
    });
}

/// The server's own errors, which a trigger raises in the place of a full disk and the like.
#[test]
fn what_the_server_refuses_says_what_to_do() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    for (code, kind, words) in [
        ("53100", ErrorKind::Store, "disk"),
        ("53200", ErrorKind::Transport, "memory"),
        ("53300", ErrorKind::Transport, "max_connections"),
        ("57P01", ErrorKind::Transport, "try again"),
        ("57P03", ErrorKind::Transport, "try again"),
        ("55P03", ErrorKind::Transport, "try again"),
        ("25006", ErrorKind::Transport, "primary"),
        ("42501", ErrorKind::Configuration, "grant"),
        ("58030", ErrorKind::Store, "disk"),
    ] {
        set.sql(&format!(
            "CREATE OR REPLACE FUNCTION {{}}.fail() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = '{code}'; END $$; \
             DROP TRIGGER IF EXISTS fails ON {{}}.auth_lease; CREATE TRIGGER fails \
             BEFORE INSERT ON {{}}.auth_lease EXECUTE FUNCTION {{}}.fail()"
        ));
        let error = store.try_lease(&key("me")).unwrap_err();
        assert_eq!(error.kind(), kind, "{error:#}");
        assert!(error.help().unwrap().contains(words), "{error:#}");
        let is_named = error
            .to_string()
            .contains(&format!("no more (SQLSTATE {code})"));
        assert!(is_named || code == "25006", "{error:#}");
    }
    set.sql("DROP TRIGGER fails ON {}.auth_lease");
    renew(&store, "me");
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

/// Some administrators have it so for all roles.
#[test]
fn a_role_with_stricter_isolation_waits_for_other_hosts_as_well() {
    let Some(set) = Set::up() else { return };
    for isolation in ["repeatable read", "serializable"] {
        set.sql(&format!(
            "ALTER ROLE {{}} SET default_transaction_isolation = '{isolation}'"
        ));
        let stores: Vec<_> = (0..8).map(|_| set.open().unwrap()).collect();
        thread::scope(|scope| {
            for store in &stores {
                scope.spawn(|| {
                    for at in 0..10 {
                        if let Some(held) = store.try_lease(&key("me")).unwrap() {
                            store.save(&held, &record(&at.to_string())).unwrap();
                        }
                        store
                            .update_note("n", &mut |text| format!("{text}1"))
                            .unwrap();
                    }
                });
            }
        });
        let length = set.sql("SELECT length(body) FROM {}.auth_note WHERE name = 'n'");
        assert_eq!(length, "80", "{isolation}");
        set.sql("DELETE FROM {}.auth_note");
    }
}

/// A new refresh token of an account that has such a name could not be saved.
#[test]
fn a_database_that_cannot_hold_every_name_does_not_open() {
    let Some(set) = Set::up() else { return };
    let database =
        "CREATE DATABASE {} ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
    set.sql(database);
    let url = set.server.postgres_url("postgres");
    let url = format!("{}{}", url.trim_end_matches("postgres"), set.name);
    let builder = Postgres::builder(url);
    builder.migrate().unwrap();
    let error = builder.open(encryption_key()).unwrap_err();
    let help = names(&error, &["LATIN1", "names of accounts"]);
    assert!(help.contains("UTF8"), "{help}");
}

#[test]
fn a_namespace_that_is_a_word_of_sql_says_so() {
    let Some(set) = Set::up() else { return };
    for word in ["user", "order", "all"] {
        let builder = Postgres::builder(set.server.postgres_url("postgres")).namespace(word);
        for error in [
            builder.migrate().unwrap_err(),
            builder.open(encryption_key()).unwrap_err(),
        ] {
            assert!(
                names(&error, &[word]).contains("another namespace"),
                "{error}"
            );
        }
    }
}

//! PostgreSQL: a connection that can be written no longer, or that the server ended, is replaced.

use std::time::Duration;

use auth_core::Store;
use keystore::Postgres;

use crate::{key, lease, names, postgres::Set, record, renew, renew_beside};

/// A primary that was demoted keeps its connections. The server says 25006 on them.
#[test]
fn a_connection_that_became_read_only_is_replaced() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    store.save(&lease(&store, "me"), &record("one")).unwrap();
    set.sql(
        "CREATE FUNCTION {}.demote() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM set_config('default_transaction_read_only', 'on', false); \
         RETURN NEW; END $$; GRANT EXECUTE ON FUNCTION {}.demote() TO {}",
    );
    let demoted = || {
        set.sql(
            "CREATE TRIGGER demotes BEFORE INSERT OR UPDATE ON {}.auth_lease \
             FOR EACH STATEMENT EXECUTE FUNCTION {}.demote()",
        );
        let held = lease(&store, "me");
        set.sql("DROP TRIGGER demotes ON {}.auth_lease");
        held
    };
    let held = demoted();
    store.save(&held, &record("two")).expect("a new connection");
    assert_eq!(store.load(&key("me")).unwrap().unwrap().as_ref(), b"two");
    drop(held);
    let held = demoted();
    store.health().expect("a new connection");
    drop(held);
    // It stays so.
    let held = demoted();
    set.sql("ALTER USER {} SET default_transaction_read_only = on");
    let error = store
        .confirm(&held, Duration::from_secs(30))
        .expect_err("no server that can be written");
    assert!(error.is_retryable(), "{error:#}");
    assert!(error.to_string().contains("cannot be written"), "{error:#}");
    let help = error.help().unwrap();
    for words in ["try again", "primary", "target_session_attrs"] {
        assert!(help.contains(words), "{help}");
    }
    names(&store.health().unwrap_err(), &["cannot be written"]);
    set.sql("ALTER USER {} RESET default_transaction_read_only");
    assert!(store.confirm(&held, Duration::from_secs(30)).unwrap());
    drop(held);
    renew_beside(&store, "you", 1);
}

/// While a standby is promoted, none of the hosts in the URL can be written.
#[test]
fn several_hosts_that_cannot_be_written_are_tried_again() {
    let Some(set) = Set::up() else { return };
    set.sql("ALTER USER {} SET default_transaction_read_only = on");
    let (name, port) = (&set.name, set.server.port);
    let url = format!("postgres://{name}@127.0.0.1:{port},127.0.0.1:{port}/postgres");
    let builder = Postgres::builder(url).namespace(name);
    let error = builder.open_unsealed().unwrap_err();
    assert!(error.is_retryable(), "{error:#}");
    assert!(error.to_string().contains("can be written"), "{error:#}");
    assert!(error.help().unwrap().contains("primary"), "{error:#}");
    set.sql("ALTER USER {} RESET default_transaction_read_only");
    renew(&builder.open_unsealed().unwrap(), "me");
}

/// The server ends a session of which this host knows nothing.
#[test]
fn a_session_that_the_server_ended_is_replaced() {
    let Some(set) = Set::up() else { return };
    let store = set.open().unwrap();
    let end = || {
        set.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{}'")
    };
    let held = lease(&store, "me");
    end();
    store.save(&held, &record("one")).unwrap();
    end();
    assert!(store.load(&key("me")).unwrap().is_some());
    end();
    store.health().unwrap();
}

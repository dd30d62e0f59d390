//! Set-ups that cannot work, records that cannot be read, late saves: each its error, and nothing
//! lost or shown.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use auth_core::{AccountKey, Error, ErrorKind, SecretBytes, Store};
use keystore::{EncryptionKey, Postgres, Redis};
use support::servers::free_port;

use super::dump;
use super::engine::{self, Engine, LEASE, PASSWORD};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};

const TOKEN: &str = "marked-token-7d31";

pub(super) fn run(engine: &Engine, report: &mut Report) {
    report.single("a wrong password is a setting, in one try", || {
        let wrong = engine.url_with("marked-wrong", engine.port());
        let error = failed(engine::open(&wrong, "fleet_wrong"))?;
        is(&error, ErrorKind::Configuration, &["password"])
    });
    report.single("an engine that is absent may come back", || {
        let port = free_port()?;
        let error = failed(engine::open(&engine.url_with(PASSWORD, port), "fleet_gone"))?;
        is(&error, ErrorKind::Transport, &["out of reach", "127.0.0.1"])
    });
    report.single("an engine that accepts and is silent: 5 s", || {
        let silent = TcpListener::bind(("127.0.0.1", 0))?;
        let began = Instant::now();
        let url = engine.url_with(PASSWORD, silent.local_addr()?.port());
        let error = failed(engine::open(&url, "fleet_silent"))?;
        ensure(error.is_retryable(), error.to_string())?;
        let took = began.elapsed();
        ensure(took < Duration::from_secs(15), format!("it took {took:?}"))
    });
    match engine.kind.is_redis() {
        true => report.single("a server that forgets is refused", || forgetful(engine)),
        false => {
            report.single("no tables, newer tables: what to do", || tables(engine));
            report.single("a user without a right: what to run", || rights(engine));
        }
    }
    report.single("no plain token on the engine's disk", || sealed(engine));
    report.single("no token in a dump, the log or the files", || {
        dump::shows_no_token(engine)
    });
    report.single("a late save replaces no newer record", || late(engine));
    report.single("a record of another key is an error and stays", || {
        other_key(engine)
    });
}

pub(super) fn key(account: &str) -> AccountKey {
    AccountKey::new("fleet", "tool", account)
}

pub(super) fn failed<T>(result: Result<T, Error>) -> Result<Error, Failure> {
    match result {
        Ok(_) => Err("expected an error".into()),
        Err(error) => Ok(error),
    }
}

/// Fails unless the error is of this kind, contains these words, says what to do, and shows no
/// password.
pub(super) fn is(error: &Error, kind: ErrorKind, words: &[&str]) -> CheckResult {
    let text = format!("{error} {error:?}");
    ensure(
        error.kind() == kind,
        format!("expected {kind:?}, got {text}"),
    )?;
    ensure(error.help().is_some(), format!("it does not help: {text}"))?;
    ensure(!text.contains("marked-"), "it shows a secret")?;
    match words.iter().find(|word| !text.contains(**word)) {
        None => Ok(()),
        Some(word) => Err(format!("expected `{word}` in: {text}").into()),
    }
}

fn forgetful(engine: &Engine) -> CheckResult {
    let set = |value: &str| engine.command(&["config", "set", "appendfsync", value]);
    set("everysec")?;
    let opened = engine.open("fleet_forgetful");
    let accepted = Redis::builder(engine.url())
        .volatile_server()
        .open_unsealed();
    set("always")?;
    let words = ["appendfsync", "power cut", "volatile_server"];
    is(&failed(opened)?, ErrorKind::Configuration, &words)?;
    accepted?;
    engine.open("fleet_forgetful")?;
    Ok(())
}

fn tables(engine: &Engine) -> CheckResult {
    let error = failed(engine.open("fleet_nothing"))?;
    is(&error, ErrorKind::Configuration, &["missing", "migrate"])?;
    let namespace = engine.namespace()?;
    engine.sql(&format!(
        "UPDATE {namespace}.auth_meta SET schema_version = 99"
    ))?;
    let error = failed(engine.open(&namespace))?;
    is(
        &error,
        ErrorKind::Configuration,
        &["newer", "update this program"],
    )?;
    let again = Postgres::builder(engine.url())
        .namespace(&namespace)
        .migrate();
    let error = failed(again)?;
    is(&error, ErrorKind::Configuration, &["newer"])
}

/// A right that is missing is an error at the start. Its help, run by the owner, ends it.
fn rights(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    engine.sql("CREATE ROLE guest LOGIN PASSWORD 'marked-role'")?;
    let url = engine.url_with("marked-role", engine.port());
    let url = url.replace("postgres:marked", "guest:marked");
    let mended = |missing: &str| -> CheckResult {
        let error = failed(engine::open(&url, &namespace))?;
        is(
            &error,
            ErrorKind::Configuration,
            &["guest", missing, "GRANT"],
        )?;
        let help = error.help().unwrap_or_default();
        let at = help.find("GRANT ").ok_or("no statement to run")?;
        engine.sql(&help[at..])?;
        engine::open(&url, &namespace).map(drop)?;
        Ok(())
    };
    mended("missing USAGE")?;
    for (table, rights) in [
        ("auth_meta", &["SELECT"][..]),
        ("auth_record", &["SELECT", "INSERT", "UPDATE"]),
        ("auth_lease", &["SELECT", "INSERT", "UPDATE"]),
        ("auth_note", &["SELECT", "INSERT", "UPDATE"]),
    ] {
        for right in rights {
            engine.sql(&format!("REVOKE {right} ON {namespace}.{table} FROM guest"))?;
            mended(&format!("{right} on {table}"))?;
        }
    }
    let store = engine::open(&url, &namespace)?;
    let lease = store.try_lease(&key("me"))?.ok_or("the lease is taken")?;
    store.save(&lease, &SecretBytes::new(b"{}".to_vec()))?;
    store.remove(&lease)?;
    Ok(())
}

fn sealed(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let store = engine.open(&namespace)?;
    let lease = store
        .try_lease(&key("sealed"))?
        .ok_or("the lease is taken")?;
    store.save(&lease, &SecretBytes::new(TOKEN.as_bytes().to_vec()))?;
    let loaded = store.load(&key("sealed"))?.ok_or("it is gone")?;
    ensure(loaded.as_ref() == TOKEN.as_bytes(), "it is another one")?;
    let found = |bytes: &[u8], word: &str| {
        bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    };
    let bytes = engine.bytes()?;
    ensure(found(&bytes, "keystore-sealed"), "the record is not there")?;
    ensure(!found(&bytes, TOKEN), "the token is there in plain text")
}

/// A holder whose heartbeat was cut off, while another one saved.
fn late(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let save = |store: &dyn Store, lease: &auth_core::Lease, text: &str| {
        store.save(lease, &SecretBytes::new(text.as_bytes().to_vec()))
    };
    let (one, other) = (engine.open(&namespace)?, engine.open(&namespace)?);
    let first = one.try_lease(&key("late"))?.ok_or("the lease is taken")?;
    save(&*one, &first, "first")?;
    steal(engine, &namespace)?;
    let second = other.try_lease(&key("late"))?.ok_or("it was not stolen")?;
    save(&*other, &second, "second")?;
    ensure(!one.confirm(&first, LEASE)?, "a lost lease is confirmed")?;
    let error = failed(save(&*one, &first, "late"))?;
    is(&error, ErrorKind::Store, &["newer"])?;
    drop(first); // does not end the other one's lease
    ensure(
        one.try_lease(&key("late"))?.is_none(),
        "the lease was ended",
    )?;
    let found = one.load(&key("late"))?.ok_or("it is gone")?;
    ensure(found.as_ref() == b"second", "the newer record was replaced")
}

/// Ends all leases of a namespace, as time does for a holder that hangs.
fn steal(engine: &Engine, namespace: &str) -> CheckResult {
    let done = match engine.kind.is_redis() {
        true => {
            let script = format!(
                "for _, key in ipairs(redis.call('KEYS', '{namespace}:*:lease')) do \
                 redis.call('DEL', key) end return 1"
            );
            engine.command(&["eval", &script, "0"])
        }
        false => engine.sql(&format!(
            "UPDATE {namespace}.auth_lease SET until = '-infinity', holder = 'gone'"
        )),
    };
    done.map(drop)
}

fn other_key(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let store = engine.open(&namespace)?;
    let lease = store.try_lease(&key("me"))?.ok_or("the lease is taken")?;
    store.save(&lease, &SecretBytes::new(TOKEN.as_bytes().to_vec()))?;
    let wrong = EncryptionKey::from_text("0f".repeat(32))?;
    let loaded = match engine.kind.is_redis() {
        true => Redis::builder(engine.url())
            .namespace(&namespace)
            .open(wrong)?
            .load(&key("me")),
        false => Postgres::builder(engine.url())
            .namespace(&namespace)
            .open(wrong)?
            .load(&key("me")),
    };
    is(&failed(loaded)?, ErrorKind::Store, &["another key"])?;
    let again = store.load(&key("me"))?.ok_or("it is gone")?;
    ensure(again.as_ref() == TOKEN.as_bytes(), "it was changed")
}

//! What someone finds who has a copy of the engine: a dump, its log, its files.

use std::fs;
use std::path::Path;
use std::process::Command;

use auth_core::{AccountKey, ExposeSecret, Store as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use support::servers::finished;

use super::engine::{Engine, PASSWORD};
use super::program;
use super::scene::Scene;
use crate::expect::ensure;
use crate::report::{CheckResult, Failure};
use crate::stores::store_dir::{ACCOUNT, CLIENT, counted, rotations};

/// How often the tokens are replaced.
const RENEWALS: usize = 3;
/// Shorter texts of a record are no secrets.
const SHORTEST: usize = 16;
/// How often files are searched that the server writes meanwhile.
const TRIES: usize = 20;
/// What an encrypted record contains in plain text.
const SEALED: &str = "keystore-sealed";

/// Looks for every token that the programs of an account had, old and new.
pub(super) fn shows_no_token(engine: &Engine) -> CheckResult {
    // Also what an operator may have the server write down.
    note_all(engine, true)?;
    let namespace = engine.namespace()?;
    let scene = Scene::at(&engine.url(), &namespace)?;
    let store = engine.open(&namespace)?;
    let own = AccountKey::new("inaturalist", CLIENT, ACCOUNT);
    let mut secrets = Vec::new();
    for _ in 0..=RENEWALS {
        let mut worker = scene.start.spawn()?;
        for order in ["call", "me"] {
            worker.ask(order)?.went_well()?;
        }
        let record = store.load(&own)?.ok_or("there is no record")?;
        collect(
            &serde_json::from_slice(record.expose_secret())?,
            &mut secrets,
        );
        scene.server.revoke_access_tokens();
    }
    counted("renewals", rotations(&scene.server.requests()), RENEWALS)?;
    secrets.sort();
    secrets.dedup();
    // An access and a refresh token each time, and an API token at least.
    let expected = (RENEWALS + 1) * 2 + 1;
    let found = secrets.len();
    ensure(
        found >= expected,
        format!("expected at least {expected} tokens, got {found}"),
    )?;
    let copy = tempfile::tempdir()?;
    copy_to(copy.path(), engine)?;
    note_all(engine, false)?;
    for folder in [copy.path(), engine.folder()] {
        let all: Vec<_> = secrets.iter().flat_map(|secret| forms(secret)).collect();
        ensure(!contains(folder, &all)?, "a token is there")?;
        // It is searched well: an encrypted record is there.
        let sealed = forms(SEALED);
        ensure(contains(folder, &sealed[..2])?, "no record is there")?;
    }
    Ok(())
}

/// Lets the server note each command, or no more.
fn note_all(engine: &Engine, all: bool) -> CheckResult {
    if !engine.kind.is_redis() {
        let words = if all {
            "SET log_statement = 'all'"
        } else {
            "RESET log_statement"
        };
        engine.sql(&format!("ALTER SYSTEM {words}"))?;
        return engine.sql("SELECT pg_reload_conf()").map(drop);
    }
    let micros = if all { "0" } else { "10000" };
    engine.command(&["config", "set", "slowlog-log-slower-than", micros])?;
    let compressed = if all { "no" } else { "yes" };
    let words = ["config", "set", "rdbcompression", compressed];
    engine.command(&words).map(drop)
}

/// The texts of a record that may be secrets.
fn collect(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() >= SHORTEST => secrets.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| collect(one, secrets)),
        Value::Object(all) => all.values().for_each(|one| collect(one, secrets)),
        _ => {}
    }
}

/// Writes a dump to this folder, and what the server has noted of commands.
fn copy_to(folder: &Path, engine: &Engine) -> CheckResult {
    let file = folder.join("dump");
    if !engine.kind.is_redis() {
        let mut dump = Command::new(program::postgres("pg_dump")?);
        return finished(dump.arg("-f").arg(&file).arg(engine.url())).map(drop);
    }
    let mut cli = Command::new("redis-cli");
    cli.env("REDISCLI_AUTH", PASSWORD);
    cli.args(["-p", &engine.port().to_string()]);
    let noted = cli.args(["slowlog", "get", "1000"]).output()?;
    fs::write(folder.join("slowlog"), noted.stdout)?;
    let mut cli = Command::new("redis-cli");
    cli.env("REDISCLI_AUTH", PASSWORD);
    cli.args(["-p", &engine.port().to_string(), "--rdb"]);
    finished(cli.arg(&file)).map(drop)
}

/// Whether a file of this folder contains one of these words.
fn contains(folder: &Path, words: &[String]) -> Result<bool, Failure> {
    let beside = tempfile::tempdir()?;
    let file = beside.path().join("words");
    fs::write(&file, words.join("\n"))?;
    let mut grep = Command::new("grep");
    grep.args(["-r", "-a", "-q", "-s", "-F", "-f"]).arg(&file);
    grep.arg(folder);
    // A file may vanish while it is read, which is an error of grep.
    for _ in 0..TRIES {
        match grep.status()?.code() {
            Some(0) => return Ok(true),
            Some(1) => return Ok(false),
            _ => {}
        }
    }
    Err("grep failed".into())
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// How a token may be written: as it is, in hexadecimal, in Base64 behind 0 to 2 other bytes.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), hex(secret)];
    for skipped in 0..3 {
        let whole = (secret.len() - skipped) / 3 * 3;
        forms.push(STANDARD.encode(&secret[skipped..skipped + whole]));
    }
    forms
}

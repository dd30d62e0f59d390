//! TLS to the engine: the right certificate, wrong ones, and each side without it.
//!
//! A process trusts the authorities that it finds when it starts, so every attempt is a process.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use auth_core::AccountKey;
use auth_core::ErrorKind::{self, Configuration, TimedOut, Transport};
use auth_testkit::Rotation;
use serde_json::{Value, json};
use support::servers::finished;

use super::engine::{self, Engine, EngineKind, PASSWORD};
use super::program::{AUTHORITY, GUARDED, STRANGER};
use super::valkey;
use crate::expect::ensure;
use crate::output;
use crate::report::{CheckResult, Report};
use crate::stores::store_dir::{MARK, counted, rotations, server, since};
use crate::stores::worker_process::Start;
use crate::{Outcome, Stop, Verdict};

/// The task's name.
const TASK: &str = "fleet-open";
/// Where a process looks for the certificates that it trusts.
const VARIABLE: &str = "SSL_CERT_FILE";

pub(super) fn run(engine: &Engine, report: &mut Report) {
    if engine.kind == EngineKind::Pooled {
        report.single("TLS to a pooler that has none: what to do", || {
            let url = format!("{}?sslmode=require", engine.url());
            let words = ["the server has no TLS", "switch it on there"];
            refused(engine, AUTHORITY, &url, Configuration, &words)
        });
        return;
    }
    if engine.kind == EngineKind::Valkey {
        report.not_offered(
            "TLS, as over Redis",
            "the package that ships Valkey builds it without TLS",
            valkey::has_no_tls,
        );
        plain(engine, report);
        return;
    }
    report.single("TLS, the right authority: one renewal", || renewed(engine));
    report.single("TLS, another authority: refused, what to do", || {
        let (url, words) = (engine.tls_url("127.0.0.1"), ["UnknownIssuer", VARIABLE]);
        refused(engine, STRANGER, &url, Configuration, &words)
    });
    report.single("TLS, a certificate of another host: refused", || {
        let (url, words) = (engine.tls_url("localhost"), ["not valid for name", "URL"]);
        refused(engine, AUTHORITY, &url, Configuration, &words)
    });
    report.single("no TLS to a server that requires it: what to do", || {
        match engine.kind.is_redis() {
            // The server ends the connection, as one that crashes does.
            true => {
                let url = engine.url_with(PASSWORD, engine.tls_port());
                refused(engine, AUTHORITY, &url, Transport, &["rediss://"])
            }
            false => {
                let url = engine.url().replace("postgres:marked", "guarded:marked");
                refused(engine, AUTHORITY, &url, Configuration, &["sslmode=require"])
            }
        }
    });
    if engine.kind.is_redis() {
        plain(engine, report);
    }
}

/// A server of Redis without TLS at this port.
fn plain(engine: &Engine, report: &mut Report) {
    report.single("TLS to a server without it: what to do", || {
        let url = engine.url().replace("redis://", "rediss://");
        let words = ["TLS failed", "has TLS at this port"];
        refused(engine, AUTHORITY, &url, TimedOut, &words)
    });
}

/// Two hosts that reach the engine over TLS only.
fn renewed(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    if !engine.kind.is_redis() {
        engine.sql(&format!(
            "CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'; \
             GRANT USAGE ON SCHEMA {namespace} TO {GUARDED}; \
             GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {namespace} TO {GUARDED}"
        ))?;
    }
    let server = server(Rotation::KillFamily)?;
    let trusts = trusting(engine, AUTHORITY);
    let start = Start::over(&server, &engine.tls_url("127.0.0.1"), &namespace);
    let start = start.under([OsString::from("env"), trusts]);
    let (mut one, mut other) = (start.spawn()?, start.spawn()?);
    one.ask("log-in")?.went_well()?;
    other.ask("call")?.went_well()?;
    let mark = server.requests().mark();
    server.revoke_access_tokens();
    for worker in [&mut one, &mut other] {
        worker.tell("call")?;
    }
    for worker in [&mut one, &mut other] {
        worker.reply()?.went_well()?;
    }
    counted("renewals", rotations(&since(&server, mark)), 1)
}

fn trusting(engine: &Engine, authority: &str) -> OsString {
    let mut setting = OsString::from(VARIABLE);
    setting.push("=");
    setting.push(engine.folder().join(authority));
    setting
}

/// Fails unless the attempt ends in an error of this kind that contains these words, says what to
/// do, and shows no secret.
fn refused(
    engine: &Engine,
    authority: &str,
    url: &str,
    kind: ErrorKind,
    words: &[&str],
) -> CheckResult {
    let said = attempt(&engine.folder().join(authority), url)?;
    ensure(!said.contains(MARK), "it shows a secret")?;
    let value: Value = serde_json::from_str(&said)?;
    let kind = format!("{kind:?}");
    ensure(
        value["kind"] == kind,
        format!("expected {kind}, got {said}"),
    )?;
    ensure(
        value["help"].is_string(),
        format!("it does not help: {said}"),
    )?;
    match words.iter().find(|word| !said.contains(**word)) {
        None => Ok(()),
        Some(word) => Err(format!("expected `{word}` in: {said}").into()),
    }
}

/// Opens the store in a process that trusts these authorities alone. Returns what it wrote.
fn attempt(authorities: &Path, url: &str) -> Result<String, crate::report::Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    finished(
        command
            .args([TASK, url, "fleet_tls"])
            .env(VARIABLE, authorities),
    )
}

/// `conformance fleet-open URL NAMESPACE`: opens a store, uses it, and writes how that ended.
pub(crate) fn open_once(args: Vec<OsString>) -> Outcome {
    let [url, namespace] = &args[..] else {
        return Err(Stop::Usage(format!("{TASK} URL NAMESPACE")));
    };
    let key = AccountKey::new("fleet", "tool", "me");
    let used = engine::open(&url.to_string_lossy(), &namespace.to_string_lossy())
        .and_then(|store| store.try_lease(&key).map(drop));
    output::line(match used {
        Ok(()) => json!({ "ok": true }),
        Err(error) => json!({
            "kind": format!("{:?}", error.kind()),
            "text": format!("{error:#} {error:?}"),
            "help": error.help(),
        }),
    });
    Ok(Verdict::Passed)
}

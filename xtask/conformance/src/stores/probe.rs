//! `conformance store-probe`: tries a file store in the environment it was started in.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use auth_core::{
    AccountKey, Lifetime, Now, SecretBytes, Store, TokenKind, TokenRecord, TokenResponse, UnixTime,
};
use keystore::File;

use crate::{Outcome, Stop, Verdict, output};

/// The secret that the probe must never print.
pub(super) const SECRET: &str = "marked-access-token";

/// `conformance store-probe DIR [fill | large]`: tries a file store and prints the result of each
/// operation.
pub(crate) fn probe(mut args: Vec<OsString>) -> Outcome {
    if args.is_empty() {
        return Err(Stop::Usage("store-probe: name a folder".into()));
    }
    let folder = args.remove(0);
    let opened = match folder.to_str() {
        Some("--data-dir") => File::in_data_dir("store-probe"),
        _ => File::open(PathBuf::from(&folder)),
    };
    let Some(store) = outcome("open", opened.map(|store| (store, "opened"))) else {
        return Ok(Verdict::Passed);
    };
    let policy = args
        .first()
        .and_then(|arg| arg.to_str())
        .unwrap_or_default();
    let small = record(1).map_err(|error| Stop::Failed(error.to_string()))?;
    if policy == "fill" {
        outcome("first", keep(&store, &small).map(|()| ((), "saved")));
        // Fill the rest of the disk.
        let _ = fs::write(Path::new(&folder).join("ballast"), vec![0; 1 << 20]);
    }
    outcome(
        "load",
        store
            .load(&key())
            .map(|text| (text.is_some(), found(text.as_ref()))),
    );
    let Some(lease) = outcome(
        "lease",
        store.try_lease(&key()).map(|lease| (lease, "granted")),
    )
    .flatten() else {
        return Ok(Verdict::Passed);
    };
    let record = match policy {
        "fill" | "large" => record(2000).map_err(|error| Stop::Failed(error.to_string()))?,
        _ => small,
    };
    outcome("save", store.save(&lease, &record).map(|()| ((), "saved")));
    outcome(
        "again",
        store
            .load(&key())
            .map(|text| (text.is_some(), found(text.as_ref()))),
    );
    Ok(Verdict::Passed)
}

fn outcome<T>(operation: &str, result: Result<(T, &str), auth_core::Error>) -> Option<T> {
    match result {
        Ok((value, words)) => {
            output::line(format_args!("{operation}: {words}"));
            Some(value)
        }
        Err(error) => {
            output::line(format_args!("{operation}: failed: {error:#}"));
            None
        }
    }
}

fn found(text: Option<&SecretBytes>) -> &'static str {
    match text {
        Some(text) if TokenRecord::from_text(text.as_ref()).is_ok() => "a token record",
        Some(_) => "something else",
        None => "nothing",
    }
}

pub(super) fn key() -> AccountKey {
    AccountKey::new("example", "app", "me")
}

pub(super) fn keep(store: &File, record: &SecretBytes) -> Result<(), auth_core::Error> {
    let lease = store
        .try_lease(&key())?
        .ok_or_else(|| auth_core::Error::internal("the lease of a new store is taken"))?;
    store.save(&lease, record)
}

/// A token record whose token is `times` as long as the marked one.
pub(super) fn record(times: usize) -> Result<SecretBytes, auth_core::Error> {
    let sent = Now {
        wall: UnixTime::from_secs(1_700_000_000),
        monotonic: std::time::Duration::ZERO,
    };
    let token =
        TokenResponse::new(&SECRET.repeat(times), Lifetime::Unstated)?.into_token(sent, 1)?;
    let mut record = TokenRecord::default();
    record.set(TokenKind::Login, token.into());
    Ok(record.to_text())
}

//! What the proofs stand on: a server, a service, and a folder with one account's record in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use auth_core::testkit::{Auth, Route, json};
use auth_core::{
    AccountKey, Error, ExposeSecret, SecretBytes, Service, Store, TokenKind, TokenRecord,
};
use auth_testkit::{
    Dialect, LoggedRequest, Mark, RequestKind, RequestLog, Rotation, TestClient, TestServer,
};
use keystore::File;
use serde_json::{Value, json};

use crate::conformance::env::USER_AGENT;
use crate::conformance::expect::ensure;
use crate::conformance::report::{CheckResult, Failure};
use crate::rig::{Rig, Seat};

/// The account's name in each program.
pub(super) const ACCOUNT: &str = "alice";
/// Stands in every secret that is not made by the server.
pub(super) const MARK: &str = "marked-";
pub(super) const PASSWORD: &str = "marked-password";
const CLIENT: &str = "tool";
const CLIENT_SECRET: &str = "marked-client-secret";

/// How long a login token lives.
pub(super) const LIFE: Duration = Duration::from_secs(3600);
/// Longer than it lives.
pub(super) const TWO_HOURS: Duration = Duration::from_secs(7200);
/// Longer than an API token lives.
pub(super) const MORE_THAN_A_DAY: Duration = Duration::from_secs(25 * 3600);

/// A server with one user, whose tokens go on by refresh tokens.
pub(super) fn server(rotation: Rotation) -> Result<TestServer, Failure> {
    let ping = Route::get("/api/ping", Auth::Login, |visit| {
        let caller = visit.caller;
        let user = caller.map(|caller| caller.user.clone());
        let scope = caller.map(|caller| caller.scope.clone());
        json(200, &json!({"user_id": user, "scope": scope}))
    });
    let client = TestClient::confidential(CLIENT, CLIENT_SECRET);
    Ok(TestServer::builder(Dialect::doorkeeper_5())
        .client(client)
        .default_scopes("write login")
        .user(ACCOUNT, PASSWORD)
        .refresh_tokens(rotation)
        .access_token_lifetime(Some(LIFE))
        .site(api_inat::testkit::site().with_route(ping))
        .start()?)
}

/// The service at that server, or at a proxy before it.
pub(super) fn service(origin: &str) -> Result<Service, Error> {
    api_inat::service(CLIENT)
        .secret(CLIENT_SECRET)
        .user_agent(USER_AGENT)
        .at(origin)
        .build()
}

/// A store's folder with one account in it; it goes with this value.
pub(super) struct StoreDir {
    around: tempfile::TempDir,
    store: File,
}

impl StoreDir {
    /// A folder inside one of its own, made by the store.
    pub(super) fn new() -> Result<Self, Failure> {
        let around = tempfile::tempdir()?;
        let store = File::open(around.path().join("store"))?;
        Ok(Self { around, store })
    }

    /// The same, with a login.
    pub(super) fn logged_in(origin: &str, rig: &Rig) -> Result<Self, Failure> {
        let home = Self::new()?;
        let seat = home.seat(origin, rig)?;
        seat.log_in_with_password(ACCOUNT, PASSWORD)?;
        Ok(home)
    }

    /// The account in a program that has just been started.
    pub(super) fn seat(&self, origin: &str, rig: &Rig) -> Result<Seat, Error> {
        Ok(rig.account(service(origin)?, self.store.clone(), ACCOUNT))
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.around.path().join("store")
    }

    fn key() -> AccountKey {
        AccountKey::new("inaturalist", CLIENT, ACCOUNT)
    }

    /// The record's text; `None` where there is none.
    pub(super) fn text(&self) -> Result<Option<SecretBytes>, Error> {
        self.store.load(&Self::key())
    }

    /// What is stored, empty where there is nothing; an error where it is torn.
    pub(super) fn record(&self) -> Result<TokenRecord, Error> {
        match self.text()? {
            Some(text) => TokenRecord::from_text(text.expose_secret()),
            None => Ok(TokenRecord::default()),
        }
    }

    /// Moves the date of a stored token back, as if so much time had passed with all programs off.
    pub(super) fn age(&self, kind: TokenKind, by: Duration) -> CheckResult {
        let lease = self.store.try_lease(&Self::key())?;
        let lease = lease.ok_or("the lease is taken")?;
        let text = self.text()?.ok_or("no record is stored")?;
        let mut record: Value = serde_json::from_slice(text.expose_secret())?;
        let pointer = match kind {
            TokenKind::Login => "/login/sent_ms",
            _ => "/derived/sent_ms",
        };
        let sent = record.pointer_mut(pointer).ok_or("no such token")?;
        let then = sent.as_u64().ok_or("the token has no date")?;
        let back = u64::try_from(by.as_millis())?;
        *sent = then.saturating_sub(back).into();
        let text = SecretBytes::new(serde_json::to_vec(&record)?);
        Ok(self.store.save(&lease, &text)?)
    }

    /// Complains unless every file is for its owner only, as the folder is.
    pub(super) fn is_private(&self) -> CheckResult {
        let folder = self.folder();
        has_mode(&folder, 0o700)?;
        for name in self.names()? {
            has_mode(&folder.join(name), 0o600)?;
        }
        Ok(())
    }

    /// The lengths of the files that were going to be the record.
    pub(super) fn half_written(&self) -> Result<Vec<u64>, Failure> {
        let mut lengths = Vec::new();
        for name in self.names()?.iter().filter(|name| name.ends_with(".tmp")) {
            lengths.push(fs::symlink_metadata(self.folder().join(name))?.len());
        }
        Ok(lengths)
    }

    /// Complains unless the lease is free, and nothing is left but the record and the lock.
    pub(super) fn is_tidy(&self) -> CheckResult {
        let lease = self.store.try_lease(&Self::key())?;
        ensure(lease.is_some(), "the lock of a dead process is in the way")?;
        let strange = |name: &&String| !name.ends_with(".json") && !name.ends_with(".lock");
        match self.names()?.iter().find(strange) {
            Some(name) => Err(format!("{name} is left behind").into()),
            None => Ok(()),
        }
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder())? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        Ok(names)
    }
}

fn has_mode(path: &Path, expect: u32) -> CheckResult {
    let mode = fs::symlink_metadata(path)?.permissions().mode() & 0o7777;
    let name = path.display();
    ensure(mode == expect, format!("{name} has mode {mode:04o}"))
}

/// What the server saw after a mark.
pub(super) fn since(server: &TestServer, mark: Mark) -> RequestLog {
    server.requests().since(mark)
}

/// How many requests of a kind were answered with this status.
pub(super) fn answered(seen: &RequestLog, kind: RequestKind, status: u16) -> usize {
    let matches = |seen: &&LoggedRequest| seen.kind == kind && seen.status == Some(status);
    seen.requests().iter().filter(matches).count()
}

/// How many refresh tokens were used up.
pub(super) fn rotations(seen: &RequestLog) -> usize {
    let matches = |seen: &&LoggedRequest| {
        seen.grant.as_deref() == Some("refresh_token") && seen.status == Some(200)
    };
    seen.requests().iter().filter(matches).count()
}

/// Complains unless there were so many.
pub(super) fn counted(what: &str, seen: usize, expect: usize) -> CheckResult {
    ensure(seen == expect, format!("{seen} {what}, not {expect}"))
}

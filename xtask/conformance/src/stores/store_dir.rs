//! What the cases share: a server, a service, and a folder with one account's token record.

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
use serde_json::json;
use worlds::stored::age_token;

use crate::env::USER_AGENT;
use crate::expect::ensure;
use crate::report::{CheckResult, Failure};
use worlds::{AnySession, World};

/// The account's name in each program.
pub(crate) const ACCOUNT: &str = "alice";
/// Marks every secret that the server did not make.
pub(crate) const MARK: &str = "marked-";
pub(crate) const PASSWORD: &str = "marked-password";
pub(crate) const CLIENT: &str = "tool";
const CLIENT_SECRET: &str = "marked-client-secret";

/// How long a login token is valid.
pub(crate) const LIFE: Duration = Duration::from_secs(3600);
/// Longer than that.
pub(crate) const TWO_HOURS: Duration = Duration::from_secs(7200);
/// Longer than an API token is valid.
pub(crate) const MORE_THAN_A_DAY: Duration = Duration::from_secs(25 * 3600);

/// A server with one user and with refresh tokens.
pub(crate) fn server(rotation: Rotation) -> Result<TestServer, Failure> {
    server_with(rotation, LIFE)
}

/// The same, with login tokens that are valid for this long.
pub(crate) fn server_with(rotation: Rotation, life: Duration) -> Result<TestServer, Failure> {
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
        .access_token_lifetime(Some(life))
        .site(api_inat::testkit::site().with_route(ping))
        .start()?)
}

/// The service at that server, or at a proxy in front of it.
pub(crate) fn service(origin: &str) -> Result<Service, Error> {
    api_inat::service(CLIENT)
        .secret(CLIENT_SECRET)
        .user_agent(USER_AGENT)
        .at(origin)
        .build()
}

/// A store's folder with one account in it; removed on drop.
pub(crate) struct StoreDir {
    around: tempfile::TempDir,
    store: File,
}

impl StoreDir {
    /// Creates an empty store inside a temporary folder.
    pub(crate) fn new() -> Result<Self, Failure> {
        let around = tempfile::tempdir()?;
        let store = File::open(around.path().join("store"))?;
        Ok(Self { around, store })
    }

    /// Creates a store with a login.
    pub(crate) fn logged_in(origin: &str, world: &World) -> Result<Self, Failure> {
        let dir = Self::new()?;
        let session = dir.session(origin, world)?;
        session.log_in_with_password(ACCOUNT, PASSWORD)?;
        Ok(dir)
    }

    /// The account in a program that has just started.
    pub(crate) fn session(&self, origin: &str, world: &World) -> Result<AnySession, Error> {
        Ok(world.account(service(origin)?, self.store.clone(), ACCOUNT))
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.around.path().join("store")
    }

    fn key() -> AccountKey {
        AccountKey::new("inaturalist", CLIENT, ACCOUNT)
    }

    /// The text of the token record, or `None` if there is none.
    pub(crate) fn text(&self) -> Result<Option<SecretBytes>, Error> {
        self.store.load(&Self::key())
    }

    /// The stored token record, empty if there is none. Fails if it is damaged.
    pub(crate) fn record(&self) -> Result<TokenRecord, Error> {
        match self.text()? {
            Some(text) => TokenRecord::from_text(text.expose_secret()),
            None => Ok(TokenRecord::default()),
        }
    }

    /// Moves the date of a stored token back, as if all programs had been off for that time.
    pub(crate) fn age(&self, kind: TokenKind, by: Duration) -> CheckResult {
        let seconds = i64::try_from(by.as_secs())?;
        Ok(age_token(&self.store, &Self::key(), kind, seconds)?)
    }

    /// Fails unless every file and the folder are accessible to the owner only.
    pub(crate) fn is_private(&self) -> CheckResult {
        let folder = self.folder();
        has_mode(&folder, 0o700)?;
        for name in self.names()? {
            has_mode(&folder.join(name), 0o600)?;
        }
        Ok(())
    }

    /// The lengths of the temporary files of unfinished saves.
    pub(crate) fn half_written(&self) -> Result<Vec<u64>, Failure> {
        let mut lengths = Vec::new();
        for name in self.names()?.iter().filter(|name| name.ends_with(".tmp")) {
            lengths.push(fs::symlink_metadata(self.folder().join(name))?.len());
        }
        Ok(lengths)
    }

    /// Fails unless the lease is free, and only the token record and the lock are left.
    pub(crate) fn is_tidy(&self) -> CheckResult {
        let lease = self.store.try_lease(&Self::key())?;
        ensure(
            lease.is_some(),
            "the lock of an ended process blocks the lease",
        )?;
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
    ensure(
        mode == expect,
        format!("{name} has the wrong mode {mode:04o}"),
    )
}

/// The requests that the server received after a mark.
pub(crate) fn since(server: &TestServer, mark: Mark) -> RequestLog {
    server.requests().since(mark)
}

/// How many requests of a kind got this status.
pub(crate) fn with_status(log: &RequestLog, kind: RequestKind, status: u16) -> usize {
    let matches = |one: &&LoggedRequest| one.kind == kind && one.status == Some(status);
    log.requests().iter().filter(matches).count()
}

/// How many refresh tokens were used up.
pub(crate) fn rotations(log: &RequestLog) -> usize {
    let matches = |one: &&LoggedRequest| {
        one.grant.as_deref() == Some("refresh_token") && one.status == Some(200)
    };
    log.requests().iter().filter(matches).count()
}

/// Fails unless the count is the expected one.
pub(crate) fn counted(what: &str, count: usize, expect: usize) -> CheckResult {
    ensure(
        count == expect,
        format!("expected {expect} {what}, got {count}"),
    )
}

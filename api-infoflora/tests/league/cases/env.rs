//! The environment of a case: a server, a transport, Info Flora's service for a client that is
//! registered there.

use api_infoflora::ServiceBuilder;
use api_infoflora::observations::List;
use auth_core::{Error, Now, Service, UnixTime};
use auth_flows::{Login, Status};
use auth_testkit::{LoggedRequest, RequestKind, RequestLog, TestClient, TestServer};
use keystore::Memory;

use super::Version;
use super::ensure;
use super::user::{ScriptedUser, alice};
use super::{CheckResult, Failure};
use crate::scene::{LeagueSession, World};
use std::time::{Duration, SystemTime};

/// A client: its id and its secret.
#[derive(Clone, Copy)]
pub(super) struct App(pub(super) &'static str, pub(super) &'static str);

/// For scripts. Its secret has characters that a form would have to encode, and that league never
/// decodes.
pub(super) const SCRIPT: App = App("script %2F+", "script+secret/with=%20:colon");
/// For people.
pub(super) const TOOL: App = App("tool", "tool-secret");
/// For people, registered by another developer.
pub(super) const OTHER: App = App("other", "other-secret");

pub(super) struct LeagueEnv {
    pub(super) server: TestServer,
    pub(super) version: Version,
    pub(super) world: World,
}

impl LeagueEnv {
    pub(super) fn new(version: Version, world: &World) -> Result<Self, Failure> {
        let script = TestClient::confidential(SCRIPT.0, SCRIPT.1).grants(["client_credentials"]);
        let tool = TestClient::confidential(TOOL.0, TOOL.1)
            .redirect_uri("http://127.0.0.1:8080")
            .redirect_uri("http://127.0.0.1/callback")
            .redirect_uri("com.example.app:/cb")
            .grants(["authorization_code", "refresh_token"]);
        let other = TestClient::confidential(OTHER.0, OTHER.1)
            .redirect_uri("http://127.0.0.1:8080")
            .grants(["authorization_code", "refresh_token"]);
        let server = TestServer::builder(version.dialect())
            .client(script)
            .client(tool)
            .client(other)
            .user("alice", "password")
            .user("bob", "hunter2")
            .site(api_infoflora::testkit::site())
            .start()?;
        Ok(Self {
            server,
            version,
            world: world.clone(),
        })
    }

    /// Info Flora's service, before `build`.
    pub(super) fn describe(&self, app: App) -> ServiceBuilder {
        api_infoflora::service(app.0)
            .secret(app.1)
            .user_agent("test/1.0 (mail@example.org)")
            .at(self.server.url())
    }

    /// The same for a client without its secret.
    pub(super) fn describe_without_secret(&self, app: App) -> ServiceBuilder {
        api_infoflora::service(app.0)
            .user_agent("test/1.0 (mail@example.org)")
            .at(self.server.url())
    }

    pub(super) fn service(&self, app: App) -> Result<Service, Error> {
        self.describe(app).build()
    }

    /// An account of a client, with an empty store of its own.
    pub(super) fn session(&self, app: App) -> Result<LeagueSession, Error> {
        let store = Memory::new();
        Ok(self.world.account(self.service(app)?, store, "alice"))
    }

    /// An account that alice has logged in to, in a browser.
    pub(super) fn logged_in(&self) -> Result<LeagueSession, Failure> {
        let (session, user) = (self.session(TOOL)?, alice());
        log_in(&session, &user, user.browser())?;
        Ok(session)
    }

    pub(super) fn log(&self) -> RequestLog {
        self.server.requests()
    }

    /// The only token request with this grant.
    pub(super) fn token_request(&self, grant: &str) -> Result<LoggedRequest, Failure> {
        let log = self.log();
        let mut all = log
            .requests()
            .iter()
            .filter(|one| one.kind == RequestKind::Token && one.grant.as_deref() == Some(grant));
        match (all.next(), all.next()) {
            (Some(one), None) => Ok(one.clone()),
            (None, _) => Err(format!("expected a token request with {grant}").into()),
            _ => Err(format!("expected one token request with {grant}").into()),
        }
    }

    /// Fails unless there were this many refreshes.
    pub(super) fn refreshed(&self, times: usize) -> CheckResult {
        let refreshes = self.log().grant("refresh_token");
        ensure(
            refreshes == times,
            format!("expected {times} refreshes, got {refreshes}"),
        )
    }
}

/// One call, for one observation.
pub(super) fn call(session: &LeagueSession) -> Result<(), Error> {
    session.send(List::new().limit(1)).map(drop)
}

/// Fails unless the secret was sent in this way only.
pub(super) fn sent_by(request: &LoggedRequest, channel: SecretChannel) -> CheckResult {
    let has = |name: &str| request.fields.iter().any(|field| field == name);
    let sent = (
        request.scheme.as_deref(),
        has("client_id"),
        has("client_secret"),
    );
    let expect = match channel {
        SecretChannel::Basic => (Some("Basic"), true, false),
        SecretChannel::Body => (None, true, true),
    };
    ensure(sent == expect, format!("expected {expect:?}, got {sent:?}"))
}

/// How a secret is sent. Info Flora documents the id in the form in addition to the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretChannel {
    Basic,
    Body,
}

/// Logs in; on failure, the error includes how the person's visit ended.
pub(super) fn log_in(
    session: &LeagueSession,
    user: &ScriptedUser,
    login: Login,
) -> Result<Status, Failure> {
    let failed = |error| format!("{error}; the visit ended with {:?}", user.ended()).into();
    session.log_in(login).map_err(failed)
}

/// The current time, for a token that is used at once: by the wall clock alone.
pub(super) fn now() -> Now {
    Now {
        wall: UnixTime::from_system(SystemTime::now()),
        monotonic: Duration::ZERO,
    }
}

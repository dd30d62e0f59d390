//! What every case has at hand: a server, a transport, Info Flora's service for a client that is registered there.

use api_infoflora::ServiceBuilder;
use api_infoflora::observations::List;
use auth_core::{Error, Service};
use auth_testkit::{LoggedRequest, RequestKind, RequestLog, TestClient, TestServer};
use keystore::Memory;

use super::Version;
use crate::conformance::env::{USER_AGENT, alice, log_in};
use crate::conformance::expect::ensure;
use crate::conformance::report::{CheckResult, Failure};
use crate::rig::{Rig, Seat};

/// A client: its id and its secret.
#[derive(Clone, Copy)]
pub(super) struct App(pub(super) &'static str, pub(super) &'static str);

/// For scripts. Its secret has what a form would have to encode, and what league never decodes.
pub(super) const DAEMON: App = App("daemon %2F+", "daemon+secret/with=%20:colon");
/// For people.
pub(super) const TOOL: App = App("tool", "tool-secret");
/// For people, too: somebody else's.
pub(super) const OTHER: App = App("other", "other-secret");

pub(super) struct LeagueEnv<'a> {
    pub(super) server: TestServer,
    pub(super) version: Version,
    pub(super) rig: &'a Rig,
}

impl<'a> LeagueEnv<'a> {
    pub(super) fn new(version: Version, rig: &'a Rig) -> Result<Self, Failure> {
        let daemon = TestClient::confidential(DAEMON.0, DAEMON.1).grants(["client_credentials"]);
        let tool = TestClient::confidential(TOOL.0, TOOL.1)
            .redirect_uri("http://127.0.0.1:8080")
            .redirect_uri("http://127.0.0.1/callback")
            .redirect_uri("com.example.app:/cb")
            .grants(["authorization_code", "refresh_token"]);
        let other = TestClient::confidential(OTHER.0, OTHER.1)
            .redirect_uri("http://127.0.0.1:8080")
            .grants(["authorization_code", "refresh_token"]);
        let server = TestServer::builder(version.dialect())
            .client(daemon)
            .client(tool)
            .client(other)
            .user("alice", "password")
            .user("bob", "hunter2")
            .site(api_infoflora::testkit::site())
            .start()?;
        Ok(Self {
            server,
            version,
            rig,
        })
    }

    /// Info Flora's service, with what is left to say.
    pub(super) fn describe(&self, app: App) -> ServiceBuilder {
        api_infoflora::service(app.0)
            .secret(app.1)
            .user_agent(USER_AGENT)
            .at(self.server.url())
    }

    /// The same for a client that was not given its secret.
    pub(super) fn describe_without_secret(&self, app: App) -> ServiceBuilder {
        api_infoflora::service(app.0)
            .user_agent(USER_AGENT)
            .at(self.server.url())
    }

    pub(super) fn service(&self, app: App) -> Result<Service, Error> {
        self.describe(app).build()
    }

    /// An account of a client, with a store of its own that is empty.
    pub(super) fn seat(&self, app: App) -> Result<Seat, Error> {
        let store = Memory::new();
        Ok(self.rig.account(self.service(app)?, store, "alice"))
    }

    /// An account that alice has logged in to, in a browser.
    pub(super) fn logged_in(&self) -> Result<Seat, Failure> {
        let (seat, visitor) = (self.seat(TOOL)?, alice());
        log_in(&seat, &visitor, visitor.browser())?;
        Ok(seat)
    }

    pub(super) fn seen(&self) -> RequestLog {
        self.server.requests()
    }

    /// The only token request with this grant.
    pub(super) fn token_request(&self, grant: &str) -> Result<LoggedRequest, Failure> {
        let seen = self.seen();
        let mut all = seen
            .requests()
            .iter()
            .filter(|seen| seen.kind == RequestKind::Token && seen.grant.as_deref() == Some(grant));
        match (all.next(), all.next()) {
            (Some(one), None) => Ok(one.clone()),
            (None, _) => Err(format!("no token request with {grant}").into()),
            _ => Err(format!("more than one token request with {grant}").into()),
        }
    }

    /// Complains unless so many refreshes were seen.
    pub(super) fn refreshed(&self, times: usize) -> CheckResult {
        let seen = self.seen().grant("refresh_token");
        ensure(seen == times, format!("{seen} refreshes, not {times}"))
    }
}

/// One call, for one observation.
pub(super) fn call(seat: &Seat) -> Result<(), Error> {
    seat.send(List::new().limit(1)).map(drop)
}

/// Complains unless the secret went this one way.
pub(super) fn sent_by(request: &LoggedRequest, way: Way) -> CheckResult {
    let has = |name: &str| request.fields.iter().any(|field| field == name);
    let seen = (
        request.scheme.as_deref(),
        has("client_id"),
        has("client_secret"),
    );
    let expect = match way {
        Way::Basic => (Some("Basic"), true, false),
        Way::Body => (None, true, true),
    };
    ensure(seen == expect, format!("{seen:?} in place of {expect:?}"))
}

/// How a secret is sent. Info Flora documents the id in the form beside the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Basic,
    Body,
}

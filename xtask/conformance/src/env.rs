//! The environment of a case: a running server, its facts, a transport, people.

use std::time::{Duration, SystemTime};

use auth_core::{
    Api, AuthorizationRequest, AuthorizationServer, BaseUrl, BasicEncoding, ClientAuthentication,
    CodeGrant, Entropy, Error, Now, OAuthClient, RedirectUri, Service, TokenKind, TokenRequest,
    TokenResponse, UnixTime,
};
use auth_flows::{Login, Status};
use auth_testkit::person::Person;
use keystore::Memory;

use super::expect::ensure;
use super::ping::{API, Pong};
use super::report::{CheckResult, Failure};
use worlds::ScriptedUser;
use worlds::{AnySession, World};

/// A case: its name, and its check. Each has accounts and a browser of its own.
pub(super) type Case = (&'static str, fn(&ServerEnv<'_>) -> CheckResult);

/// A missing feature: the case's name, the reason, and the proof that the server lacks it.
pub(super) type Absent = (
    &'static str,
    &'static str,
    fn(&ServerEnv<'_>) -> CheckResult,
);

/// The header, raw: RFC 6749 section 2.3.1 forbids it, and Doorkeeper 5.5 requires it.
pub(super) const RAW: ClientAuthentication = ClientAuthentication::Basic(BasicEncoding::Raw);

/// The header, form-encoded: RFC 6749 section 2.3.1 requires it, and so does oidc-provider.
pub(super) const ENCODED: ClientAuthentication =
    ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);

/// The id and the secret in the form.
pub(super) const BODY: ClientAuthentication = ClientAuthentication::Body;

/// A running server, and a transport to reach it.
pub(super) struct ServerEnv<'a> {
    pub(super) origin: &'a str,
    pub(super) world: &'a World,
    pub(super) facts: &'static Facts,
}

/// What a case has to know of a server software in this configuration.
pub(super) struct Facts {
    /// The service's id.
    pub(super) id: &'static str,
    /// Describes the server at an origin, without client authentication.
    pub(super) server: fn(&ServerEnv<'_>) -> Result<AuthorizationServer, Error>,
    pub(super) public: App,
    pub(super) confidential: App,
    /// The confidential application, with id and secret in the form.
    pub(super) by_body: App,
    /// An application with every reserved character of forms and Basic headers, in the id and in the
    /// secret.
    pub(super) reserved: App,
    /// The same, with id and secret in the form.
    pub(super) reserved_by_body: App,
    /// The scopes that each login requests.
    pub(super) asks: Option<&'static str>,
    /// The scopes of the token that it gets.
    pub(super) grants: &'static str,
    /// The scopes of an application's own token; a session of its own requests none.
    pub(super) own: &'static str,
    /// The server's name for alice.
    pub(super) alice: &'static str,
    /// The server's name for bob.
    pub(super) bob: &'static str,
    /// A word of the response that rejects a revoked bearer token.
    pub(super) revoked: &'static str,
}

/// An application as it is registered at a server, and how it authenticates.
#[derive(Clone, Copy)]
pub(super) struct App {
    pub(super) id: &'static str,
    pub(super) secret: Option<&'static str>,
    pub(super) authentication: ClientAuthentication,
}

impl App {
    pub(super) fn called(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    pub(super) fn with(self, secret: impl Into<Option<&'static str>>) -> Self {
        let secret = secret.into();
        Self { secret, ..self }
    }

    pub(super) fn by(self, authentication: ClientAuthentication) -> Self {
        Self {
            authentication,
            ..self
        }
    }
}

/// The user agent of the programs here.
pub(super) const USER_AGENT: &str = "conformance/1.0 (xtask)";

impl ServerEnv<'_> {
    /// The server with this application.
    pub(super) fn service(&self, app: App) -> Result<Service, Error> {
        let server = (self.facts.server)(self)?;
        self.service_at(server.client_authentication(app.authentication), app)
    }

    /// The same, for a server with another description.
    pub(super) fn service_at(
        &self,
        server: AuthorizationServer,
        app: App,
    ) -> Result<Service, Error> {
        let mut client = OAuthClient::new(server, app.id)?;
        if let Some(secret) = app.secret {
            client = client.with_secret(secret)?;
        }
        let api = Api::new(API, BaseUrl::parse(self.origin)?, TokenKind::Login);
        let service = Service::new(self.facts.id, client, USER_AGENT)?.with_api(api);
        Ok(match self.facts.asks {
            Some(scope) => service.with_default_scope(scope),
            None => service,
        })
    }

    /// An account of this application, with an empty store of its own.
    pub(super) fn session(&self, app: App) -> Result<AnySession, Error> {
        Ok(self
            .world
            .account(self.service(app)?, Memory::new(), "alice"))
    }

    /// The application itself, by client credentials.
    pub(super) fn client_session(&self, app: App) -> Result<AnySession, Error> {
        Ok(self.world.client_session(self.service(app)?, Memory::new()))
    }

    /// An account that alice has logged in to, in a browser.
    pub(super) fn logged_in(&self, app: App) -> Result<AnySession, Failure> {
        let session = self.session(app)?;
        let user = alice();
        log_in(&session, &user, user.browser())?;
        Ok(session)
    }

    /// A code that alice got for this service, by values.
    pub(super) fn code(&self, service: &Service) -> Result<CodeGrant, Failure> {
        let redirect_uri = RedirectUri::parse("http://127.0.0.1:8080")?;
        // Fixed entropy is enough for a server that only this process can reach.
        let entropy = Entropy::new([7; 64]);
        let mut request = AuthorizationRequest::new(service.client(), redirect_uri, entropy);
        if let Some(scope) = self.facts.asks {
            request = request.scope(scope);
        }
        let (url, pending) = request.begin()?;
        Ok(pending.accept(&alice().visit(&url)?.into_redirect()?)?)
    }

    /// A token that alice got for this service, by values.
    pub(super) fn token(&self, service: &Service) -> Result<TokenResponse, Failure> {
        let grant = self.code(service)?;
        let exchange = TokenRequest::code(service.client(), &grant);
        Ok(self.world.exchange(&exchange)?)
    }

    /// Fails unless the token is alice's, with the scopes that every login here requests.
    pub(super) fn is_alices(&self, pong: &Pong) -> CheckResult {
        self.belongs(pong, self.facts.alice)
    }

    /// Fails unless the token is the application's own.
    pub(super) fn is_its_own(&self, pong: &Pong) -> CheckResult {
        expect(pong, None, self.facts.own)
    }

    /// Fails unless the token is this person's.
    pub(super) fn belongs(&self, pong: &Pong, user: &str) -> CheckResult {
        expect(pong, Some(user), self.facts.grants)
    }
}

fn expect(pong: &Pong, user: Option<&str>, scope: &str) -> CheckResult {
    let expect = Pong {
        user: user.map(str::to_owned),
        scope: scope.to_owned(),
    };
    ensure(
        *pong == expect,
        format!("expected {expect:?}, got {pong:?}"),
    )
}

/// The current time, for a token that is used at once: by the wall clock alone.
pub(super) fn now() -> Now {
    Now {
        wall: UnixTime::from_system(SystemTime::now()),
        monotonic: Duration::ZERO,
    }
}

/// Alice at a new browser, without a login in it.
pub(super) fn alice() -> ScriptedUser {
    ScriptedUser::new(Person::new("alice", "password"))
}

/// Bob at a new browser.
pub(super) fn bob() -> ScriptedUser {
    ScriptedUser::new(Person::new("bob", "hunter2"))
}

/// Bob at a new browser, who consents to nothing.
pub(super) fn bob_denies() -> ScriptedUser {
    ScriptedUser::new(Person::new("bob", "hunter2").denies())
}

/// Logs in; on failure, the error includes how the person's visit ended.
pub(super) fn log_in(
    session: &AnySession,
    user: &ScriptedUser,
    login: Login,
) -> Result<Status, Failure> {
    session.log_in(login).map_err(|error| {
        let ended = user.ended();
        format!("{error}\n          the visit ended with: {ended:?}").into()
    })
}

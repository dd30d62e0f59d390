//! What every case has at hand: a server that runs, what is known of it, a transport, people.

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
use super::rig::{Rig, Seat};
use super::scripted_user::ScriptedUser;

/// One case: a name that says what holds, and how to see it. Each has accounts and a browser of its own.
pub(super) type Case = (&'static str, fn(&ServerEnv<'_>) -> CheckResult);

/// What a server does not have: the case's name, the reason, and the proof that it really is not there.
pub(super) type Absent = (
    &'static str,
    &'static str,
    fn(&ServerEnv<'_>) -> CheckResult,
);

/// The header, raw: as RFC 6749 section 2.3.1 does not want it, and Doorkeeper 5.5 does.
pub(super) const RAW: ClientAuthentication = ClientAuthentication::Basic(BasicEncoding::Raw);

/// The header, form-encoded: as RFC 6749 section 2.3.1 wants it, and oidc-provider does.
pub(super) const ENCODED: ClientAuthentication =
    ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);

/// The id and the secret in the form.
pub(super) const BODY: ClientAuthentication = ClientAuthentication::Body;

/// A server that runs, and a transport to reach it by.
pub(super) struct ServerEnv<'a> {
    pub(super) origin: &'a str,
    pub(super) rig: &'a Rig,
    pub(super) facts: &'static Facts,
}

/// What a case has to know of a server software, as it is set up here.
pub(super) struct Facts {
    /// The service's id.
    pub(super) id: &'static str,
    /// Describes the server at an origin, without client authentication.
    pub(super) server: fn(&ServerEnv<'_>) -> Result<AuthorizationServer, Error>,
    pub(super) public: App,
    pub(super) confidential: App,
    /// The scopes that each login asks for.
    pub(super) asks: Option<&'static str>,
    /// The scopes that a token has then.
    pub(super) grants: &'static str,
    /// The scopes that an application's own token has; a session of its own asks for none.
    pub(super) own: &'static str,
    /// By what the server knows alice.
    pub(super) alice: &'static str,
    /// By what it knows bob.
    pub(super) bob: &'static str,
    /// A word of the refusal of a bearer token that was revoked.
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

/// What the programs here call themselves.
pub(super) const USER_AGENT: &str = "conformance/1.0 (xtask)";

impl ServerEnv<'_> {
    /// The server with this application at it.
    pub(super) fn service(&self, app: App) -> Result<Service, Error> {
        let server = (self.facts.server)(self)?;
        self.service_at(server.client_authentication(app.authentication), app)
    }

    /// The same, for a server that is described otherwise.
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

    /// An account of this application, with a store of its own that is empty.
    pub(super) fn seat(&self, app: App) -> Result<Seat, Error> {
        Ok(self.rig.account(self.service(app)?, Memory::new(), "alice"))
    }

    /// The application itself, by client credentials.
    pub(super) fn daemon(&self, app: App) -> Result<Seat, Error> {
        Ok(self.rig.daemon(self.service(app)?, Memory::new()))
    }

    /// An account that alice has logged in to, in a browser.
    pub(super) fn logged_in(&self, app: App) -> Result<Seat, Failure> {
        let seat = self.seat(app)?;
        let visitor = alice();
        log_in(&seat, &visitor, visitor.browser())?;
        Ok(seat)
    }

    /// A code that alice got for this service, by values.
    pub(super) fn code(&self, service: &Service) -> Result<CodeGrant, Failure> {
        let redirect_uri = RedirectUri::parse("http://127.0.0.1:8080")?;
        // Any bytes will do for a server that this process alone can reach.
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
        Ok(self.rig.exchange(&exchange)?)
    }

    /// Complains unless the server knows the token as alice's, with the scopes that every login here asks for.
    pub(super) fn is_alices(&self, pong: &Pong) -> CheckResult {
        self.belongs(pong, self.facts.alice)
    }

    /// Complains unless it is the application's own.
    pub(super) fn is_its_own(&self, pong: &Pong) -> CheckResult {
        expect(pong, None, self.facts.own)
    }

    /// Complains unless it is this person's.
    pub(super) fn belongs(&self, pong: &Pong, user: &str) -> CheckResult {
        expect(pong, Some(user), self.facts.grants)
    }
}

fn expect(pong: &Pong, user: Option<&str>, scope: &str) -> CheckResult {
    let expect = Pong {
        user: user.map(str::to_owned),
        scope: scope.to_owned(),
    };
    ensure(*pong == expect, format!("{pong:?} in place of {expect:?}"))
}

/// Now, for a token that serves for a moment: by the wall clock alone.
pub(super) fn now() -> Now {
    Now {
        wall: UnixTime::from_system(SystemTime::now()),
        monotonic: Duration::ZERO,
    }
}

/// Alice at a new browser: nobody is logged in there.
pub(super) fn alice() -> ScriptedUser {
    ScriptedUser::new(Person::new("alice", "password"))
}

/// Bob at a new browser.
pub(super) fn bob() -> ScriptedUser {
    ScriptedUser::new(Person::new("bob", "hunter2"))
}

/// Bob at a new browser, who allows nothing.
pub(super) fn bob_denies() -> ScriptedUser {
    ScriptedUser::new(Person::new("bob", "hunter2").denies())
}

/// Logs in; where that fails, the complaint says how the person's visit ended.
pub(super) fn log_in(seat: &Seat, visitor: &ScriptedUser, login: Login) -> Result<Status, Failure> {
    seat.log_in(login).map_err(|error| {
        let ended = visitor.ended();
        format!("{error}\n          the visit ended so: {ended:?}").into()
    })
}

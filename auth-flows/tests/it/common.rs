//! The set-up of all tests: a server on loopback, a service with a derived token, and one type for
//! both clients.

use std::{borrow::Borrow, time::Duration};

use auth_core::{
    Api, AuthorizationServer, BaseUrl, BasicEncoding, CallPolicy, ClientAuthentication, Endpoint,
    Error, ErrorKind, Lifetime, Limits, OAuthClient, Operation, Request, Response, Service, Store,
    TokenDerivation, TokenKind, TokenResponse, read_json,
    testkit::{Auth, DerivedTokens, Route, Site, json},
    unverified_expiry,
};
use auth_flows::{LoggedOut, Login, Status};
use auth_testkit::{Dialect, Mark, Rotation, TestClient, TestServer, person::Person};

pub(crate) const MAX_WAIT: Duration = Duration::from_secs(30);
/// Marked, so that a test can search for it in every text.
pub(crate) const SECRET: &str = "marked-client-secret";
pub(crate) const PASSWORD: &str = "marked-password";

/// Reads the user; requires the derived token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Me;

/// Requires the login token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ping;

/// Uses a token if there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Greeting;

/// A write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Put;

fn ask(base: &BaseUrl, method: http::Method, path: &str) -> Result<Request, Error> {
    base.request(method, path)
}

fn text(response: Response) -> Result<String, Error> {
    let body = String::from_utf8_lossy(response.body().as_bytes()).into_owned();
    if response.status().is_success() {
        return Ok(body);
    }
    let error =
        Error::new(ErrorKind::Refused, "the service refused").with_status(response.status());
    Err(error.with_server_message(&body))
}

macro_rules! operation {
    ($name:ident, $policy:expr, $method:ident $path:literal) => {
        impl Operation for $name {
            type Output = String;
            fn policy(&self) -> CallPolicy {
                $policy
            }
            fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
                ask(base, http::Method::$method, $path)
            }
            fn parse(&self, response: Response) -> Result<String, Error> {
                text(response)
            }
        }
    };
}

operation!(Me, CallPolicy::read("v1"), GET "/me");
operation!(Ping, CallPolicy::read("www"), GET "/ping");
operation!(Greeting, CallPolicy::read("v1").with_optional_token(), GET "/greeting");
operation!(Put, CallPolicy::write("v1"), POST "/things");

pub(crate) fn site() -> Site {
    let me = |visit: &auth_core::testkit::RouteRequest<'_>| match visit.caller {
        Some(caller) => json(200, &serde_json::json!({ "login": caller.user })),
        None => json(401, &serde_json::json!({ "error": "Unauthorized" })),
    };
    let greeting = |visit: &auth_core::testkit::RouteRequest<'_>| {
        let name = visit
            .caller
            .map_or("stranger", |caller| caller.user.as_str());
        json(200, &serde_json::json!({ "hello": name }))
    };
    Site::new()
        .with_route(Route::get("/v1/me", Auth::Derived, me))
        .with_route(Route::new(
            http::Method::POST,
            "/v1/things",
            Auth::Derived,
            me,
        ))
        .with_route(Route::get("/v1/greeting", Auth::Derived, greeting))
        .with_route(Route::get("/ping", Auth::Login, |_| {
            json(200, &serde_json::json!({ "ok": true }))
        }))
        .with_derived_tokens(DerivedTokens {
            path: "/users/api_token",
            field: "api_token",
            lifetime: Duration::from_secs(86_400),
            scope: Some("write"),
        })
}

struct Second;

impl Operation for Second {
    type Output = TokenResponse;
    fn policy(&self) -> CallPolicy {
        CallPolicy::read("www").with_limits(Limits::token())
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        ask(base, http::Method::GET, "/users/api_token")
    }
    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        if response.status() == 401 {
            return Err(Error::login_needed("the login was refused").with_status(response.status()));
        }
        let headers = response.headers().clone();
        if !response.status().is_success() {
            return Err(text(response).expect_err("a failure"));
        }
        let value: serde_json::Value = read_json(&response)?;
        self.read_plain_token(value["api_token"].as_str().unwrap_or_default())
            .map(|response| response.with_date(&headers))
    }
}

impl TokenDerivation for Second {
    fn read_plain_token(&self, text: &str) -> Result<TokenResponse, Error> {
        TokenResponse::new(
            text.trim(),
            unverified_expiry(text.trim()).map_or(Lifetime::Unstated, Lifetime::Until),
        )
    }
    fn expired_help(&self) -> &'static str {
        "copy a new one"
    }
}

/// A server like iNaturalist's: logins without expiry, derived tokens for a day.
pub(crate) fn doorkeeper() -> TestServer {
    start(
        TestServer::builder(Dialect::doorkeeper_5()).site(site()),
        "write login",
    )
}

/// The same with refresh tokens that are valid once.
pub(crate) fn renewing_doorkeeper() -> TestServer {
    let builder = TestServer::builder(Dialect::doorkeeper_5())
        .site(site())
        .access_token_lifetime(Some(Duration::from_secs(3600)))
        .refresh_tokens(Rotation::Instant);
    start(builder, "write login")
}

/// A server like Info Flora's: tokens for an hour, and refresh tokens that are valid once.
pub(crate) fn league(dialect: Dialect, rotation: Rotation) -> TestServer {
    let builder = TestServer::builder(dialect)
        .site(
            Site::new().with_route(Route::get("/ping", Auth::Login, |_| {
                json(200, &serde_json::json!({ "ok": true }))
            })),
        )
        .access_token_lifetime(Some(Duration::from_secs(3600)))
        .refresh_tokens(rotation);
    start(builder, "read")
}

fn start(builder: auth_testkit::TestServerBuilder, scopes: &str) -> TestServer {
    builder
        .client(
            TestClient::confidential("app", SECRET)
                .redirect_uri("http://127.0.0.1:8080")
                .scopes(scopes),
        )
        .user("alice", PASSWORD)
        .start()
        .expect("a server on loopback")
}

pub(crate) fn service(server: &TestServer) -> Service {
    let endpoint = |text: String| Endpoint::parse(&text).expect("an endpoint");
    let mut at = AuthorizationServer::new(endpoint(server.token_endpoint()))
        .authorization_endpoint(endpoint(server.authorization_endpoint()))
        .client_authentication(ClientAuthentication::Basic(BasicEncoding::Raw));
    if let Some(revocation) = server.revocation_endpoint() {
        at = at.revocation_endpoint(endpoint(revocation));
    }
    let client = OAuthClient::new(at, "app")
        .and_then(|client| client.with_secret(SECRET))
        .expect("a client");
    let base = |path: &str| BaseUrl::parse(&format!("{}{path}", server.url())).expect("a base");
    let service = Service::new("example", client, "flows-test/1.0").expect("a user agent");
    let service = service
        .with_api(Api::new("www", base(""), TokenKind::Login))
        .with_api(Api::new("v1", base("/v1"), TokenKind::Derived));
    if server.derived_endpoint().is_some() {
        service.with_token_derivation(Second)
    } else {
        service
    }
}

/// A login by browser with a user who consents.
pub(crate) fn browser() -> Login {
    Login::browser(|_| {}).open(|url| {
        let person = Person::new("alice", PASSWORD);
        let redirect = person.visit(url)?.into_redirect()?;
        person.follow(&redirect).map(|_| ())
    })
}

/// Counts token requests, requests for the derived token, and API requests since a mark.
pub(crate) fn since(server: &TestServer, mark: Mark) -> (usize, usize, usize) {
    let requests = server.requests().since(mark);
    (requests.token(), requests.derived(), requests.api())
}

/// Takes the place of an account's name for [`AtServer::crowd`]: the client session. Not a name
/// that a test uses.
pub(crate) const DAEMON: &str = "(the client itself)";

/// A program of either kind.
pub(crate) use ::worlds::AnyClient as World;

/// Programs at a server of this suite, and calls of an account by its name.
pub(crate) trait AtServer: Borrow<World> {
    fn both(server: &TestServer, store: impl Store + Clone) -> [World; 2] {
        World::pair(&service(server), store)
    }

    fn blocking(server: &TestServer, store: impl Store) -> World {
        ::worlds::World::blocking().client(service(server), store)
    }

    fn asynchronous(server: &TestServer, store: impl Store) -> World {
        let world = ::worlds::World::asynchronous().expect("a runtime");
        world.client(service(server), store)
    }

    fn send<O>(&self, account: &str, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.borrow().account(account).send(operation)
    }

    fn send_as_daemon<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.borrow().client_session().send(operation)
    }

    fn send_anonymously<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.borrow().anonymous().send(operation)
    }

    fn log_in(&self, account: &str, login: Login) -> Result<Status, Error> {
        self.borrow().account(account).log_in(login)
    }

    fn log_in_with_password(&self, account: &str, password: &str) -> Result<Status, Error> {
        let session = self.borrow().account(account);
        session.log_in_with_password("alice", password)
    }

    fn import_token(&self, account: &str, token: &str) -> Result<Status, Error> {
        self.borrow().account(account).import_token(token)
    }

    fn log_out(&self, account: &str) -> Result<LoggedOut, Error> {
        self.borrow().account(account).log_out()
    }

    fn status(&self, account: &str) -> Result<Status, Error> {
        self.borrow().account(account).status()
    }

    /// Makes many calls of one account, or of the [`DAEMON`], at the same time, on threads or
    /// tasks. `meanwhile` runs when all have started.
    fn crowd<O>(
        &self,
        count: usize,
        account: &str,
        operation: O,
        meanwhile: impl FnOnce(),
    ) -> Vec<Result<O::Output, Error>>
    where
        O: Operation + Copy + Send + Sync + 'static,
        O::Output: Send + 'static,
    {
        let session = match account {
            DAEMON => self.borrow().client_session(),
            name => self.borrow().account(name),
        };
        session.crowd(count, operation, meanwhile)
    }
}

impl AtServer for World {}

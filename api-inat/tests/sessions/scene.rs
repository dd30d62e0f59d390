//! Shared by all tests: a server like iNaturalist's, and its programs in both worlds.

use auth_core::{
    Error, Operation, Paged, Store, TokenKind,
    testkit::{DerivedTokens, Site},
};
use auth_flows::{Login, Status};
use auth_testkit::{Dialect, TestClient, TestServer, person::Person};
use keystore::Memory;
use std::time::Duration;
use worlds::{AnyClient, AnySession};

pub(crate) use worlds::Followed;

pub(crate) const PASSWORD: &str = "marked-password";
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn inaturalist() -> TestServer {
    server(api_inat::testkit::site())
}

/// Returns a site with iNaturalist's derived token, and no routes yet.
pub(crate) fn bare_site() -> Site {
    Site::new().with_derived_tokens(DerivedTokens {
        path: "/users/api_token",
        field: "api_token",
        lifetime: DAY,
        scope: Some("write"),
    })
}

pub(crate) fn server(site: Site) -> TestServer {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(
            TestClient::public("app")
                .redirect_uri("http://127.0.0.1:8080")
                .scopes("write login"),
        )
        .user("alice", PASSWORD)
        .user("bob", PASSWORD)
        .site(site)
        .start()
        .expect("a server on loopback")
}

/// Returns a browser login with a user who consents.
pub(crate) fn browser() -> Login {
    Login::browser(|_| {}).open(|url| {
        let person = Person::new("alice", PASSWORD);
        let back = person.visit(url)?.into_redirect()?;
        person.follow(&back).map(|_| ())
    })
}

/// Counts requests for the derived token, and API requests, since a mark.
pub(crate) fn since(server: &TestServer, mark: auth_testkit::Mark) -> (usize, usize) {
    let requests = server.requests().since(mark);
    (requests.derived(), requests.api())
}

/// A program of either kind. The account is `me`.
pub(crate) struct World(AnyClient);

impl World {
    pub(crate) fn both(server: &TestServer, store: impl Store + Clone) -> [Self; 2] {
        let service = api_inat::service("app")
            .user_agent("sessions/1 (test@example.org)")
            .at(server.url())
            .build()
            .expect("a service");
        AnyClient::pair(&service, store).map(Self)
    }

    /// Creates one of the two, with its own store in which alice is logged in.
    pub(crate) fn logged_in(server: &TestServer, which: usize) -> (Self, Memory) {
        let store = Memory::new();
        let world = Self::one(server, which, &store);
        world.log_in().expect("a login");
        (world, store)
    }

    pub(crate) fn one(server: &TestServer, which: usize, store: &Memory) -> Self {
        let [blocking, asynchronous] = Self::both(server, store.clone());
        match which {
            0 => blocking,
            _ => asynchronous,
        }
    }

    fn me(&self) -> AnySession {
        self.0.account("me")
    }

    pub(crate) fn name(&self) -> &'static str {
        self.0.name()
    }

    pub(crate) fn log_in(&self) -> Result<Status, Error> {
        self.me().log_in_with_password("alice", PASSWORD)
    }

    pub(crate) fn log_in_by(&self, login: Login) -> Result<Status, Error> {
        self.me().log_in(login)
    }

    pub(crate) fn import(&self, token: &str) -> Result<Status, Error> {
        self.me().import_token(token)
    }

    pub(crate) fn token(&self, kind: TokenKind) -> String {
        let token = self.me().token(kind).expect("a token");
        token.expose_secret().to_owned()
    }

    pub(crate) fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.me().send(operation)
    }

    pub(crate) fn send_anonymously<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.0.anonymous().send(operation)
    }

    pub(crate) fn follow<P>(&self, first: P, between: impl FnMut(usize)) -> Followed<P>
    where
        P: Paged + Clone + Send + Sync + 'static,
        P::Output: Send + 'static,
    {
        self.me().follow(first, between)
    }
}

/// Moves the time at which the stored derived token was obtained: back simulates a clock that runs
/// on, forward one that was set back since.
pub(crate) fn shift(store: &Memory, seconds: i64) {
    let service = api_inat::service("app")
        .user_agent("x")
        .build()
        .expect("a service");
    let key = service.account_key("me");
    worlds::stored::age_token(store, &key, TokenKind::Derived, -seconds).expect("moved");
}

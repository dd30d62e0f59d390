//! The builder of a test server.

use std::fmt;
use std::io;
use std::time::Duration;

use auth_core::testkit::Site;

use crate::control::exchange::{Exchange, Observer};
use crate::dialect::Dialect;
use crate::server::TestServer;
use crate::state::client::{TestClient, User, split_words};
use crate::state::settings::{Rotation, Settings};

/// Configures a server and starts it; made by [`TestServer::builder`].
///
/// ```
/// use std::time::Duration;
/// use auth_testkit::{Dialect, Rotation, TestClient, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5())
///     .client(TestClient::public("app").redirect_uri("http://127.0.0.1/").scopes("write login"))
///     .user("alice", "password")
///     .access_token_lifetime(Some(Duration::from_secs(7200)))
///     .refresh_tokens(Rotation::Instant)
///     .start()?;
/// assert!(server.issue_refresh_token("app", "alice", "write").is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing happens until the server is started"]
pub struct TestServerBuilder {
    dialect: Dialect,
    settings: Settings,
    observer: Option<Observer>,
}

impl TestServerBuilder {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            settings: Settings {
                access_lifetime: dialect.software().access_lifetime(),
                refresh_lifetime: dialect.software().refresh_lifetime(),
                rotation: dialect.software().rotation(),
                clients: Vec::new(),
                users: Vec::new(),
                site: Site::new(),
                default_scopes: Vec::new(),
                optional_scopes: Vec::new(),
                code_lifetime: Duration::from_secs(600),
                derived_lifetime: None,
                port: 0,
            },
            observer: None,
            dialect,
        }
    }

    /// Registers a client.
    pub fn client(mut self, client: TestClient) -> Self {
        self.settings.clients.push(client);
        self
    }

    /// Adds a user. The ids of the users are 1, 2, 3 and so on, in the order of these calls.
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        let user = User {
            id: self.settings.users.len() as u64 + 1,
            name: name.into(),
            password: password.into(),
            suspended: None,
        };
        self.settings.users.push(user);
        self
    }

    /// Sets the routes of the resource server, which this server serves beside the endpoints of the
    /// authorization server.
    ///
    /// ```
    /// use auth_core::testkit::{Auth, Route, Site, json};
    /// use auth_testkit::{Dialect, TestServer};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let me = Route::get("/users/me", Auth::Login, |request| {
    ///     let user = request.caller.map(|caller| caller.user.as_str());
    ///     json(200, &serde_json::json!({ "login": user }))
    /// });
    /// let server = TestServer::builder(Dialect::doorkeeper_5())
    ///     .user("alice", "password")
    ///     .site(Site::new().with_route(me))
    ///     .start()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn site(mut self, site: Site) -> Self {
        self.settings.site = site;
        self
    }

    /// Sets the scopes of a request that names none, separated by spaces.
    ///
    /// Default: all scopes of all clients, or `public` if the clients have none.
    pub fn default_scopes(mut self, scopes: &str) -> Self {
        self.settings.default_scopes = split_words(scopes);
        self
    }

    /// Adds scopes that a request may name beside the default ones, separated by spaces.
    pub fn optional_scopes(mut self, scopes: &str) -> Self {
        self.settings.optional_scopes = split_words(scopes);
        self
    }

    /// Sets the lifetime of access tokens. With `None` they never expire, and token responses have
    /// no `expires_in`.
    ///
    /// Default: `None` in Doorkeeper's dialect, as iNaturalist configures it; one hour in league's.
    pub fn access_token_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.settings.access_lifetime = lifetime;
        self
    }

    /// Sets the lifetime of refresh tokens. With `None` they never expire.
    ///
    /// Default: `None` in Doorkeeper's dialect; 30 days in league's (league itself uses a month).
    pub fn refresh_token_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.settings.refresh_lifetime = lifetime;
        self
    }

    /// Sets the lifetime of authorization codes. Default: 600 s, as in the software of all three
    /// dialects.
    pub fn code_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.code_lifetime = lifetime;
        self
    }

    /// Sets the lifetime of derived tokens. Default: that of the site.
    pub fn derived_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.derived_lifetime = Some(lifetime);
        self
    }

    /// Sets whether the server issues refresh tokens, and what happens to a used one.
    ///
    /// Default: [`Rotation::Off`] in Doorkeeper's dialect, [`Rotation::Instant`] in league's.
    pub fn refresh_tokens(mut self, rotation: Rotation) -> Self {
        self.settings.rotation = rotation;
        self
    }

    /// Sets the port to listen on. Default: 0, a free port.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.port = port;
        self
    }

    /// Calls `observe` with each [`Exchange`].
    ///
    /// A server with an observer keeps no log, so that it can run for hours:
    /// [`TestServer::requests`] then returns an empty one.
    pub fn observe(mut self, observe: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer::new(observe));
        self
    }

    /// Starts the server on 127.0.0.1.
    ///
    /// # Errors
    /// Fails if the port is in use, or if the machine has no threads or sockets left.
    pub fn start(mut self) -> io::Result<TestServer> {
        let settings = &mut self.settings;
        if settings.default_scopes.is_empty() {
            let all: Vec<_> = settings
                .clients
                .iter()
                .flat_map(|c| c.scopes.clone())
                .collect();
            settings.default_scopes = if all.is_empty() {
                vec!["public".to_owned()]
            } else {
                split_words(&all.join(" "))
            };
        }
        TestServer::start(self.dialect, self.settings, self.observer)
    }
}

impl fmt::Debug for TestServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServerBuilder")
            .field("dialect", &self.dialect)
            .field("clients", &self.settings.clients)
            .field("users", &self.settings.users.len())
            .field("site", &self.settings.site)
            .field("refresh_tokens", &self.settings.rotation)
            .finish_non_exhaustive()
    }
}

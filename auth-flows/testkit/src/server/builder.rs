//! Saying what a server should be like.

use std::fmt;
use std::io;
use std::time::Duration;

use auth_core::testkit::Site;

use crate::control::exchange::{Exchange, Observer};
use crate::dialect::Dialect;
use crate::server::TestServer;
use crate::state::client::{TestClient, User, words};
use crate::state::settings::{Rotation, Settings};

/// Describes a server and starts it; made by [`TestServer::builder`].
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

    /// Adds a user. The first one has number 1, the next 2, and so on.
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

    /// The resource server's routes, served beside the endpoints of the authorization server.
    pub fn site(mut self, site: Site) -> Self {
        self.settings.site = site;
        self
    }

    /// The scopes of a request that asks for none, separated by spaces. Without it: all scopes of all clients, or `public`.
    pub fn default_scopes(mut self, scopes: &str) -> Self {
        self.settings.default_scopes = words(scopes);
        self
    }

    /// More scopes that may be asked for, separated by spaces.
    pub fn optional_scopes(mut self, scopes: &str) -> Self {
        self.settings.optional_scopes = words(scopes);
        self
    }

    /// How long access tokens live; with `None` they never expire, and answers have no `expires_in`.
    ///
    /// Without it: never in Doorkeeper's dialect, as iNaturalist configures it; one hour in league's.
    pub fn access_token_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.settings.access_lifetime = lifetime;
        self
    }

    /// How long refresh tokens live. Without it: for ever in Doorkeeper's dialect, 30 days in league's (a month there).
    pub fn refresh_token_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.settings.refresh_lifetime = lifetime;
        self
    }

    /// How long authorization codes live; 600 s without it, the default of all three dialects.
    pub fn code_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.code_lifetime = lifetime;
        self
    }

    /// How long derived tokens live; without it, as the site says.
    pub fn derived_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.derived_lifetime = Some(lifetime);
        self
    }

    /// Whether there are refresh tokens, and what becomes of a used one.
    ///
    /// Without it: [`Rotation::Off`] in Doorkeeper's dialect, [`Rotation::Instant`] in league's.
    pub fn refresh_tokens(mut self, rotation: Rotation) -> Self {
        self.settings.rotation = rotation;
        self
    }

    /// The port to listen on; a free one without it.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.port = port;
        self
    }

    /// Tells of each request as it went. Such a server keeps no list of them for [`TestServer::requests`], so that it can run for as
    /// long as one likes.
    pub fn observe(mut self, told: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer::new(told));
        self
    }

    /// Starts the server on 127.0.0.1.
    ///
    /// # Errors
    /// The port is taken, or the machine has no threads or sockets left.
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
                words(&all.join(" "))
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

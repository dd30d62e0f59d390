//! The environment of each test: its own server, and one of the two worlds.

use std::{fs::OpenOptions, io::Write as _, ops::Deref, sync::Arc, thread, time::Duration};

use api_infoflora::{ServiceBuilder, observations::List};
use auth_core::{Error, ErrorKind, Message, Service, Store, Token, TokenKind};
use auth_flows::{Login, Status};
use auth_testkit::{
    Dialect, Fault, LoggedRequest, Matching, RequestKind, RequestLog, TestClient, TestServer,
    TestServerBuilder, person::Person,
};
use keystore::Memory;
pub(crate) use worlds::World;
use worlds::{AnyClient, AnySession};

pub(crate) const MAX_WAIT: Duration = Duration::from_secs(30);

/// A client for scripts. Its id and its secret contain characters that a form would encode.
pub(crate) const DAEMON: (&str, &str) = ("daemon %2F+", "daemon+secret/with=%20:colon");
/// A client that users log in to.
pub(crate) const TOOL: (&str, &str) = ("tool", "tool-secret");
/// The same of another developer.
pub(crate) const OTHER: (&str, &str) = ("other", "other-secret");
/// The type of Symfony's plain `Response`, whatever it contains.
pub(crate) const SYMFONY: &str = "text/html; charset=UTF-8";
/// The redirect URIs of a web service and an installed application.
pub(crate) const CALLBACK: &str = "https://my-app.example/oauth2redirect";
pub(crate) const SCHEME: &str = "org.myorganisation.myapp:/oauth2redirect/oauthprovider";

/// One server in one dialect, and one world.
pub(crate) struct Scene {
    pub(crate) server: TestServer,
    pub(crate) world: World,
    /// league 8 instead of 9.
    pub(crate) eight: bool,
}

/// Runs a test in all four scenes.
pub(crate) fn everywhere(test: impl Fn(&Scene) + Sync) {
    everywhere_with(Vec::new, test);
}

/// Runs a test in all four scenes, with further clients.
pub(crate) fn everywhere_with(clients: fn() -> Vec<TestClient>, test: impl Fn(&Scene) + Sync) {
    let path = thread::current().name().unwrap_or_default().to_owned();
    let name = path
        .rsplit("::")
        .next()
        .unwrap_or_default()
        .replace('_', " ");
    in_each(|eight, world| {
        test(&Scene::new(eight, world.clone(), clients()));
        passed(&name, eight, world, "");
    });
}

/// Runs `test` for each dialect in each world, at the same time. A panic names its thread.
pub(crate) fn in_each(test: impl Fn(bool, &World) + Sync) {
    thread::scope(|scope| {
        for eight in [true, false] {
            for world in World::both().expect("a runtime") {
                let name = format!("league {}, {}", if eight { 8 } else { 9 }, world.name());
                let thread = thread::Builder::new().name(name);
                let test = &test;
                let started = thread.spawn_scoped(scope, move || test(eight, &world));
                started.expect("a thread");
            }
        }
    });
}

/// Writes a row for `cargo xtask conformance`, which names the file: the dialect, the world, the
/// case, and why it is not offered if it is not.
pub(crate) fn passed(name: &str, eight: bool, world: &World, reason: &str) {
    if let Some(path) = std::env::var_os("CONFORMANCE_ROWS") {
        let version = if eight { 8 } else { 9 };
        let world = match world {
            World::Blocking(_) => "blocking",
            World::Async(..) => "async",
        };
        let row = format!("{version}\t{world}\t{name}\t{reason}\n");
        let file = OpenOptions::new().append(true).create(true).open(path);
        let written = file.and_then(|mut file| file.write_all(row.as_bytes()));
        written.expect("the file can be written");
    }
}

impl Scene {
    pub(crate) fn new(
        eight: bool,
        world: World,
        clients: impl IntoIterator<Item = TestClient>,
    ) -> Self {
        let dialect = match eight {
            true => Dialect::league_8(),
            false => Dialect::league_9(),
        };
        let script = TestClient::confidential(DAEMON.0, DAEMON.1).grants(["client_credentials"]);
        let tool = TestClient::confidential(TOOL.0, TOOL.1)
            .redirect_uri("http://127.0.0.1:8080")
            .redirect_uri(CALLBACK)
            .redirect_uri(SCHEME)
            .redirect_uri("http://127.0.0.1/callback")
            .grants(["authorization_code", "refresh_token"]);
        let other = TestClient::confidential(OTHER.0, OTHER.1)
            .redirect_uri("http://127.0.0.1:8080")
            .grants(["authorization_code", "refresh_token"]);
        let server = TestServer::builder(dialect);
        let server = server.client(script).client(tool).client(other);
        let with = |server: TestServerBuilder, client| server.client(client);
        let server = clients.into_iter().fold(server, with);
        let server = server
            .user("alice", "password")
            .user("bob", "hunter2")
            .site(api_infoflora::testkit::site())
            .start()
            .expect("a server");
        Self {
            server,
            world,
            eight,
        }
    }

    pub(crate) fn describe(&self, (id, secret): (&str, &str)) -> ServiceBuilder {
        self.without_secret(id).secret(secret)
    }

    pub(crate) fn without_secret(&self, id: &str) -> ServiceBuilder {
        api_infoflora::service(id)
            .user_agent("test/1.0 (mail@example.org)")
            .at(self.server.url())
    }

    pub(crate) fn service(&self, client: (&str, &str)) -> Service {
        self.describe(client).build().expect("a service")
    }

    /// Returns a new client, as a program would make it.
    pub(crate) fn client(&self, described: ServiceBuilder, store: impl Store) -> LeagueClient {
        let service = described.build().expect("a service");
        LeagueClient(self.world.client(service, store))
    }

    pub(crate) fn client_session(&self) -> LeagueSession {
        self.client_session_of(DAEMON)
    }

    pub(crate) fn client_session_of(&self, client: (&str, &str)) -> LeagueSession {
        let client = self.client(self.describe(client), Memory::new());
        client.client_session()
    }

    /// Returns alice's account in a client of this registration.
    pub(crate) fn session(&self, client: (&str, &str)) -> LeagueSession {
        let client = self.client(self.describe(client), Memory::new());
        client.account("alice")
    }

    /// Returns an account that alice has logged in to.
    pub(crate) fn alice(&self) -> LeagueSession {
        let session = self.session(TOOL);
        session.log_in(browser()).expect("a login");
        session
    }

    /// Sends a message directly over the transport.
    pub(crate) fn exchange<M: Message>(&self, message: &M) -> Result<M::Output, Error> {
        self.world.exchange(message)
    }

    pub(crate) fn requests(&self) -> RequestLog {
        self.server.requests()
    }

    /// The requests of this kind.
    pub(crate) fn all(&self, kind: RequestKind) -> Vec<LoggedRequest> {
        let log = self.requests();
        let of_kind = log.requests().iter().filter(|one| one.kind == kind);
        of_kind.cloned().collect()
    }

    /// Spoils the next response to such a request.
    pub(crate) fn spoil(&self, which: Matching, fault: Fault) {
        self.server.faults().next(which, fault);
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.requests().grant("refresh_token")
    }
}

/// A client of either kind.
pub(crate) struct LeagueClient(AnyClient);

impl LeagueClient {
    pub(crate) fn account(&self, name: &str) -> LeagueSession {
        LeagueSession(self.0.account(name))
    }

    pub(crate) fn client_session(&self) -> LeagueSession {
        LeagueSession(self.0.client_session())
    }

    pub(crate) fn anonymous(&self) -> LeagueSession {
        LeagueSession(self.0.anonymous())
    }
}

/// A session of either kind, and what this suite does with it often.
pub(crate) struct LeagueSession(AnySession);

impl Deref for LeagueSession {
    type Target = AnySession;

    fn deref(&self) -> &AnySession {
        &self.0
    }
}

impl LeagueSession {
    /// Sends one call.
    pub(crate) fn call(&self) -> Result<(), Error> {
        self.send(List::new().limit(1)).map(drop)
    }

    pub(crate) fn status(&self) -> Status {
        self.0.status().expect("the store works")
    }

    pub(crate) fn token(&self) -> Arc<Token> {
        self.0.token(TokenKind::Login).expect("a token")
    }

    /// Sends several calls at the same time, and runs `meanwhile`.
    pub(crate) fn crowd(&self, count: usize, meanwhile: impl FnOnce()) -> Vec<Result<(), Error>> {
        let results = self.0.crowd(count, List::new().limit(1), meanwhile);
        results.into_iter().map(|result| result.map(drop)).collect()
    }
}

/// A login in a browser by alice, who consents.
pub(crate) fn browser() -> Login {
    Login::browser(|_| {})
        .open(|url| {
            let alice = Person::new("alice", "password");
            let back = alice.visit(url)?.into_redirect()?;
            alice.follow(&back).map(drop)
        })
        .timeout(MAX_WAIT)
}

/// Checks that the call failed with this kind and these words. Returns the error.
#[track_caller]
pub(crate) fn fails<T: std::fmt::Debug>(
    result: Result<T, Error>,
    kind: ErrorKind,
    words: &[&str],
) -> Error {
    let error = result.expect_err("it has to fail");
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    error
}

//! The environment of each test: its own server, and one of the two worlds behind one interface.

use std::{sync::Arc, thread, time::Duration};

use api_infoflora::{ServiceBuilder, observations::List};
use auth_core::{
    AsyncTransport, Error, ErrorKind, Limits, Message, Operation, Paged, Request, Response, Store,
    Token, TokenKind, Transport,
};
use auth_flows::{AsyncClient, AsyncSession, Client, Login, Session, Status};
use auth_testkit::{
    Dialect, RequestLog, TestClient, TestServer, TestServerBuilder, person::Person,
};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use tokio::runtime::{Builder, Runtime};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A client for scripts. Its secret contains characters that a form would encode.
pub(crate) const DAEMON: (&str, &str) = ("daemon", "daemon+secret/with=%20:colon");
/// A client that users log in to.
pub(crate) const TOOL: (&str, &str) = ("tool", "tool-secret");
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

#[derive(Clone)]
pub(crate) enum World {
    Blocking(Ureq),
    Async(Reqwest, Arc<Runtime>),
}

/// Runs a test in all four scenes.
pub(crate) fn everywhere(test: impl Fn(&Scene)) {
    everywhere_with(|| None, test);
}

/// Runs a test in all four scenes, with further clients.
#[expect(clippy::print_stderr, reason = "a test that fails shows which it was")]
pub(crate) fn everywhere_with<C: IntoIterator<Item = TestClient>>(
    clients: impl Fn() -> C,
    test: impl Fn(&Scene),
) {
    for eight in [true, false] {
        for world in [World::blocking(), World::asynchronous()] {
            eprintln!("league {}, {}", if eight { 8 } else { 9 }, world.name());
            test(&Scene::new(eight, world, clients()));
        }
    }
}

impl World {
    fn blocking() -> Self {
        Self::Blocking(Ureq::default())
    }

    fn asynchronous() -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        Self::Async(Reqwest::default(), Arc::new(runtime))
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Blocking(_) => "blocking",
            Self::Async(..) => "async",
        }
    }
}

impl Scene {
    fn new(eight: bool, world: World, clients: impl IntoIterator<Item = TestClient>) -> Self {
        let dialect = match eight {
            true => Dialect::league_8(),
            false => Dialect::league_9(),
        };
        let script = TestClient::confidential(DAEMON.0, DAEMON.1).grants(["client_credentials"]);
        let tool = TestClient::confidential(TOOL.0, TOOL.1)
            .redirect_uri("http://127.0.0.1:8080")
            .redirect_uri(CALLBACK)
            .redirect_uri(SCHEME)
            .grants(["authorization_code", "refresh_token"]);
        let server = TestServer::builder(dialect).client(script).client(tool);
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
        api_infoflora::service(id)
            .secret(secret)
            .user_agent("test/1.0 (mail@example.org)")
            .at(self.server.url())
    }

    /// Starts a new program.
    pub(crate) fn program(&self, described: ServiceBuilder, store: impl Store) -> Program {
        let service = described.build().expect("a service");
        match &self.world {
            World::Blocking(ureq) => Program::Blocking(Client::new(service, ureq.clone(), store)),
            World::Async(reqwest, runtime) => {
                let tokio = Tokio::new(runtime.handle().clone());
                let client = AsyncClient::new(service, reqwest.clone(), tokio, store);
                Program::Async(client, Arc::clone(runtime))
            }
        }
    }

    pub(crate) fn client_session(&self) -> Seat {
        self.program(self.describe(DAEMON), Memory::new())
            .client_session()
    }

    /// Returns an account that alice has logged in to.
    pub(crate) fn alice(&self) -> Seat {
        let seat = self
            .program(self.describe(TOOL), Memory::new())
            .account("alice");
        seat.log_in(browser()).expect("a login");
        seat
    }

    /// Sends a message directly over the transport.
    pub(crate) fn exchange<M: Message>(&self, message: &M) -> Result<M::Output, Error> {
        message.parse(self.send(message.request()?, &message.limits())?)
    }

    pub(crate) fn send(&self, request: Request, limits: &Limits) -> Result<Response, Error> {
        match &self.world {
            World::Blocking(ureq) => Ok(Transport::send(ureq, request, limits)?),
            World::Async(reqwest, runtime) => {
                Ok(runtime.block_on(AsyncTransport::send(reqwest, request, limits))?)
            }
        }
    }

    pub(crate) fn requests(&self) -> RequestLog {
        self.server.requests()
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.requests().grant("refresh_token")
    }
}

pub(crate) enum Program {
    Blocking(Client),
    Async(AsyncClient, Arc<Runtime>),
}

macro_rules! open {
    ($program:expr, $client:ident => $call:expr) => {
        match $program {
            Program::Blocking($client) => Seat::Blocking($call),
            Program::Async($client, runtime) => Seat::Async($call, Arc::clone(runtime)),
        }
    };
}

impl Program {
    pub(crate) fn account(&self, name: &str) -> Seat {
        open!(self, client => client.account(name))
    }

    pub(crate) fn client_session(&self) -> Seat {
        open!(self, client => client.client_session())
    }

    pub(crate) fn anonymous(&self) -> Seat {
        open!(self, client => client.anonymous())
    }
}

/// A session of either world.
pub(crate) enum Seat {
    Blocking(Session),
    Async(AsyncSession, Arc<Runtime>),
}

macro_rules! both {
    ($seat:expr, $session:ident => $call:expr) => {
        match $seat {
            Seat::Blocking($session) => $call,
            Seat::Async($session, runtime) => runtime.block_on($call),
        }
    };
}

impl Seat {
    pub(crate) fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        both!(self, session => session.send(operation))
    }

    /// Sends one call.
    pub(crate) fn call(&self) -> Result<(), Error> {
        self.send(List::new().limit(1)).map(drop)
    }

    pub(crate) fn items<P>(&self, first: P) -> Result<(Vec<P::Item>, Option<u64>), Error>
    where
        P: Paged + Send + Sync,
        P::Output: Send,
        P::Item: Send,
    {
        match self {
            Self::Blocking(session) => {
                let mut items = session.items(first);
                let all = items.by_ref().collect::<Result<_, _>>()?;
                Ok((all, items.total()))
            }
            Self::Async(session, runtime) => runtime.block_on(async {
                let mut items = session.items(first);
                let mut all = Vec::new();
                while let Some(item) = items.next().await {
                    all.push(item?);
                }
                Ok((all, items.total()))
            }),
        }
    }

    pub(crate) fn log_in(&self, login: Login) -> Result<Status, Error> {
        both!(self, session => session.log_in(login))
    }

    pub(crate) fn complete(&self, grant: auth_core::CodeGrant) -> Result<Status, Error> {
        both!(self, session => session.complete_login(grant))
    }

    pub(crate) fn status(&self) -> Status {
        both!(self, session => session.status()).expect("the store works")
    }

    pub(crate) fn token(&self) -> Arc<Token> {
        both!(self, session => session.token(TokenKind::Login)).expect("a token")
    }

    /// Sends several calls at the same time, and runs `meanwhile`.
    pub(crate) fn crowd(&self, count: usize, meanwhile: impl FnOnce()) -> Vec<Result<(), Error>> {
        match self {
            Self::Blocking(_) => thread::scope(|scope| {
                let callers: Vec<_> = (0..count).map(|_| scope.spawn(|| self.call())).collect();
                meanwhile();
                let join = |caller: thread::ScopedJoinHandle<'_, _>| caller.join();
                callers
                    .into_iter()
                    .map(|caller| join(caller).expect("no panic"))
                    .collect()
            }),
            Self::Async(session, runtime) => {
                let call = || session.send(List::new().limit(1));
                let callers: Vec<_> = (0..count).map(|_| runtime.spawn(call())).collect();
                meanwhile();
                callers
                    .into_iter()
                    .map(|caller| runtime.block_on(caller).expect("no panic").map(drop))
                    .collect()
            }
        }
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
        .timeout(PATIENCE)
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

//! Shared by all tests: a server like iNaturalist's, and one interface for blocking and async
//! sessions.

use auth_core::{
    Error, Operation, Paged, SecretBytes, Store, TokenKind,
    testkit::{DerivedTokens, Site},
};
use auth_flows::{AsyncClient, Client, Login, Status};
use auth_testkit::{Dialect, TestClient, TestServer, person::Person};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use serde_json::Value;
use std::time::Duration;

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

/// One interface for blocking and async sessions. The account is `me`.
pub(crate) enum World {
    Blocking(Client),
    Async(AsyncClient, tokio::runtime::Runtime),
}

/// The progress of a list, and the error that ended it.
pub(crate) struct Followed<P: Paged> {
    pub(crate) items: Vec<P::Item>,
    pub(crate) total: Option<u64>,
    pub(crate) cursor: Option<P>,
    pub(crate) error: Option<Error>,
}

impl World {
    pub(crate) fn both(server: &TestServer, store: impl Store + Clone) -> [Self; 2] {
        let service = || {
            api_inat::service("app")
                .user_agent("sessions/1 (test@example.org)")
                .at(server.url())
                .build()
                .expect("a service")
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let tokio = Tokio::new(runtime.handle().clone());
        let client = AsyncClient::new(service(), Reqwest::default(), tokio, store.clone());
        [
            Self::Blocking(Client::new(service(), Ureq::default(), store)),
            Self::Async(client, runtime),
        ]
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

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Blocking(_) => "blocking",
            Self::Async(..) => "async",
        }
    }

    pub(crate) fn log_in(&self) -> Result<Status, Error> {
        match self {
            Self::Blocking(client) => client.account("me").log_in_with_password("alice", PASSWORD),
            Self::Async(client, runtime) => {
                runtime.block_on(client.account("me").log_in_with_password("alice", PASSWORD))
            }
        }
    }

    pub(crate) fn log_in_by(&self, login: Login) -> Result<Status, Error> {
        match self {
            Self::Blocking(client) => client.account("me").log_in(login),
            Self::Async(client, runtime) => runtime.block_on(client.account("me").log_in(login)),
        }
    }

    pub(crate) fn import(&self, token: &str) -> Result<Status, Error> {
        match self {
            Self::Blocking(client) => client.account("me").import_token(token),
            Self::Async(client, runtime) => {
                runtime.block_on(client.account("me").import_token(token))
            }
        }
    }

    pub(crate) fn token(&self, kind: TokenKind) -> String {
        match self {
            Self::Blocking(client) => client.account("me").token(kind),
            Self::Async(client, runtime) => runtime.block_on(client.account("me").token(kind)),
        }
        .expect("a token")
        .expose_secret()
        .to_owned()
    }

    pub(crate) fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        match self {
            Self::Blocking(client) => client.account("me").send(operation),
            Self::Async(client, runtime) => runtime.block_on(client.account("me").send(operation)),
        }
    }

    pub(crate) fn send_anonymously<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        match self {
            Self::Blocking(client) => client.anonymous().send(operation),
            Self::Async(client, runtime) => runtime.block_on(client.anonymous().send(operation)),
        }
    }

    /// Follows a list to its end or to an error. Calls `between` after each page with the number of
    /// received items.
    pub(crate) fn follow<P>(&self, first: P, mut between: impl FnMut(usize)) -> Followed<P>
    where
        P: Paged + Clone + Send + Sync,
        P::Output: Send,
    {
        let (mut items, mut error) = (Vec::new(), None);
        match self {
            Self::Blocking(client) => {
                let mut pages = client.account("me").pages(first);
                for page in pages.by_ref() {
                    match page {
                        Ok(page) => items.extend(page),
                        Err(failed) => error = Some(failed),
                    }
                    between(items.len());
                }
                let total = pages.total();
                let cursor = pages.cursor().cloned();
                Followed {
                    items,
                    total,
                    cursor,
                    error,
                }
            }
            Self::Async(client, runtime) => runtime.block_on(async {
                let mut pages = client.account("me").pages(first);
                while let Some(page) = pages.next().await {
                    match page {
                        Ok(page) => items.extend(page),
                        Err(failed) => error = Some(failed),
                    }
                    between(items.len());
                }
                let total = pages.total();
                let cursor = pages.cursor().cloned();
                Followed {
                    items,
                    total,
                    cursor,
                    error,
                }
            }),
        }
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
    let text = store.load(&key).expect("a store").expect("a record");
    let text: &[u8] = auth_core::ExposeSecret::expose_secret(&text);
    let mut record: Value = serde_json::from_slice(text).expect("a record");
    let sent = record["derived"]["sent_ms"].as_i64().expect("a time");
    record["derived"]["sent_ms"] = (sent + seconds * 1000).into();
    let lease = store
        .try_lease(&key)
        .expect("a store")
        .expect("the only owner");
    store
        .save(&lease, &SecretBytes::new(record.to_string().into_bytes()))
        .expect("saved");
}

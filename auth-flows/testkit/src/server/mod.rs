//! The running server, as a test holds it.

pub(crate) mod builder;
mod connection;
mod router;
mod watch;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::control::exchange::Observer;
use crate::control::faults::Faults;
use crate::control::hold::{Hold, Holds};
use crate::control::request_kind::Matching;
use crate::control::request_log::{Log, RequestLog};
use crate::dialect::Dialect;
use crate::endpoint::derived;
use crate::endpoint::issue::issue;
use crate::endpoint::software::{Grantee, Software};
use crate::server::builder::TestServerBuilder;
use crate::server::connection::Acceptor;
use crate::state::Token;
use crate::state::context::ServerContext;
use crate::state::settings::Settings;

/// What all connections share: the server's context, its dialect, and what a test controls.
pub(crate) struct Shared {
    pub(crate) context: ServerContext,
    pub(crate) dialect: Dialect,
    pub(crate) observer: Option<Observer>,
    pub(crate) faults: Faults,
    pub(crate) holds: Arc<Holds>,
    pub(crate) log: Log,
    pub(crate) in_flight: AtomicUsize,
}

impl Shared {
    pub(crate) fn software(&self) -> &dyn Software {
        self.dialect.software()
    }
}

/// An authorization and resource server on 127.0.0.1.
///
/// Dropping it ends all its threads and connections. It waits for routes that are at work: one that never returns keeps it
/// waiting.
pub struct TestServer {
    shared: Arc<Shared>,
    acceptor: Acceptor,
}

impl TestServer {
    /// Describes a server of this dialect.
    pub fn builder(dialect: Dialect) -> TestServerBuilder {
        TestServerBuilder::new(dialect)
    }

    pub(crate) fn start(
        dialect: Dialect,
        settings: Settings,
        observer: Option<Observer>,
    ) -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port));
        let listener = TcpListener::bind(address)?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            context: ServerContext::new(settings, url),
            dialect,
            observer,
            faults: Faults::default(),
            holds: Arc::new(Holds::default()),
            log: Log::default(),
            in_flight: AtomicUsize::new(0),
        });
        let acceptor = Acceptor::start(listener, Arc::clone(&shared))?;
        Ok(Self { shared, acceptor })
    }

    /// Where it listens, without a slash at the end: `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.context.url
    }

    /// The authorization endpoint. Behind league's a locale may follow: `/oauth2/authorize/fr`.
    #[must_use]
    pub fn authorization_endpoint(&self) -> String {
        self.at(self.shared.software().authorization_path())
    }

    /// The token endpoint.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        self.at(self.shared.software().token_path())
    }

    /// The revocation endpoint; league has none.
    #[must_use]
    pub fn revocation_endpoint(&self) -> Option<String> {
        self.shared
            .software()
            .revocation_path()
            .map(|path| self.at(path))
    }

    /// The introspection endpoint; league has none.
    #[must_use]
    pub fn introspection_endpoint(&self) -> Option<String> {
        self.shared
            .software()
            .introspection_path()
            .map(|path| self.at(path))
    }

    /// The endpoint of derived tokens, if the site has one.
    #[must_use]
    pub fn derived_endpoint(&self) -> Option<String> {
        let derived = self.shared.context.settings.site.derived_tokens()?;
        Some(self.at(derived.path))
    }

    /// The dialect that it speaks.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.shared.dialect
    }

    /// The server's time, as a duration since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn now(&self) -> Duration {
        Duration::from_millis(self.shared.context.clock.now_ms())
    }

    /// Moves the server's clock on: tokens and codes expire by it, and the `Date` header shows it.
    pub fn advance(&self, by: Duration) {
        self.shared.context.clock.advance(by);
    }

    /// Sets the server's clock back: beside it, the program's is ahead.
    pub fn set_back(&self, by: Duration) {
        self.shared.context.clock.set_back(by);
    }

    /// All derived tokens are expired from now on.
    pub fn expire_derived_tokens(&self) {
        for derived in self.shared.context.state().derived.values_mut() {
            derived.expires_at = 0;
        }
    }

    /// Revokes all access tokens; refresh tokens and derived tokens stay good.
    pub fn revoke_access_tokens(&self) {
        for token in self.shared.context.state().tokens_mut() {
            token.access_revoked = true;
        }
    }

    /// Revokes all refresh tokens; access tokens stay good.
    pub fn revoke_refresh_tokens(&self) {
        for token in self.shared.context.state().tokens_mut() {
            token.refresh_revoked = true;
        }
    }

    /// Revokes all access tokens and refresh tokens. Derived tokens stay good, as JWTs do that nobody looks up.
    pub fn revoke_all(&self) {
        for token in self.shared.context.state().tokens_mut() {
            token.revoke();
        }
    }

    /// From now on the user cannot log in. `until` is shown as it is, an ISO 8601 text or nothing.
    pub fn suspend(&self, user: &str, until: Option<&str>) {
        for known in &mut self.shared.context.state().users {
            if known.name == user {
                known.suspended = Some(until.map(str::to_owned));
            }
        }
    }

    /// An access token as if the user had logged in with this client; `None` if there is no such user or client.
    #[must_use]
    pub fn issue_access_token(&self, client_id: &str, user: &str, scope: &str) -> Option<String> {
        Some(self.issue(client_id, user, scope, false)?.access)
    }

    /// A refresh token likewise; `None` also if the server has none.
    #[must_use]
    pub fn issue_refresh_token(&self, client_id: &str, user: &str, scope: &str) -> Option<String> {
        self.issue(client_id, user, scope, true)?.refresh
    }

    /// A derived token as if the user had copied it from the web site; `None` if there is no such user or no such token.
    #[must_use]
    pub fn issue_derived_token(&self, user: &str) -> Option<String> {
        derived::issue_for_session(&self.shared.context, user)
    }

    /// The faults to come.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What it saw so far; nothing where somebody [watches](TestServerBuilder::observe).
    #[must_use]
    pub fn requests(&self) -> RequestLog {
        self.shared.log.snapshot()
    }

    /// Makes matching requests wait until the guard is dropped, so that a test can have several of them at the same time.
    pub fn hold(&self, on: Matching) -> Hold {
        self.shared.holds.hold(on)
    }

    /// How many requests were read in full and are not yet answered.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.in_flight.load(Ordering::SeqCst)
    }

    /// Ends the connections that are open now, as a server does that is restarted. Requests that are being worked on lose their
    /// answer.
    pub fn hang_up(&self) {
        self.acceptor.hang_up();
    }

    fn issue(&self, client_id: &str, user: &str, scope: &str, refreshable: bool) -> Option<Token> {
        let mut state = self.shared.context.state();
        state.client(client_id)?;
        let grantee = Grantee {
            client_id,
            user: Some(state.user_named(user)?.id),
            scope,
            family: None,
            refreshable,
        };
        let place = issue(
            &self.shared.context,
            self.shared.software(),
            &mut state,
            grantee,
        );
        Some(state.token(place).clone())
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.shared.context.url)
    }
}

impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer")
            .field("url", &self.shared.context.url)
            .field("dialect", self.dialect())
            .finish_non_exhaustive()
    }
}

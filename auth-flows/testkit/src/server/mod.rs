//! The running server: its URLs, its clock, its tokens, and what a test controls.

pub(crate) mod builder;
mod connection;
mod observation;
mod router;

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
use crate::control::request_log::{RequestLog, RequestRecorder};
use crate::dialect::Dialect;
use crate::endpoint::derived;
use crate::endpoint::issue::issue;
use crate::endpoint::software::{Grantee, Software};
use crate::server::builder::TestServerBuilder;
use crate::server::connection::Acceptor;
use crate::state::Token;
use crate::state::client::split_words;
use crate::state::context::ServerContext;
use crate::state::settings::Settings;

/// The part that all connections share: the context, the dialect, and what a test controls.
pub(crate) struct ServerInner {
    pub(crate) context: ServerContext,
    pub(crate) dialect: Dialect,
    pub(crate) observer: Option<Observer>,
    pub(crate) faults: Faults,
    pub(crate) holds: Arc<Holds>,
    pub(crate) log: RequestRecorder,
    pub(crate) in_flight: AtomicUsize,
}

impl ServerInner {
    pub(crate) fn software(&self) -> &dyn Software {
        self.dialect.software()
    }
}

/// An authorization and resource server on 127.0.0.1.
///
/// Dropping it ends all its threads and connections. The drop waits for running routes, so a route
/// that never returns blocks it.
///
/// ```
/// use std::time::Duration;
/// use auth_testkit::person::Person;
/// use auth_testkit::{Dialect, TestClient, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::league_9())
///     .client(TestClient::public("app").redirect_uri("http://127.0.0.1/cb"))
///     .user("alice", "password")
///     .start()?;
/// let url = format!(
///     "{}?client_id=app&response_type=code&state=s\
///      &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
///     server.authorization_endpoint(),
/// );
/// let redirect = Person::new("alice", "password").visit(&url)?.into_redirect()?;
/// assert!(redirect.starts_with("http://127.0.0.1/cb?code="));
/// server.advance(Duration::from_secs(601)); // the code has expired
/// # Ok(())
/// # }
/// ```
#[doc(alias = "mock server")]
#[doc(alias = "fake server")]
pub struct TestServer {
    inner: Arc<ServerInner>,
    acceptor: Acceptor,
}

impl TestServer {
    /// Returns a builder for a server of this dialect.
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
        let inner = Arc::new(ServerInner {
            context: ServerContext::new(settings, url),
            dialect,
            observer,
            faults: Faults::default(),
            holds: Arc::new(Holds::default()),
            log: RequestRecorder::default(),
            in_flight: AtomicUsize::new(0),
        });
        let acceptor = Acceptor::start(listener, Arc::clone(&inner))?;
        Ok(Self { inner, acceptor })
    }

    /// Returns the server's URL, without a slash at the end: `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.inner.context.url
    }

    /// Returns the URL of the authorization endpoint.
    ///
    /// In league's dialects a locale may follow: `/oauth2/authorize/fr`.
    #[must_use]
    pub fn authorization_endpoint(&self) -> String {
        self.at(self.inner.software().authorization_path())
    }

    /// Returns the URL of the token endpoint.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        self.at(self.inner.software().token_path())
    }

    /// Returns the URL of the revocation endpoint. `None` in league's dialects.
    #[must_use]
    pub fn revocation_endpoint(&self) -> Option<String> {
        self.inner
            .software()
            .revocation_path()
            .map(|path| self.at(path))
    }

    /// Returns the URL of the introspection endpoint. `None` in league's dialects.
    #[must_use]
    pub fn introspection_endpoint(&self) -> Option<String> {
        self.inner
            .software()
            .introspection_path()
            .map(|path| self.at(path))
    }

    /// Returns the URL of the endpoint of derived tokens. `None` if the site has none.
    #[must_use]
    pub fn derived_endpoint(&self) -> Option<String> {
        let derived = self.inner.context.settings.site.derived_tokens()?;
        Some(self.at(derived.path))
    }

    /// Returns the server's dialect.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.inner.dialect
    }

    /// Returns the server's time as a duration since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn now(&self) -> Duration {
        Duration::from_millis(self.inner.context.clock.now_ms())
    }

    /// Moves the server's clock forward. Tokens and codes expire by it, and `Date` shows it.
    pub fn advance(&self, by: Duration) {
        self.inner.context.clock.advance(by);
    }

    /// Moves the server's clock back, so that the program's clock is ahead of it.
    pub fn set_back(&self, by: Duration) {
        self.inner.context.clock.set_back(by);
    }

    /// Lets all derived tokens expire now.
    pub fn expire_derived_tokens(&self) {
        for derived in self.inner.context.state().derived.values_mut() {
            derived.expires_at = 0;
        }
    }

    /// Revokes all access tokens. Refresh tokens and derived tokens remain valid.
    pub fn revoke_access_tokens(&self) {
        for token in self.inner.context.state().tokens_mut() {
            token.access_revoked = true;
        }
    }

    /// Revokes all refresh tokens. Access tokens remain valid.
    pub fn revoke_refresh_tokens(&self) {
        for token in self.inner.context.state().tokens_mut() {
            token.refresh_revoked = true;
        }
    }

    /// Revokes all access tokens and refresh tokens.
    ///
    /// Derived tokens remain valid, like JWTs that a server verifies without a lookup.
    pub fn revoke_all(&self) {
        for token in self.inner.context.state().tokens_mut() {
            token.revoke();
        }
    }

    /// Suspends the user: logins fail from now on.
    ///
    /// The server shows `until` unchanged: an ISO 8601 text, or `None` for a suspension without
    /// end.
    pub fn suspend(&self, user: &str, until: Option<&str>) {
        for known in &mut self.inner.context.state().users {
            if known.name == user {
                known.suspended = Some(until.map(str::to_owned));
            }
        }
    }

    /// Takes all other scopes from the client: from now on it may request these alone, separated by
    /// spaces.
    ///
    /// Tokens keep the scopes they have. league 9 refuses a refresh token that has one of the
    /// others. Ignores an unknown client.
    pub fn limit_scopes(&self, client_id: &str, scopes: &str) {
        if let Some(client) = self.inner.context.state().client_mut(client_id) {
            client.scopes = split_words(scopes);
        }
    }

    /// Issues an access token, as if the user had logged in with this client.
    ///
    /// `None` if the user or the client does not exist.
    #[must_use]
    pub fn issue_access_token(&self, client_id: &str, user: &str, scope: &str) -> Option<String> {
        Some(self.issue(client_id, user, scope, false)?.access)
    }

    /// Issues a refresh token, as if the user had logged in with this client.
    ///
    /// `None` if the user or the client does not exist, or with [`Rotation::Off`].
    ///
    /// [`Rotation::Off`]: crate::Rotation::Off
    #[must_use]
    pub fn issue_refresh_token(&self, client_id: &str, user: &str, scope: &str) -> Option<String> {
        self.issue(client_id, user, scope, true)?.refresh
    }

    /// Issues a derived token, as if the user had copied it from the web site.
    ///
    /// `None` if the user does not exist or the site has no derived tokens.
    #[must_use]
    pub fn issue_derived_token(&self, user: &str) -> Option<String> {
        derived::issue_for_session(&self.inner.context, user)
    }

    /// Returns the planned faults, to add to them.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Returns a log of the requests so far. It is empty on a server with an
    /// [observer](TestServerBuilder::observe).
    #[must_use]
    pub fn requests(&self) -> RequestLog {
        self.inner.log.snapshot()
    }

    /// Holds back matching requests until the guard is dropped, so that several of them overlap.
    pub fn hold(&self, matching: Matching) -> Hold {
        self.inner.holds.hold(matching)
    }

    /// Returns how many requests the server has read and not yet responded to.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.inner.in_flight.load(Ordering::SeqCst)
    }

    /// Closes all open connections, as a restart of the server would. The responses to running
    /// requests are lost.
    pub fn hang_up(&self) {
        self.acceptor.hang_up();
    }

    fn issue(&self, client_id: &str, user: &str, scope: &str, refreshable: bool) -> Option<Token> {
        let mut state = self.inner.context.state();
        state.client(client_id)?;
        let grantee = Grantee {
            client_id,
            user: Some(state.user_named(user)?.id),
            scope,
            family: None,
            refreshable,
        };
        let index = issue(
            &self.inner.context,
            self.inner.software(),
            &mut state,
            grantee,
        );
        Some(state.token(index).clone())
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.inner.context.url)
    }
}

impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer")
            .field("url", &self.inner.context.url)
            .field("dialect", self.dialect())
            .finish_non_exhaustive()
    }
}

//! The async client: [`AsyncClient`] and [`AsyncSession`].

mod check;
mod device;
mod driver;
mod host;
mod jobs;
mod login;
mod observe;
mod paging;
mod prefetch;
mod release;
mod runner;
mod save;
mod shutdown;
mod token;
mod web_login;

use std::{sync::Arc, time::Duration};

use auth_core::{
    AccountKey, AsyncTransport, CredentialValues, Error, Operation, Paged, Runtime, SecretText,
    Service, Store,
};

use self::host::Host;
pub use self::paging::{AsyncItems, AsyncPages};
use super::{Common, Identity, event::LoginMethod, status::Status, trace::operation_name};
use crate::{
    clock,
    flow::{
        erased::ErasedOperation,
        logout::{LoggedOut, Logout},
        token_message::LoginProof,
    },
    login::Login,
    token::{account::Owner, login_source::LoginSource, plain_token},
};

/// An async client of one service: its transport, its runtime, its store and its accounts. Cheap to
/// clone; clones share everything.
///
/// A store blocks, so the client calls it on the runtime's blocking pool, with at most 24 calls at
/// once. A store that hangs holds up neither the runtime nor the program's own blocking work.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// use auth_flows::AsyncClient;
/// use http_reqwest::{Reqwest, Tokio};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (_server, service) = setup::inaturalist();
/// let store = keystore::Memory::new(); // `keystore::File` keeps tokens between runs
/// let client = AsyncClient::new(service, Reqwest::default(), Tokio::current()?, store);
/// assert!(!client.account("me").status().await?.is_logged_in());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AsyncClient(Arc<Common<Host>>);

/// A session of an [`AsyncClient`]: one account, or none ([`AsyncClient::anonymous`]). Cheap to
/// clone; all sessions of one account share its tokens.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # setup::run_login(async |session, login| {
/// # use api_inat::{observations::Search, users::Me};
/// if session.status().await?.needs_login() {
///     session.log_in(login).await?;
/// }
/// let me = session.send(Me::new()).await?.login.unwrap_or_default();
/// let mut observations = session.items(Search::new().user_login(me));
/// while let Some(observation) = observations.next().await {
///     println!("{:?}", observation?.id);
/// }
/// session.log_out().await?;
/// # Ok(()) });
/// ```
#[derive(Clone, Debug)]
pub struct AsyncSession {
    client: AsyncClient,
    identity: Identity,
}

impl AsyncClient {
    /// Creates a client for `service` that sends with `transport` on `runtime` and keeps tokens in
    /// `store`.
    #[doc(alias = "keychain")]
    #[must_use]
    pub fn new(
        service: Service,
        transport: impl AsyncTransport,
        runtime: impl Runtime,
        store: impl Store,
    ) -> Self {
        let host = Host::new(transport.boxed(), Arc::new(runtime));
        let (service, store, spawn) = (Arc::new(service), Arc::new(store), host.save());
        Self(Arc::new(Common::new(service, host, store, spawn)))
    }

    /// Returns a session for the account with this name. The program chooses the names, and may use
    /// several accounts side by side; see [`Client::account`](crate::Client::account).
    #[must_use]
    pub fn account(&self, name: &str) -> AsyncSession {
        self.session(Some(Owner::Account(name)), LoginSource::Stored)
    }

    /// Returns a session for the program itself, with client credentials (RFC 6749 section 4.4). It
    /// has no refresh token: a renewal requests a new token.
    #[doc(alias("client_credentials", "daemon"))]
    #[must_use]
    pub fn client_session(&self) -> AsyncSession {
        self.session(
            Some(Owner::Client(None)),
            LoginSource::ClientCredentials { scope: None },
        )
    }

    /// Does what [`client_session`](Self::client_session) does, with tokens of this scope (RFC 6749
    /// section 4.4.2). Each scope has a token of its own.
    #[must_use]
    pub fn client_session_with_scope(&self, scope: &str) -> AsyncSession {
        let source = LoginSource::client_credentials(scope);
        self.session(Some(Owner::Client(Some(scope))), source)
    }

    /// Returns a session without an account. An operation that requires a token fails unsent.
    #[must_use]
    pub fn anonymous(&self) -> AsyncSession {
        self.session(None, LoginSource::Stored)
    }

    /// Returns the names of the accounts that have a record in the store, as
    /// [`Client::accounts`](crate::Client::accounts) does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_client(async |client| {
    /// for name in client.accounts().await?.unwrap_or_default() {
    ///     println!("{name}: {:?}", client.account(&name).status().await?);
    /// }
    /// # Ok(()) });
    /// ```
    /// # Errors
    /// The store's error if it cannot be read.
    #[doc(alias = "list")]
    pub async fn accounts(&self) -> Result<Option<Vec<String>>, Error> {
        let common = Arc::clone(&self.0);
        self.offload(move || common.account_names()).await
    }

    /// Returns the service of this client.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.0.service
    }

    fn session(&self, owner: Option<Owner<'_>>, login_source: LoginSource) -> AsyncSession {
        let account = owner.map(|owner| self.0.accounts.open(&self.0.service, owner));
        AsyncSession {
            client: self.clone(),
            identity: Identity::new(account, login_source),
        }
    }
}

impl AsyncSession {
    /// Sends an operation and parses its response, as [`Session::send`](crate::Session::send) does.
    ///
    /// Dropping the future cancels the call, but not a renewal that it waits for.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// let me = session.send(api_inat::users::Me::new()).await?;
    /// assert_eq!(me.login.as_deref(), Some("alice"));
    /// # Ok(()) });
    /// ```
    /// # Errors
    /// [`NeedsLogin`](auth_core::ErrorKind::NeedsLogin) if the user must log in
    /// ([`log_in`](Self::log_in)). Otherwise the error of the service or the network.
    #[doc(alias("cancel", "rate limit", "throttle", "retry"))]
    // Where it is not inlined, the whole future is copied once more for each call.
    #[inline]
    pub fn send<O>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        let session = self.clone();
        async move {
            let erased = ErasedOperation::new(&operation);
            session.call(&erased, operation_name::<O>()).await?;
            erased.output()
        }
    }

    /// Returns the items of all pages, and requests each page when it is needed, or one ahead with
    /// [`prefetch`](AsyncItems::prefetch). Iteration stops at an error; see [`pages`](Self::pages)
    /// to resume.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// # use api_inat::observations::Search;
    /// let mut items = session.items(Search::new().user_login("alice"));
    /// while let Some(observation) = items.next().await {
    ///     println!("{:?}", observation?.id);
    /// }
    /// # Ok(()) });
    /// ```
    pub fn items<P: Paged>(&self, first: P) -> AsyncItems<P> {
        AsyncItems::new(self.pages(first))
    }

    /// Returns the pages, and requests each when it is needed, or one ahead with
    /// [`prefetch`](AsyncPages::prefetch). Iteration stops at an error;
    /// [`cursor`](AsyncPages::cursor) then requests the failed page again.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// let mut pages = session.pages(api_inat::observations::Search::new().user_login("alice"));
    /// while let Some(page) = pages.next().await {
    ///     println!("{} of {:?}", page?.len(), pages.total());
    /// }
    /// # Ok(()) });
    /// ```
    #[doc(alias = "cursor")]
    pub fn pages<P: Paged>(&self, first: P) -> AsyncPages<P> {
        AsyncPages::new(self.clone(), first)
    }

    /// Logs in with user name and password, as
    /// [`Session::log_in_with_password`](crate::Session::log_in_with_password) does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run(async |session| {
    /// let status = session.log_in_with_password("alice", "password").await?;
    /// # Ok(()) });
    /// ```
    pub async fn log_in_with_password(
        &self,
        username: &str,
        password: impl Into<SecretText>,
    ) -> Result<Status, Error> {
        let common = &self.client.0;
        common.login_started(&self.identity, LoginMethod::Password);
        let proof = LoginProof::Password {
            username: username.into(),
            password: password.into(),
        };
        self.prove(proof).await
    }

    /// Makes the session log in with user name and password by itself, as
    /// [`Session::with_password`](crate::Session::with_password) does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run(async |session| {
    /// let session = session.with_password("alice", "password");
    /// session.send(api_inat::users::Me::new()).await?;
    /// # Ok(()) });
    /// ```
    #[must_use]
    pub fn with_password(mut self, username: &str, password: impl Into<SecretText>) -> Self {
        self.identity.with_password(username, password.into());
        self
    }

    /// Makes the session log in by what a program found in its environment, as
    /// [`Session::with_credentials`](crate::Session::with_credentials) does.
    #[must_use]
    pub fn with_credentials(mut self, credentials: &impl CredentialValues) -> Self {
        self.identity.with_credentials(credentials);
        self
    }

    /// Makes the session start this login by itself, as
    /// [`Session::with_login`](crate::Session::with_login) does. It is one login for all callers,
    /// and not repeated if the user does not log in.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_login(async |session, login| {
    /// let session = session.with_login(login);
    /// session.send(api_inat::users::Me::new()).await?; // opens the browser
    /// # Ok(()) });
    /// ```
    #[must_use]
    #[inline]
    pub fn with_login(mut self, login: Login) -> Self {
        self.identity.with_login(login);
        self
    }

    /// Imports a plain token, as [`Session::import_token`](crate::Session::import_token) does.
    ///
    /// ```no_run
    /// # async fn import(session: auth_flows::AsyncSession) -> Result<(), auth_core::Error> {
    /// let status = session.import_token("the text of the token").await?;
    /// # Ok(()) }
    /// ```
    pub async fn import_token(&self, text: &str) -> Result<Status, Error> {
        let common = &self.client.0;
        common.login_started(&self.identity, LoginMethod::PlainToken);
        let read = plain_token::read(&common.service, text, clock::now());
        let response = common.login_begun(&self.identity, read)?;
        self.prove(LoginProof::Pasted(response)).await
    }

    /// Revokes the login if the server supports that, and removes both tokens in any case. It
    /// continues if the future is dropped.
    ///
    /// Other programs that use the same store stop using the tokens within about a minute, when
    /// they look at the record. Over a keyring, which is not read without need, they may use a copy
    /// until it expires.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// let logged_out = session.log_out().await?;
    /// assert!(matches!(logged_out.revoked, Some(Ok(()))));
    /// # Ok(()) });
    /// ```
    /// # Errors
    /// [`Store`](auth_core::ErrorKind::Store) if the store fails.
    #[doc(alias = "logout")]
    pub async fn log_out(&self) -> Result<LoggedOut, Error> {
        let running = self.client.0.activity.change()?;
        let start = clock::now();
        let logout = Logout::new(Arc::clone(&self.client.0.service));
        let result = self.run_detached(logout, running).await;
        result.inspect(|_| self.client.0.logged_out(&self.identity, start))
    }

    /// Reads what is stored for this account, as [`Session::status`](crate::Session::status) does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// assert!(session.status().await?.is_logged_in());
    /// # Ok(()) });
    /// ```
    pub async fn status(&self) -> Result<Status, Error> {
        let record = self.stored().await?;
        self.client.0.status(&self.identity, &record)
    }

    /// Sets how long a call waits for a renewal. The default is 60 s.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// let session = session.with_renewal_timeout(std::time::Duration::from_secs(10));
    /// session.send(api_inat::users::Me::new()).await?;
    /// # Ok(()) });
    /// ```
    #[must_use]
    pub fn with_renewal_timeout(mut self, timeout: Duration) -> Self {
        self.identity.renewal_timeout = timeout;
        self
    }

    /// Returns the key of the account: service, client and name. `None` for an anonymous session.
    #[must_use]
    pub fn key(&self) -> Option<&AccountKey> {
        self.identity.account.as_ref().map(|account| account.key())
    }
}

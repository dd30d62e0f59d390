//! The blocking client: [`Client`] and [`Session`].

mod check;
mod device;
mod driver;
mod login;
mod observe;
mod paging;
mod prefetch;
mod save;
mod shutdown;
mod token;
mod web_login;

use std::{sync::Arc, time::Duration};

use auth_core::{
    AccountKey, CredentialValues, Error, Operation, Paged, SecretText, Service, Store, Transport,
};

pub use self::paging::{Items, Pages};
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

/// A blocking client of one service: its transport, its store and its accounts. Cheap to clone;
/// clones share everything.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, service) = setup::inaturalist();
/// use auth_flows::Client;
///
/// let client = Client::new(service, http_ureq::Ureq::default(), keystore::Memory::new());
/// assert!(!client.account("me").status()?.is_logged_in());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client(Arc<Common<Box<dyn Transport>>>);

/// A session of a [`Client`]: one account, or none ([`Client::anonymous`]). Cheap to clone; all
/// sessions of one account share its tokens.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # use api_inat::{observations::Search, users::Me};
/// # let (_server, client) = setup::client();
/// # let login = auth_flows::Login::browser(|_| {}).open(setup::alice);
/// let session = client.account("me");
/// if session.status()?.needs_login() {
///     session.log_in(login)?;
/// }
/// let me = session.send(Me::new())?.login.unwrap_or_default();
/// for observation in session.items(Search::new().user_login(me)) {
///     println!("{:?}", observation?.id);
/// }
/// session.log_out()?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    client: Client,
    identity: Identity,
}

impl Client {
    /// Creates a client for `service` that sends with `transport` and keeps tokens in `store`.
    #[doc(alias = "keychain")]
    #[must_use]
    pub fn new(service: Service, transport: impl Transport, store: impl Store) -> Self {
        let (service, store) = (Arc::new(service), Arc::new(store));
        Self(Arc::new(Common::new(
            service,
            Box::new(transport),
            store,
            save::start,
        )))
    }

    /// Returns a session for the account with this name. The program chooses the names, and may use
    /// several accounts side by side.
    ///
    /// The name is the key of the stored login, and cannot be changed after the login. If only the
    /// login tells who the user is, make up a name, such as a number. After the login ask the
    /// service for the user (at iNaturalist `users::Me`), and store that beside the name, to show
    /// it.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, client) = setup::client();
    /// let (alice, bob) = (client.account("alice"), client.account("bob"));
    /// alice.log_in_with_password("alice", "password")?;
    /// assert!(alice.status()?.is_logged_in() && !bob.status()?.is_logged_in());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn account(&self, name: &str) -> Session {
        self.session(Some(Owner::Account(name)), LoginSource::Stored)
    }

    /// Returns a session for the program itself, with client credentials (RFC 6749 section 4.4). It
    /// has no refresh token: a renewal requests a new token.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, client) = setup::infoflora();
    /// let session = client.client_session();
    /// let page = session.send(api_infoflora::observations::List::new().limit(2))?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias("client_credentials", "daemon"))]
    #[must_use]
    pub fn client_session(&self) -> Session {
        self.session(
            Some(Owner::Client(None)),
            LoginSource::ClientCredentials { scope: None },
        )
    }

    /// Does what [`client_session`](Self::client_session) does, with tokens of this scope (RFC 6749
    /// section 4.4.2). Each scope has a token of its own.
    #[must_use]
    pub fn client_session_with_scope(&self, scope: &str) -> Session {
        let source = LoginSource::client_credentials(scope);
        self.session(Some(Owner::Client(Some(scope))), source)
    }

    /// Returns a session without an account. An operation that requires a token fails unsent.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, client) = setup::client();
    /// let found = client.anonymous().send(api_inat::observations::Search::new())?;
    /// let error = client.anonymous().send(api_inat::users::Me::new()).unwrap_err();
    /// assert!(error.needs_login());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn anonymous(&self) -> Session {
        self.session(None, LoginSource::Stored)
    }

    /// Returns the names of the accounts that have a record in the store, for a menu of accounts.
    /// `None` if the store cannot list them, e.g. an environment variable. Sends nothing.
    ///
    /// [`account`](Self::account) takes each of them. Their [`status`](Session::status) says whose
    /// login has ended, as far as the store and this client know, and [`check`](Session::check)
    /// renews a token that is due.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, client) = setup::client();
    /// client.account("alice").log_in_with_password("alice", "password")?;
    /// assert_eq!(client.accounts()?, Some(vec!["alice".to_owned()]));
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// The store's error if it cannot be read.
    #[doc(alias = "list")]
    pub fn accounts(&self) -> Result<Option<Vec<String>>, Error> {
        self.0.account_names()
    }

    /// Returns the service of this client.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.0.service
    }

    fn session(&self, owner: Option<Owner<'_>>, login_source: LoginSource) -> Session {
        let account = owner.map(|owner| self.0.accounts.open(&self.0.service, owner));
        Session {
            client: self.clone(),
            identity: Identity::new(account, login_source),
        }
    }
}

impl Session {
    /// Sends an operation and parses its response.
    ///
    /// Renews the token first if it is about to expire, and once if the service rejects it. Retries
    /// a failed request if that is safe. Waits for the service's rate limit.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// let me = session.send(api_inat::users::Me::new())?;
    /// assert_eq!(me.login.as_deref(), Some("alice"));
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// [`NeedsLogin`](auth_core::ErrorKind::NeedsLogin) if the user must log in
    /// ([`log_in`](Self::log_in)). Otherwise the error of the service or the network.
    #[doc(alias("rate limit", "throttle", "retry"))]
    pub fn send<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        let erased = ErasedOperation::new(&operation);
        self.call(&erased, operation_name::<O>())?;
        erased.output()
    }

    /// Returns the items of all pages, and requests each page when it is needed, or one ahead with
    /// [`prefetch`](Items::prefetch). Iteration stops at an error; see [`pages`](Self::pages) to
    /// resume.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # use api_inat::observations::Search;
    /// # let (_server, session) = setup::logged_in();
    /// for observation in session.items(Search::new().user_login("alice")).take(3) {
    ///     println!("{:?}", observation?.id);
    /// }
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub fn items<P: Paged>(&self, first: P) -> Items<P> {
        Items::new(self.pages(first))
    }

    /// Returns the pages, and requests each when it is needed, or one ahead with
    /// [`prefetch`](Pages::prefetch). Iteration stops at an error; [`cursor`](Pages::cursor) then
    /// requests the failed page again.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// let mut pages = session.pages(api_inat::observations::Search::new().user_login("alice"));
    /// while let Some(page) = pages.next() {
    ///     println!("{} of {:?}", page?.len(), pages.total());
    /// }
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias = "cursor")]
    pub fn pages<P: Paged>(&self, first: P) -> Pages<P> {
        Pages::new(self.clone(), first)
    }

    /// Logs in with user name and password (RFC 6749 section 4.3). Sends the password once and does
    /// not store it.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::session();
    /// let status = session.log_in_with_password("alice", "password")?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// [`BadCredentials`](auth_core::ErrorKind::BadCredentials) if the server refuses them.
    /// [`AccountSuspended`](auth_core::ErrorKind::AccountSuspended) if the account is suspended.
    /// [`Configuration`](auth_core::ErrorKind::Configuration) if it refuses the client.
    pub fn log_in_with_password(
        &self,
        username: &str,
        password: impl Into<SecretText>,
    ) -> Result<Status, Error> {
        let common = &self.client.0;
        common.login_started(&self.identity, LoginMethod::Password);
        self.prove(LoginProof::Password {
            username: username.into(),
            password: password.into(),
        })
    }

    /// Makes the session log in with user name and password by itself, whenever an operation
    /// requires a token and no valid login is stored.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::session();
    /// let session = session.with_password("alice", "password");
    /// session.send(api_inat::users::Me::new())?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_password(mut self, username: &str, password: impl Into<SecretText>) -> Self {
        self.identity.with_password(username, password.into());
        self
    }

    /// Makes the session log in by what a program found in its environment, as
    /// [`with_password`](Self::with_password) does: by user name and password, if `credentials` has
    /// both. Otherwise it uses the stored login.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (server, _) = setup::inaturalist();
    /// # let environment = |name: &str| match name {
    /// #     "INAT_APP_ID" => Some("app".into()), "INAT_APP_SECRET" => Some("app-secret".into()),
    /// #     "INAT_USERNAME" => Some("alice".into()), "INAT_PASSWORD" => Some("password".into()), _ => None };
    /// use auth_flows::Client;
    /// use keystore::{Credentials, Memory};
    ///
    /// let found = Credentials::discover(api_inat::CREDENTIALS).optional();
    /// # let found = found.environment(environment).without_keyring();
    /// let found = found.discover()?;
    /// let service = api_inat::service_from(&found).user_agent("nightly/1.0 (mail@example.org)");
    /// # let service = service.at(server.url());
    /// let store = found.store(Memory::new()); // a token that was found comes before the store
    /// let client = Client::new(service.build()?, http_ureq::Ureq::default(), store);
    /// let session = client.account("me").with_credentials(&found);
    /// println!("with {}: {:?}", found.login_method(), session.send(api_inat::users::Me::new())?.login);
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_credentials(mut self, credentials: &impl CredentialValues) -> Self {
        self.identity.with_credentials(credentials);
        self
    }

    /// Makes the session start this login by itself, whenever an operation requires a token and no
    /// valid login is stored.
    ///
    /// It starts one login for all callers, which wait until the login's timeout. If the user does
    /// not log in, it does not start another, and calls fail with that error. Without this setting
    /// calls fail with [`NeedsLogin`](auth_core::ErrorKind::NeedsLogin), and no browser opens.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, login) = setup::login();
    /// let session = session.with_login(login);
    /// session.send(api_inat::users::Me::new())?; // opens the browser
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn with_login(mut self, login: Login) -> Self {
        self.identity.with_login(login);
        self
    }

    /// Imports a plain token, which the user copied from a page of the service, and stores it. It
    /// cannot be renewed: import another when it expires.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, text) = setup::plain_token();
    /// let status = session.import_token(&text)?;
    /// assert!(status.login.is_none() && status.derived.is_some());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// [`Usage`](auth_core::ErrorKind::Usage) if the service has no such page.
    /// [`NeedsLogin`](auth_core::ErrorKind::NeedsLogin) if the token has expired. Otherwise the
    /// service's error if the text is not a token.
    pub fn import_token(&self, text: &str) -> Result<Status, Error> {
        let common = &self.client.0;
        common.login_started(&self.identity, LoginMethod::PlainToken);
        let read = plain_token::read(&common.service, text, clock::now());
        let response = common.login_begun(&self.identity, read)?;
        self.prove(LoginProof::Pasted(response))
    }

    /// Revokes the login if the server supports that, and removes both tokens in any case. The
    /// result also says until when a copy of the derived token, which cannot be revoked, is valid.
    ///
    /// Other programs that use the same store stop using the tokens within about a minute, when
    /// they look at the record. Over a keyring, which is not read without need, they may use a copy
    /// until it expires.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// let logged_out = session.log_out()?;
    /// assert!(matches!(logged_out.revoked, Some(Ok(()))));
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// [`Store`](auth_core::ErrorKind::Store) if the store fails.
    #[doc(alias = "logout")]
    #[inline]
    pub fn log_out(&self) -> Result<LoggedOut, Error> {
        let _running = self.client.0.activity.change()?;
        let start = clock::now();
        let logged_out = self.run(Logout::new(Arc::clone(&self.client.0.service)))?;
        self.client.0.logged_out(&self.identity, start);
        Ok(logged_out)
    }

    /// Reads what is stored for this account, without its secrets. Sends nothing.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// assert!(session.status()?.is_logged_in());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// [`Store`](auth_core::ErrorKind::Store) if the store fails.
    pub fn status(&self) -> Result<Status, Error> {
        let record = self.stored()?;
        self.client.0.status(&self.identity, &record)
    }

    /// Sets how long a call waits for a renewal that another thread runs. The default is 60 s.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::logged_in();
    /// let session = session.with_renewal_timeout(std::time::Duration::from_secs(10));
    /// session.send(api_inat::users::Me::new())?;
    /// # Ok::<(), auth_core::Error>(())
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

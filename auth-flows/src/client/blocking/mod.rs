//! The blocking handles.

mod driver;
mod paging;

use std::{sync::Arc, time::Duration};

use auth_core::{
    AccountKey, CodeGrant, DeviceAuthorizationResponse, Error, Operation, Paged, SecretText,
    Service, Store, Token, TokenKind, TokenRequirement, Transport,
};

pub use self::paging::{Items, Pages};
use super::{Common, Identity, longer, status::Status};
use crate::{
    clock,
    flow::{
        call::Call,
        complete_login::{CompleteLogin, LoginProof},
        device_login,
        erased::ErasedOperation,
        logout::{LoggedOut, Logout},
    },
    login::{Login, prepared::PreparedLogin},
    token::{login_source::LoginSource, plain_token},
};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// A service, a transport and a store: blocking. Cheap to clone; clones share everything.
///
/// See the [crate's page](crate) for a whole program.
#[derive(Clone, Debug)]
pub struct Client(Arc<Common<Box<dyn Transport>>>);

/// One account of a [`Client`], or nobody's. Cheap to clone; all sessions of one account share its tokens.
#[derive(Clone, Debug)]
pub struct Session {
    client: Client,
    who: Identity,
}

impl Client {
    /// A client for `service` that sends with `transport` and keeps its tokens in `store`.
    #[must_use]
    pub fn new(service: Service, transport: impl Transport, store: impl Store) -> Self {
        let (service, store) = (Arc::new(service), Arc::new(store));
        Self(Arc::new(Common::new(service, Box::new(transport), store)))
    }

    /// The account that the program calls so. The name is the program's own; several accounts live side by side.
    #[must_use]
    pub fn account(&self, name: &str) -> Session {
        self.session(Some(name), LoginSource::Stored)
    }

    /// The program itself, by client credentials (RFC 6749 section 4.4): renewing is asking again.
    #[must_use]
    pub fn client_session(&self) -> Session {
        self.session(
            Some("daemon"),
            LoginSource::ClientCredentials { scope: None },
        )
    }

    /// Nobody: operations that need a token are refused before they are sent.
    #[must_use]
    pub fn anonymous(&self) -> Session {
        self.session(None, LoginSource::Stored)
    }

    /// The service this client is for.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.0.service
    }

    fn session(&self, name: Option<&str>, way: LoginSource) -> Session {
        let account = name.map(|name| self.0.accounts.open(&self.0.service, name));
        Session {
            client: self.clone(),
            who: Identity::new(account, way),
        }
    }
}

impl Session {
    /// Sends an operation and reads its response. A token that is about to end is renewed first; one that is refused is renewed
    /// once; a failure is repeated where that can do no harm.
    ///
    /// # Errors
    /// [`needs_login`](Error::needs_login): somebody has to log in. Otherwise what the service or the network said.
    pub fn send<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        let asked = ErasedOperation::new(&operation);
        self.call(&asked)?;
        asked.output()
    }

    /// The items of all pages, asked for as they are needed. An error ends them: nothing is asked again by itself.
    pub fn items<P: Paged>(&self, first: P) -> Items<P> {
        Items::new(self.pages(first))
    }

    /// The pages, asked for as they are needed. An error ends them; the cursor goes on from the page that failed.
    pub fn pages<P: Paged>(&self, first: P) -> Pages<P> {
        Pages::new(self.clone(), first)
    }

    /// Logs a person in: [`begin_login`](Self::begin_login), [`wait`](crate::PendingLogin::wait) and [`complete_login`](Self::complete_login) in one.
    ///
    /// # Errors
    /// As each of the three.
    #[inline]
    pub fn log_in(&self, login: Login) -> Result<Status, Error> {
        self.complete_login(self.begin_login(login)?.start()?.wait()?)
    }

    /// Part one of a login: the URL, and the bound listener.
    ///
    /// # Errors
    /// [`is_configuration`](Error::is_configuration): the port is taken, the redirect URI cannot be used, or the service has
    /// no authorization endpoint.
    #[inline]
    pub fn begin_login(&self, login: Login) -> Result<PreparedLogin, Error> {
        self.who.account()?;
        login.begin(&self.client.0.service)
    }

    /// Part three of a login: exchanges the code, stores the tokens, and revokes the login they replace.
    ///
    /// # Errors
    /// The server refused the code, or the tokens could not be stored.
    pub fn complete_login(&self, grant: CodeGrant) -> Result<Status, Error> {
        self.prove(LoginProof::Code(grant.with_accepted_at(clock::now())))
    }

    /// Logs in with user name and password (RFC 6749 section 4.3). The password is sent once and not stored.
    ///
    /// # Errors
    /// [`BadCredentials`](auth_core::ErrorKind::BadCredentials): user name or password were refused.
    /// [`AccountSuspended`](auth_core::ErrorKind::AccountSuspended): the account is suspended.
    /// [`is_configuration`](Error::is_configuration): the client was.
    pub fn log_in_with_password(
        &self,
        username: &str,
        password: impl Into<SecretText>,
    ) -> Result<Status, Error> {
        self.prove(LoginProof::Password {
            username: username.into(),
            password: password.into(),
        })
    }

    /// Logs in on another device (RFC 8628): `show` is handed the address and the code for the person, as a sentence or one by
    /// one; then the server is asked until they have answered, for as long as the code is good.
    ///
    /// # Errors
    /// [`ConsentDenied`](auth_core::ErrorKind::ConsentDenied): the person refused. [`TimedOut`](auth_core::ErrorKind::TimedOut): nobody answered.
    /// [`is_configuration`](Error::is_configuration): the server has no device authorization endpoint, or refused the client.
    pub fn log_in_with_device(
        &self,
        show: impl FnOnce(&DeviceAuthorizationResponse),
    ) -> Result<Status, Error> {
        self.who.account()?;
        let service = &self.client.0.service;
        let (device, began) = self.run(device_login::Begin::new(service))?;
        show(&device);
        let (response, sent) = self.run(device_login::Poll::new(service, device, began))?;
        self.prove(LoginProof::Device(response, sent))
    }

    /// A session that logs in with user name and password by itself, at first need and when its token is dead.
    #[must_use]
    pub fn with_password(mut self, username: &str, password: impl Into<SecretText>) -> Self {
        self.who.with_password(username, password.into());
        self
    }

    /// A session that asks a person to log in by itself, at first need and when its login is dead: once, however many callers
    /// need it, who all wait until the login's deadline. If the person does not log in, they are not asked again by themselves,
    /// and calls end with the error of that login.
    ///
    /// Without this no browser ever opens by itself, and the error is [`needs_login`](Error::needs_login).
    #[must_use]
    #[inline]
    pub fn with_login(mut self, login: Login) -> Self {
        self.who.with_login(login);
        self
    }

    /// Stores a token that a person copied from a page of the service. It has no login behind it: it lasts as long as it lasts.
    ///
    /// # Errors
    /// It is no such token, it has expired, or the service has no such page.
    pub fn import_token(&self, text: &str) -> Result<Status, Error> {
        let response = plain_token::read(&self.client.0.service, text, clock::now())?;
        self.prove(LoginProof::Pasted(response))
    }

    /// Revokes the login where the server can, and forgets both tokens in any case.
    ///
    /// # Errors
    /// The store failed.
    #[inline]
    pub fn log_out(&self) -> Result<LoggedOut, Error> {
        self.run(Logout::new(Arc::clone(&self.client.0.service)))
    }

    /// What is stored for this account, without its secrets.
    ///
    /// # Errors
    /// The store failed.
    pub fn status(&self) -> Result<Status, Error> {
        let key = self.who.account()?.key().clone();
        Ok(Status::new(
            key,
            &self.stored()?,
            self.client.0.store.describe(),
        ))
    }

    /// A token that serves now, renewed if need be, for a program that is not ours. It is a secret:
    /// [`Token::expose_secret`].
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        self.get(kind, TokenRequirement::Any)
    }

    /// A token that serves for at least so long from now, for a program that is not ours and cannot renew it. A token whose whole
    /// life is shorter is handed out as it is.
    ///
    /// # Errors
    /// As for [`send`](Self::send). Where a token lasts too short a time and cannot be renewed, [`needs_login`](Error::needs_login).
    pub fn token_for(&self, kind: TokenKind, at_least: Duration) -> Result<Arc<Token>, Error> {
        let token = self.get(kind, TokenRequirement::Any)?;
        match longer(&token, at_least, clock::now()) {
            Some(need) => self.get(kind, need),
            None => Ok(token),
        }
    }

    /// Takes the account's token for dead, for a program that has learned so elsewhere: the next call gets a new one. Other
    /// programs that share the store learn it from the service.
    ///
    /// # Errors
    /// The store failed.
    pub fn invalidate(&self, kind: TokenKind) -> Result<(), Error> {
        let account = self.who.account()?;
        let known = match account.cell(kind).latest() {
            Some(token) => Some(token),
            None => self.stored()?.token(kind).cloned(),
        };
        if let Some(token) = known {
            account.cell(kind).invalidate(token.generation());
        }
        Ok(())
    }

    /// How long a call waits for a renewal that another thread runs: 60 s unless set.
    #[must_use]
    pub fn with_renewal_timeout(mut self, patience: Duration) -> Self {
        self.who.patience = patience;
        self
    }

    /// Service, client and account; `None` for nobody.
    #[must_use]
    pub fn key(&self) -> Option<&AccountKey> {
        self.who.account.as_ref().map(|account| account.key())
    }

    fn call(&self, operation: &dyn Operation<Output = ()>) -> Result<(), Error> {
        let anonymous = self.who.account.is_none();
        self.drive(&mut Call::new(&self.client.0.service, operation, anonymous))
    }

    fn prove(&self, proof: LoginProof) -> Result<Status, Error> {
        let record = self.run(CompleteLogin::new(
            Arc::clone(&self.client.0.service),
            proof,
        ))?;
        let key = self.who.account()?.key().clone();
        Ok(Status::new(key, &record, self.client.0.store.describe()))
    }
}

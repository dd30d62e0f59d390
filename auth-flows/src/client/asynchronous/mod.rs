//! The async handles.

mod driver;
mod host;
mod paging;

use std::{sync::Arc, time::Duration};

use auth_core::{
    AccountKey, AsyncTransport, CodeGrant, DeviceAuthorizationResponse, Error, Operation, Paged,
    Runtime, SecretText, Service, Store, Token, TokenKind, TokenRequirement,
};

use self::host::Host;
pub use self::paging::{AsyncItems, AsyncPages};
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

/// A service, a transport, a runtime and a store: async. Cheap to clone; clones share everything.
///
/// See the [crate's page](crate) for a whole program.
#[derive(Clone, Debug)]
pub struct AsyncClient(Arc<Common<Host>>);

/// One account of an [`AsyncClient`], or nobody's. Cheap to clone; all sessions of one account share its tokens.
#[derive(Clone, Debug)]
pub struct AsyncSession {
    client: AsyncClient,
    who: Identity,
}

impl AsyncClient {
    /// A client for `service` that sends with `transport` on `runtime` and keeps its tokens in `store`.
    #[must_use]
    pub fn new(
        service: Service,
        transport: impl AsyncTransport,
        runtime: impl Runtime,
        store: impl Store,
    ) -> Self {
        let host = Host {
            transport: Box::new(transport),
            runtime: Box::new(runtime),
        };
        let (service, store) = (Arc::new(service), Arc::new(store));
        Self(Arc::new(Common::new(service, host, store)))
    }

    /// The account that the program calls so. The name is the program's own; several accounts live side by side.
    #[must_use]
    pub fn account(&self, name: &str) -> AsyncSession {
        self.session(Some(name), LoginSource::Stored)
    }

    /// The program itself, by client credentials (RFC 6749 section 4.4): renewing is asking again.
    #[must_use]
    pub fn client_session(&self) -> AsyncSession {
        self.session(
            Some("daemon"),
            LoginSource::ClientCredentials { scope: None },
        )
    }

    /// Nobody: operations that need a token are refused before they are sent.
    #[must_use]
    pub fn anonymous(&self) -> AsyncSession {
        self.session(None, LoginSource::Stored)
    }

    /// The service this client is for.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.0.service
    }

    fn session(&self, name: Option<&str>, way: LoginSource) -> AsyncSession {
        let account = name.map(|name| self.0.accounts.open(&self.0.service, name));
        AsyncSession {
            client: self.clone(),
            who: Identity::new(account, way),
        }
    }
}

impl AsyncSession {
    /// Sends an operation and reads its response, as [`Session::send`](crate::Session::send) does. Dropping the future ends the
    /// wait; a renewal that it waited for goes on.
    ///
    /// # Errors
    /// [`needs_login`](Error::needs_login): somebody has to log in. Otherwise what the service or the network said.
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
            let asked = ErasedOperation::new(&operation);
            session.call(&asked).await?;
            asked.output()
        }
    }

    /// The items of all pages, asked for as they are needed. An error ends them: nothing is asked again by itself.
    pub fn items<P: Paged>(&self, first: P) -> AsyncItems<P> {
        AsyncItems::new(self.pages(first))
    }

    /// The pages, asked for as they are needed. An error ends them; the cursor goes on from the page that failed.
    pub fn pages<P: Paged>(&self, first: P) -> AsyncPages<P> {
        AsyncPages::new(self.clone(), first)
    }

    /// Logs a person in: [`begin_login`](Self::begin_login), waiting and [`complete_login`](Self::complete_login) in one.
    ///
    /// # Errors
    /// As each of the three.
    pub async fn log_in(&self, login: Login) -> Result<Status, Error> {
        let grant = self.begin_login(login)?.start()?.await?;
        self.complete_login(grant).await
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

    /// Part three of a login: exchanges the code, stores the tokens, and revokes the login they replace. Once begun it runs to
    /// its end, also if nobody waits for it any more: a code serves once.
    ///
    /// # Errors
    /// The server refused the code, or the tokens could not be stored.
    pub async fn complete_login(&self, grant: CodeGrant) -> Result<Status, Error> {
        self.prove(LoginProof::Code(grant.with_accepted_at(clock::now())))
            .await
    }

    /// Logs in with user name and password (RFC 6749 section 4.3). The password is sent once and not stored.
    ///
    /// # Errors
    /// [`BadCredentials`](auth_core::ErrorKind::BadCredentials): user name or password were refused.
    /// [`AccountSuspended`](auth_core::ErrorKind::AccountSuspended): the account is suspended.
    /// [`is_configuration`](Error::is_configuration): the client was.
    pub async fn log_in_with_password(
        &self,
        username: &str,
        password: impl Into<SecretText>,
    ) -> Result<Status, Error> {
        let proof = LoginProof::Password {
            username: username.into(),
            password: password.into(),
        };
        self.prove(proof).await
    }

    /// Logs in on another device, as [`Session::log_in_with_device`](crate::Session::log_in_with_device) does. Dropping the
    /// future ends the asking; once the person has answered, it runs to its end.
    ///
    /// # Errors
    /// As there.
    pub async fn log_in_with_device(
        &self,
        show: impl FnOnce(&DeviceAuthorizationResponse) + Send,
    ) -> Result<Status, Error> {
        self.who.account()?;
        let service = &self.client.0.service;
        let (device, began) = self.run(device_login::Begin::new(service)).await?;
        show(&device);
        let (response, sent) = self
            .run(device_login::Poll::new(service, device, began))
            .await?;
        self.prove(LoginProof::Device(response, sent)).await
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
    pub async fn import_token(&self, text: &str) -> Result<Status, Error> {
        let response = plain_token::read(&self.client.0.service, text, clock::now())?;
        self.prove(LoginProof::Pasted(response)).await
    }

    /// Revokes the login where the server can, and forgets both tokens in any case.
    ///
    /// # Errors
    /// The store failed.
    pub async fn log_out(&self) -> Result<LoggedOut, Error> {
        let logout = Logout::new(Arc::clone(&self.client.0.service));
        self.to_its_end(logout).await
    }

    /// What is stored for this account, without its secrets.
    ///
    /// # Errors
    /// The store failed.
    pub async fn status(&self) -> Result<Status, Error> {
        let key = self.who.account()?.key().clone();
        let record = self.stored().await?;
        Ok(Status::new(key, &record, self.client.0.store.describe()))
    }

    /// A token that serves now, renewed if need be, for a program that is not ours. It is a secret:
    /// [`Token::expose_secret`].
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Error> {
        self.get(kind, TokenRequirement::Any).await
    }

    /// A token that serves for at least so long from now, for a program that is not ours and cannot renew it. A token whose whole
    /// life is shorter is handed out as it is.
    ///
    /// # Errors
    /// As for [`send`](Self::send). Where a token lasts too short a time and cannot be renewed, [`needs_login`](Error::needs_login).
    pub async fn token_for(
        &self,
        kind: TokenKind,
        at_least: Duration,
    ) -> Result<Arc<Token>, Error> {
        let token = self.get(kind, TokenRequirement::Any).await?;
        match longer(&token, at_least, clock::now()) {
            Some(need) => self.get(kind, need).await,
            None => Ok(token),
        }
    }

    /// Takes the account's token for dead, for a program that has learned so elsewhere: the next call gets a new one. Other
    /// programs that share the store learn it from the service.
    ///
    /// # Errors
    /// The store failed.
    pub async fn invalidate(&self, kind: TokenKind) -> Result<(), Error> {
        let account = self.who.account()?;
        let known = match account.cell(kind).latest() {
            Some(token) => Some(token),
            None => self.stored().await?.token(kind).cloned(),
        };
        if let Some(token) = known {
            account.cell(kind).invalidate(token.generation());
        }
        Ok(())
    }

    /// How long a call waits for a renewal: 60 s unless set.
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

    async fn call(&self, operation: &(dyn Operation<Output = ()> + Sync)) -> Result<(), Error> {
        let anonymous = self.who.account.is_none();
        let mut call = Call::new(&self.client.0.service, operation, anonymous);
        self.drive(&mut call).await
    }

    async fn prove(&self, proof: LoginProof) -> Result<Status, Error> {
        let flow = CompleteLogin::new(Arc::clone(&self.client.0.service), proof);
        let record = self.to_its_end(flow).await?;
        let key = self.who.account()?.key().clone();
        Ok(Status::new(key, &record, self.client.0.store.describe()))
    }
}

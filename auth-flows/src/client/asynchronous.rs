//! The async driver, and the handles over it.

use std::{sync::Arc, time::Duration};

use auth_core::{
    AccountKey, AsyncTransport, BoxFuture, CodeGrant, DeviceAuthorization, Error, ErrorKind, Event,
    Flow, Limits, Need, Operation, Paged, Record, Request, Response, Runtime, SecretText, Service,
    Step, Store, Token, TokenKind, TransportError,
};

use super::{AsyncItems, AsyncPages, Common, Identity, Status, blocking::too_long, longer, stored};
use crate::{
    call::Call,
    clock,
    complete::{Complete, Proof},
    device,
    gate::{Lead, promise, within},
    login::{Begun, Login},
    logout::{LoggedOut, Logout},
    pasted,
    slot::{Landed, Look},
    way::Way,
};

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

struct Host {
    transport: Box<dyn Erased>,
    runtime: Box<dyn Runtime>,
}

/// A transport without its type, so that handles have no type parameters.
trait Erased: Send + Sync {
    fn send<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>>;
}

impl<T: AsyncTransport> Erased for T {
    fn send<'a>(
        &'a self,
        request: Request,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(AsyncTransport::send(self, request, limits))
    }
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
        Self(Arc::new(Common::new(service, host, store)))
    }

    /// The account that the program calls so. The name is the program's own; several accounts live side by side.
    #[must_use]
    pub fn account(&self, name: &str) -> AsyncSession {
        self.session(Some(name), Way::Stored)
    }

    /// The program itself, by client credentials (RFC 6749 section 4.4): renewing is asking again.
    #[must_use]
    pub fn daemon(&self) -> AsyncSession {
        self.session(Some("daemon"), Way::ClientCredentials { scope: None })
    }

    /// Nobody: operations that need a token are refused before they are sent.
    #[must_use]
    pub fn anonymous(&self) -> AsyncSession {
        self.session(None, Way::Stored)
    }

    /// The service this client is for.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.0.service
    }

    fn session(&self, name: Option<&str>, way: Way) -> AsyncSession {
        let account = name.map(|name| self.0.accounts.open(&self.0.service, name));
        AsyncSession {
            client: self.clone(),
            who: Identity::new(account, way),
        }
    }

    /// Runs a blocking job where it holds up nobody. It runs to its end even if nobody waits for it any more.
    async fn offload<R, J>(&self, job: J) -> Result<R, Error>
    where
        R: Send + 'static,
        J: FnOnce() -> Result<R, Error> + Send + 'static,
    {
        let (giver, taker) = promise();
        let job = Box::new(move || giver.give(job()));
        self.0.host.runtime.offload(job);
        taker.await.unwrap_or_else(|| Err(ended()))
    }
}

impl AsyncSession {
    /// Sends an operation and reads its answer, as [`Session::send`](crate::Session::send) does. Dropping the future ends the
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
            let anonymous = session.who.account.is_none();
            let service = &session.client.0.service;
            session.run(Call::new(service, operation, anonymous)).await
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

    /// Logs a person in: [`begin`](Self::begin), waiting and [`complete`](Self::complete) in one.
    ///
    /// # Errors
    /// As each of the three.
    pub async fn log_in(&self, login: Login) -> Result<Status, Error> {
        let grant = self.begin(login)?.start()?.await?;
        self.complete(grant).await
    }

    /// Part one of a login: the URL, and the bound listener.
    ///
    /// # Errors
    /// [`is_configuration`](Error::is_configuration): the port is taken, the redirect URI cannot be used, or the service has
    /// no authorization endpoint.
    pub fn begin(&self, login: Login) -> Result<Begun, Error> {
        self.who.account()?;
        login.begin(&self.client.0.service)
    }

    /// Part three of a login: exchanges the code, stores the tokens, and revokes the login they replace. Once begun it runs to
    /// its end, also if nobody waits for it any more: a code serves once.
    ///
    /// # Errors
    /// The server refused the code, or the tokens could not be stored.
    pub async fn complete(&self, grant: CodeGrant) -> Result<Status, Error> {
        self.prove(Proof::Code(grant.accepted_at(clock::now())))
            .await
    }

    /// Logs in with user name and password (RFC 6749 section 4.3). The password is sent once and not stored.
    ///
    /// # Errors
    /// [`Denied`](auth_core::ErrorKind::Denied): user name or password were refused.
    /// [`is_configuration`](Error::is_configuration): the client was.
    pub async fn log_in_with_password(
        &self,
        username: &str,
        password: impl Into<SecretText>,
    ) -> Result<Status, Error> {
        let proof = Proof::Password {
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
        show: impl FnOnce(&DeviceAuthorization) + Send,
    ) -> Result<Status, Error> {
        self.who.account()?;
        let service = &self.client.0.service;
        let (device, began) = self.run(device::Begin::new(service)).await?;
        show(&device);
        let (answer, sent) = self.run(device::Poll::new(service, device, began)).await?;
        self.prove(Proof::Device(answer, sent)).await
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
    pub fn with_login(mut self, login: Login) -> Self {
        self.who.with_login(login);
        self
    }

    /// Stores a token that a person copied from a page of the service. It has no login behind it: it lasts as long as it lasts.
    ///
    /// # Errors
    /// It is no such token, it has expired, or the service has no such page.
    pub async fn paste(&self, text: &str) -> Result<Status, Error> {
        let answer = pasted::read(&self.client.0.service, text, clock::now())?;
        self.prove(Proof::Pasted(answer)).await
    }

    /// Revokes the login where the server can, and forgets both tokens in any case.
    ///
    /// # Errors
    /// The store failed.
    pub async fn log_out(&self) -> Result<LoggedOut, Error> {
        let logout = Logout::new(self.client.0.service.clone());
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
        self.get(kind, Need::Any).await
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
        let token = self.get(kind, Need::Any).await?;
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
        let known = match account.slot(kind).latest() {
            Some(token) => Some(token),
            None => self.stored().await?.token(kind).cloned(),
        };
        if let Some(token) = known {
            account.slot(kind).invalidate(token.generation());
        }
        Ok(())
    }

    /// How long a call waits for a renewal: 60 s unless set.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.who.patience = patience;
        self
    }

    /// Service, client and account; `None` for nobody.
    #[must_use]
    pub fn key(&self) -> Option<&AccountKey> {
        self.who.account.as_ref().map(|account| account.key())
    }

    async fn prove(&self, proof: Proof) -> Result<Status, Error> {
        let flow = Complete::new(self.client.0.service.clone(), proof);
        let record = self.to_its_end(flow).await?;
        let key = self.who.account()?.key().clone();
        Ok(Status::new(key, &record, self.client.0.store.describe()))
    }

    /// Runs a flow in a task of its own: the caller may be dropped, the flow goes on.
    async fn to_its_end<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        let session = self.clone();
        let (giver, taker) = promise();
        self.client.0.host.runtime.spawn(Box::pin(async move {
            giver.give(session.run(flow).await);
        }));
        taker.await.unwrap_or_else(|| Err(ended()))
    }

    async fn stored(&self) -> Result<Record, Error> {
        let (account, common) = (Arc::clone(self.who.account()?), Arc::clone(&self.client.0));
        let job = move || stored::load(&*common.store, &common.service, account.key());
        self.client.offload(job).await
    }

    async fn get(&self, kind: TokenKind, need: Need) -> Result<Arc<Token>, Error> {
        match self.who.account()?.slot(kind).fresh(need, clock::wall()) {
            Some(token) => Ok(token),
            None => self.get_slowly(kind, need).await,
        }
    }

    /// A box, off the hot path only: it also breaks the cycle of types run → get → run.
    fn get_slowly(&self, kind: TokenKind, need: Need) -> BoxFuture<'_, Result<Arc<Token>, Error>> {
        Box::pin(async move {
            let slot = self.who.account()?.slot(kind);
            let need = slot.need(need);
            let mut tries = 0;
            loop {
                let wait = match slot.look(need, clock::now()) {
                    Look::Here(token) => return Ok(token),
                    Look::HereButDue(token, lead) => {
                        self.renew(kind, need, lead);
                        return Ok(token);
                    }
                    Look::Lead(lead) => {
                        let wait = lead.wait();
                        self.renew(kind, need, lead);
                        match wait {
                            Some(wait) => wait,
                            None => continue,
                        }
                    }
                    Look::Wait(wait) => wait,
                };
                // A runtime that has shut down drops what is spawned: that ends, too.
                tries += 1;
                if tries > 8 {
                    return Err(ended());
                }
                let patience = self.client.0.host.runtime.sleep(self.who.patience);
                match within(wait, patience).await {
                    Some(Some(Ok(token))) if need.accepts(token.generation()) => return Ok(token),
                    Some(Some(Err(error))) => return Err(error),
                    // Landed with too old a token, or the leader vanished: look again.
                    Some(Some(Ok(_)) | None) => {}
                    None => return Err(too_long(self.who.patience)),
                }
            }
        })
    }

    /// One renewal, in a task of its own: it belongs to the session, never to a caller.
    fn renew(&self, kind: TokenKind, need: Need, lead: Lead<Landed>) {
        let session = self.clone();
        self.client.0.host.runtime.spawn(Box::pin(async move {
            let landed = session.renewed(kind, need).await;
            if let Some(account) = &session.who.account {
                account.slot(kind).land(lead, &landed, clock::now());
            }
        }));
    }

    async fn renewed(&self, kind: TokenKind, need: Need) -> Landed {
        let renewal = self.who.renewal(&self.client.0.service, kind, need)?;
        let landed = self.run(renewal).await;
        match self.who.person(kind, &landed, clock::now())? {
            None => landed,
            Some(login) => self.who.asked(self.ask(login).await, clock::now()),
        }
    }

    /// A login in the middle of a renewal.
    async fn ask(&self, login: Login) -> Landed {
        let grant = self.begin(login)?.start()?.await?;
        let proof = Proof::Code(grant.accepted_at(clock::now()));
        let complete = Complete::new(self.client.0.service.clone(), proof).login_alone();
        let record = self.run(complete).await?;
        record
            .token(TokenKind::Login)
            .cloned()
            .ok_or_else(Error::out_of_turn)
    }

    /// The loop, awaiting.
    async fn run<F: Flow>(&self, mut flow: F) -> Result<F::Output, Error> {
        let common = &*self.client.0;
        let (mut lease, mut event) = (None, Event::Start);
        loop {
            let account = || self.who.account().cloned();
            let store = Arc::clone(&common.store);
            event = match flow.step(clock::now(), event)? {
                Step::Send(mut request, limits) => {
                    common.sign(&mut request);
                    let answer = common.host.transport.send(request, &limits).await;
                    if let (true, Ok(answer)) = (limits.is_media(), &answer) {
                        let bytes = answer.body().as_bytes().len();
                        let common = Arc::clone(&self.client.0);
                        let job = move || {
                            common.count(bytes);
                            Ok(())
                        };
                        self.client.offload(job).await?;
                    }
                    Event::Answer(answer)
                }
                Step::Turn { media, pause } => {
                    let common = Arc::clone(&self.client.0);
                    let turn = self.client.offload(move || common.turn(media, pause)).await;
                    if let Ok(wait) = turn {
                        self.client.0.host.runtime.sleep(wait).await;
                    }
                    Event::Turned(turn.map(drop))
                }
                Step::Sleep(wait) => {
                    common.host.runtime.sleep(wait).await;
                    Event::Slept
                }
                Step::Token(kind, need) => {
                    lease = None;
                    Event::Token(self.get(kind, need).await)
                }
                Step::Lease => {
                    let account = account()?;
                    lease = self
                        .client
                        .offload(move || store.try_lease(account.key()))
                        .await?;
                    Event::Leased(lease.is_some())
                }
                Step::Load => Event::Loaded(self.stored().await),
                // The lease goes with the save and comes back with it: it cannot be freed before the write has ended.
                Step::Save(record) => {
                    let (account, held) =
                        (account()?, lease.take().ok_or_else(Error::out_of_turn)?);
                    let job = move || {
                        stored::save(&*store, &held, &record)?;
                        account.publish(&record);
                        Ok(held)
                    };
                    let held = self.client.offload(job).await?;
                    lease = Some(held);
                    Event::Saved
                }
                Step::Done(output) => return Ok(output),
            };
        }
    }
}

fn ended() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "the runtime ended the work before it was done",
    )
    .advice("try again")
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Host")
    }
}

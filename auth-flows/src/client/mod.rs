//! The blocking and the async client: the only code in both flavours.

mod asynchronous;
mod blocking;
mod pager;
mod status;

use std::{fmt, sync::Arc, time::Duration};

use auth_core::{
    AccountKey, Error, ErrorKind, ExposeSecret, Lease, Limits, Now, Request, Response, SecretBytes,
    SecretText, Service, Store, Token, TokenKind, TokenRecord, TokenRequirement, TransportError,
};

pub use asynchronous::{AsyncClient, AsyncItems, AsyncPages, AsyncSession};
pub use blocking::{Client, Items, Pages, Session};
pub use status::{Status, TokenStatus};

use crate::{
    clock,
    flow::{call, renewal::Renewal},
    login::Login,
    rate_limit::RateLimiter,
    token::{
        account::{Account, Accounts},
        cell::RenewalResult,
        login_source::{Ask, LoginSource, RenewalMethod},
    },
};

/// Default time that a caller waits for a renewal that another caller runs.
const PATIENCE: Duration = Duration::from_secs(60);

/// State shared by all accounts of one client.
struct Common<H> {
    service: Arc<Service>,
    host: H,
    store: Arc<dyn Store>,
    accounts: Accounts,
    pacer: Option<RateLimiter>,
}

impl<H> Common<H> {
    fn new(service: Arc<Service>, host: H, store: Arc<dyn Store>) -> Self {
        Self {
            pacer: RateLimiter::of(&service),
            service,
            host,
            store,
            accounts: Accounts::default(),
        }
    }

    /// Reserves a permit of the rate limit and returns how long to wait for it. Blocking.
    fn turn(&self, media: bool, pause: Option<Duration>) -> Result<Duration, Error> {
        match &self.pacer {
            Some(pacer) => pacer.turn(&*self.store, media, pause, clock::now()),
            None => Ok(Duration::ZERO),
        }
    }

    /// Counts bytes of media for the rate limit. Blocking.
    fn count(&self, bytes: u64) {
        if let Some(pacer) = &self.pacer {
            pacer.count(&*self.store, bytes, clock::now());
        }
    }

    /// Sets the user agent, unless the request has one.
    fn sign(&self, request: &mut Request) {
        request
            .headers_mut()
            .entry(http::header::USER_AGENT)
            .or_insert_with(|| self.service.user_agent().clone());
    }
}

impl<H> fmt::Debug for Common<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.service)
            .field("store", &self.store.describe())
            .finish_non_exhaustive()
    }
}

/// Returns the bytes of media that were received, also by an incomplete response. `None` if there
/// are none.
fn media(limits: &Limits, response: &Result<Response, TransportError>) -> Option<u64> {
    let bytes = match response {
        Ok(response) => response.body().as_bytes().len() as u64,
        Err(error) => error.received(),
    };
    (limits.is_media() && bytes > 0).then_some(bytes)
}

/// The account of a session, and where its login token comes from.
#[derive(Clone, Debug)]
struct Identity {
    account: Option<Arc<Account>>,
    way: Arc<LoginSource>,
    patience: Duration,
}

impl Identity {
    fn new(account: Option<Arc<Account>>, way: LoginSource) -> Self {
        Self {
            account,
            way: Arc::new(way),
            patience: PATIENCE,
        }
    }

    #[inline]
    fn account(&self) -> Result<&Arc<Account>, Error> {
        self.account.as_ref().ok_or_else(call::nobody)
    }

    fn with_password(&mut self, username: &str, password: SecretText) {
        self.way = Arc::new(LoginSource::Password {
            username: username.into(),
            password,
        });
    }

    /// Adds the login's timeout to the wait for a renewal, which now includes the user.
    // Compiled where it is called, and with it all that a login is made of.
    #[inline]
    fn with_login(&mut self, login: Login) {
        self.patience = self.patience.max(login.until() + PATIENCE);
        let ask = move |service: &Service| login.clone().begin(service)?.start();
        self.way = Arc::new(LoginSource::Person(Arc::new(ask)));
    }

    /// Returns the flow that renews a token of this account.
    fn renewal(
        &self,
        service: &Arc<Service>,
        kind: TokenKind,
        need: TokenRequirement,
    ) -> Result<Renewal, Error> {
        let (way, account) = (Arc::clone(&self.way), self.account()?);
        let refusals = Arc::clone(account.negative_cache());
        let renewal = Renewal::new(Arc::clone(service), kind, need, way, refusals);
        Ok(renewal.knowing(account.cell(kind).latest()))
    }

    /// Returns the login to start if the user must log in and the program allows that. `Err` with
    /// the error of the last login if the user did not finish it.
    fn person(
        &self,
        kind: TokenKind,
        landed: &RenewalResult,
        now: Now,
    ) -> Result<Option<Arc<Ask>>, Error> {
        match (&*self.way, landed) {
            (LoginSource::Person(ask), Err(error))
                if kind == TokenKind::Login && error.needs_login() =>
            {
                let refusals = self.account()?.negative_cache();
                match refusals.get(RenewalMethod::Person, 0, &self.way, now) {
                    Some(error) => Err(error),
                    None => Ok(Some(Arc::clone(ask))),
                }
            }
            _ => Ok(None),
        }
    }

    /// Caches the error of a failed login, so that the session does not start it again.
    fn asked(&self, landed: RenewalResult, now: Now) -> RenewalResult {
        if let Err(error) = &landed {
            let refusals = self.account()?.negative_cache();
            refusals.insert(RenewalMethod::Person, 0, &self.way, error, now);
        }
        landed
    }
}

/// Returns the requirement that makes a token last for `at_least`. `None` if this one lasts as
/// long, or if a new one would not.
fn longer(token: &Token, at_least: Duration, now: Now) -> Option<TokenRequirement> {
    let (remaining, lifetime) = (token.remaining(now)?, token.lifetime()?);
    (remaining < at_least && lifetime > at_least)
        .then(|| TokenRequirement::NewerThan(token.generation()))
}

/// The error if the renewal by another caller takes longer than the caller's timeout.
fn too_long(patience: Duration) -> Error {
    Error::new(
        ErrorKind::TimedOut,
        format!("the token was not renewed within {patience:?}"),
    )
    .with_help("try again")
}

/// The store as a driver uses it: token records instead of bytes.
mod stored {
    use super::*;
    use crate::token::plain_token;

    pub(super) fn load(
        store: &dyn Store,
        service: &Service,
        key: &AccountKey,
    ) -> Result<TokenRecord, Error> {
        let Some(text) = store.load(key)? else {
            return Ok(TokenRecord::default());
        };
        match TokenRecord::from_text(text.expose_secret()) {
            Err(_) if store.holds_plain_token() && !is_record(text.expose_secret()) => {
                plain_token::record(service, text.expose_secret(), clock::now())
            }
            record => record,
        }
        .map_err(|error| error.with_setting(store.describe()))
    }

    /// Returns whether the text is a token record, also an incomplete one.
    fn is_record(text: &[u8]) -> bool {
        text.starts_with(b"{\"version\"")
    }

    pub(super) fn save(
        store: &dyn Store,
        lease: &Lease,
        record: &TokenRecord,
    ) -> Result<(), Error> {
        if record.is_empty() {
            return store.remove(lease);
        }
        let text: SecretBytes = record.to_text();
        store.save(lease, &text)
    }
}

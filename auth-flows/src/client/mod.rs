//! The blocking and the async client: the only code in both flavours.

mod activity;
mod asynchronous;
mod blocking;
mod counters;
mod event;
mod lease_wait;
mod observer;
mod pager;
mod report;
mod run;
mod saver;
mod status;
mod stored;
mod trace;

use std::{fmt, sync::Arc, time::Duration};

use auth_core::{
    AccountKey, CredentialField, CredentialValues, Error, ErrorKind, ExposeSecret, Limits, Now,
    PermitKind, Request, Response, SecretText, Service, Store, Token, TokenKind, TokenRecord,
    TokenRequirement, TransportError,
};

pub use asynchronous::{AsyncClient, AsyncItems, AsyncPages, AsyncSession};
pub use blocking::{Client, Items, Pages, Session};
pub use counters::{Counters, Counts, TokenExpiry};
pub use event::{ClientEvent, LoginMethod, RenewalReason, StoreStep, WaitReason};
pub use status::{Status, TokenStatus};

use activity::Activity;
use observer::{Events, StoreWaits};
use saver::{Saver, Saving};
use stored::Stored;

use crate::{
    clock,
    flow::{
        call,
        mark_rejected::{MarkRejected, Verdict},
        renewal::Renewal,
    },
    login::{Login, canceller::Canceller},
    rate_limit::{Permit, RateLimiter},
    token::{
        account::{Account, Accounts},
        cell::RenewalResult,
        login_source::{LoginSource, Prompt, RenewalMethod},
        negative_cache::Attempt,
        unsaved::{SaveMode, SaveOutcome},
    },
};

/// Default time that a caller waits for a renewal that another caller runs.
const RENEWAL_TIMEOUT: Duration = Duration::from_secs(60);

/// State shared by all accounts of one client.
struct Common<H> {
    service: Arc<Service>,
    host: H,
    store: Arc<dyn Store>,
    accounts: Arc<Accounts>,
    saver: Arc<Saver>,
    rate_limiter: Option<RateLimiter>,
    activity: Activity,
    events: Events,
    /// Keeps the observer of waits alive, to which the store has a weak reference.
    _store_waits: Arc<StoreWaits>,
}

impl<H> Common<H> {
    /// Creates the state. `spawn` runs a [`Saving`] in the background.
    fn new(
        service: Arc<Service>,
        host: H,
        store: Arc<dyn Store>,
        spawn: impl Fn(Saving) + Send + Sync + 'static,
    ) -> Self {
        let (events, accounts) = (Events::default(), Arc::<Accounts>::default());
        Self {
            saver: Saver::new(&accounts, &events, spawn),
            _store_waits: events.of_store(&*store),
            rate_limiter: RateLimiter::of(&service),
            service,
            host,
            store,
            accounts,
            activity: Activity::default(),
            events,
        }
    }

    /// Reserves a permit of the rate limit; `at_once`, one without a wait. Blocking.
    fn permit(
        &self,
        account: Option<&Account>,
        kind: PermitKind,
        at_once: bool,
    ) -> Result<Permit, Error> {
        let report = |news: Result<(), &Error>| self.note_changed(account, news);
        match &self.rate_limiter {
            Some(rate_limiter) => rate_limiter.permit(&*self.store, kind, at_once, report),
            None => Ok(Permit::ALWAYS),
        }
    }

    /// Notes that the service asked for a pause. Blocking.
    fn pause(&self, account: Option<&Account>, pause: Option<Duration>) {
        let key = account.map(Account::key);
        let event = || ClientEvent::Paused {
            account: key,
            pause,
        };
        self.events.emit(|| Some(event()));
        let report = |news: Result<(), &Error>| self.note_changed(account, news);
        if let Some(rate_limiter) = &self.rate_limiter {
            rate_limiter.pause(&*self.store, pause, report);
        }
    }

    /// Counts bytes of media for the rate limit. Blocking.
    fn count(&self, account: Option<&Account>, bytes: u64) {
        let report = |news: Result<(), &Error>| self.note_changed(account, news);
        if let Some(rate_limiter) = &self.rate_limiter {
            rate_limiter.count(&*self.store, bytes, report);
        }
    }

    /// Reports that the shared note of the rate limit failed, or works again.
    fn note_changed(&self, account: Option<&Account>, news: Result<(), &Error>) {
        let account = account.map(Account::key);
        self.events.emit(|| {
            Some(match news {
                Ok(()) => ClientEvent::NoteWritten { account },
                Err(error) => ClientEvent::NoteNotWritten { account, error },
            })
        });
    }

    /// Tries to save what could not be saved, for the last time. Blocking.
    fn save_all(&self) -> Result<(), Error> {
        let all = self.accounts.unsaved();
        for account in &all {
            match saver::retry(account, &self.events, None, SaveMode::Last) {
                // The store repeated the save for as long as it does.
                SaveOutcome::Failed(failure) if failure.is_away => break,
                _ => {}
            }
        }
        let mut unsaved = all.iter().filter_map(|account| account.unsaved().error());
        unsaved.next().map_or(Ok(()), Err)
    }

    /// Returns the names of this client's accounts in the store. Blocking.
    fn account_names(&self) -> Result<Option<Vec<String>>, Error> {
        let own = |key: &AccountKey| {
            let (service, client) = (self.service.id(), self.service.client().id());
            let is_own = key.service() == service && key.client_id() == client;
            key.name().filter(|_| is_own).map(str::to_owned)
        };
        let all = self.store.accounts()?;
        Ok(all.map(|all| {
            let mut names: Vec<_> = all.iter().filter_map(own).collect();
            names.sort_unstable();
            names
        }))
    }

    /// Returns the account of a session in its store.
    fn stored(&self, identity: &Identity) -> Result<Stored, Error> {
        Ok(Stored {
            store: Arc::clone(&self.store),
            service: Arc::clone(&self.service),
            account: Arc::clone(identity.account()?),
            events: self.events.clone(),
            saver: Arc::clone(&self.saver),
        })
    }

    /// Returns the status of the account with this record.
    fn status(&self, identity: &Identity, record: &TokenRecord) -> Result<Status, Error> {
        let can_renew = identity.login_source.method().is_some();
        let account = identity.account()?;
        let store = self.store.describe();
        Ok(Status::new(account, record, store, can_renew, clock::now()))
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

/// Names the host that a request was for, so that each error about its response says it.
fn named(
    response: Result<Response, TransportError>,
    url: &http::Uri,
) -> Result<Response, TransportError> {
    match response {
        Ok(response) => Ok(response.map(|body| body.with_host(url))),
        Err(error) => Err(error.with_host(url)),
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
    login_source: Arc<LoginSource>,
    renewal_timeout: Duration,
    /// Ends the waits of this session's flows: of a login on another device.
    canceller: Option<Canceller>,
}

impl Identity {
    fn new(account: Option<Arc<Account>>, login_source: LoginSource) -> Self {
        Self {
            account,
            login_source: Arc::new(login_source),
            renewal_timeout: RENEWAL_TIMEOUT,
            canceller: None,
        }
    }

    #[inline]
    fn account(&self) -> Result<&Arc<Account>, Error> {
        self.account.as_ref().ok_or_else(call::no_account)
    }

    fn with_password(&mut self, username: &str, password: SecretText) {
        self.login_source = Arc::new(LoginSource::Password {
            username: username.into(),
            password,
        });
    }

    /// Takes user name and password, if both are there.
    fn with_credentials(&mut self, credentials: &dyn CredentialValues) {
        let value = |field| credentials.value(field);
        if let (Some(username), Some(password)) = (
            value(CredentialField::Username),
            value(CredentialField::Password),
        ) {
            self.with_password(username.expose_secret(), password.clone());
        }
    }

    /// Adds the login's timeout to the wait for a renewal, which now includes the user.
    // Compiled where it is called, and with it all that a login is made of.
    #[inline]
    fn with_login(&mut self, login: Login) {
        self.renewal_timeout = self.renewal_timeout.max(login.until() + RENEWAL_TIMEOUT);
        let prompt = move |service: &Service| login.clone().begin(service)?.start();
        self.login_source = Arc::new(LoginSource::Person(Arc::new(prompt)));
    }

    /// Returns the flow that renews a token of this account.
    fn renewal(
        &self,
        service: &Arc<Service>,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Result<Renewal, Error> {
        let (service, account) = (Arc::clone(service), self.account()?);
        let (source, cache) = (
            Arc::clone(&self.login_source),
            Arc::clone(account.negative_cache()),
        );
        let renewal = Renewal::new(service, kind, requirement, source, cache);
        let login = |kind| account.cell(kind).login();
        let login = login(kind).or_else(|| login(TokenKind::Login));
        Ok(renewal.with_cached(account.cell(kind).latest(), login))
    }

    /// Notes that a service rejected a token, for which a flow requires a newer one. Returns what is
    /// required now: any token, if memory has that of a later login meanwhile.
    fn note_rejected(&self, kind: TokenKind, requirement: TokenRequirement) -> TokenRequirement {
        if let (Some(account), TokenRequirement::NewerThan(rejected)) = (&self.account, requirement)
        {
            let applicable = account.cell(kind).applicable(requirement);
            if applicable == requirement {
                account.negative_cache().note_rejected(kind, rejected);
            }
            return applicable;
        }
        requirement
    }

    /// Notes that the API accepted the token of a call. Returns the flow to run if the token had
    /// been rejected for good.
    #[inline]
    fn note_accepted(&self, token: Option<(TokenKind, u64)>) -> Option<MarkRejected> {
        let ((kind, generation), account) = (token?, self.account.as_ref()?);
        if !account.cell(kind).is_gone(generation) {
            account.negative_cache().accepted(kind, generation);
        }
        let is_dead = account.cell(kind).is_dead(generation);
        is_dead.then(|| MarkRejected::new(Verdict::Accepted(kind, generation)))
    }

    /// Returns the flow to run after a renewal if it told that the user must log in.
    fn mark_rejected(
        &self,
        kind: TokenKind,
        result: &RenewalResult,
        now: Now,
    ) -> Option<MarkRejected> {
        let account = self.account.as_ref()?;
        let needs_login = result.as_ref().is_err_and(Error::needs_login);
        (needs_login && account.is_news(kind, now)).then(|| {
            let cache = Arc::clone(account.negative_cache());
            MarkRejected::new(Verdict::Rejected(cache))
        })
    }

    /// Returns the requirement that replaces a token which the service rejected for good.
    #[inline]
    fn replacing(&self, kind: TokenKind, token: &Token) -> Option<TokenRequirement> {
        let (account, generation) = (self.account.as_ref()?, token.generation());
        let is_dead = account.cell(kind).is_dead(generation);
        is_dead.then_some(TokenRequirement::NewerThan(generation))
    }

    /// Returns the login to start if the user must log in and the program allows that. `Err` with
    /// the error of the last login if the user did not finish it.
    fn prompt(
        &self,
        kind: TokenKind,
        result: &RenewalResult,
        now: Now,
    ) -> Result<Option<Arc<Prompt>>, Error> {
        match (&*self.login_source, result) {
            (LoginSource::Person(prompt), Err(error))
                if kind == TokenKind::Login && error.needs_login() =>
            {
                let cache = self.account()?.negative_cache();
                let refused = cache.get(&self.person_attempt(), now);
                refused.map_or_else(|| Ok(Some(Arc::clone(prompt))), Err)
            }
            _ => Ok(None),
        }
    }

    /// Caches the error of a failed login, so that the session does not start it again.
    fn remember_failure(&self, result: RenewalResult, now: Now) -> RenewalResult {
        if let Err(error) = &result {
            let cache = self.account()?.negative_cache();
            cache.insert(self.person_attempt(), error, now);
        }
        result
    }

    fn person_attempt(&self) -> Attempt {
        Attempt {
            method: RenewalMethod::Person,
            generation: 0,
            login_source: Arc::clone(&self.login_source),
        }
    }
}

/// Returns the requirement that makes a token last for `at_least`. `None` if this one lasts as
/// long, or if a new one would not.
fn longer(token: &Token, at_least: Duration, now: Now) -> Option<TokenRequirement> {
    let (remaining, lifetime) = (token.remaining(now)?, token.lifetime()?);
    (remaining < at_least && lifetime > at_least)
        .then(|| TokenRequirement::NewerThan(token.generation()))
}

/// Returns the login token of a login that was just completed.
fn new_login(record: &TokenRecord) -> RenewalResult {
    let token = record.token(TokenKind::Login).cloned();
    token.ok_or_else(|| Error::internal("the login stored no login token"))
}

/// Returns the result for a caller that waited for a renewal. `None` if the caller must look again:
/// the renewal was dropped, or its token is too old for this caller.
fn followed(
    ended: Option<Option<RenewalResult>>,
    requirement: TokenRequirement,
    timeout: Duration,
) -> Option<RenewalResult> {
    let Some(result) = ended else {
        let what = format!("the token was not renewed within {timeout:?}");
        return Some(Err(
            Error::new(ErrorKind::TimedOut, what).with_help("try again")
        ));
    };
    result.filter(|result| match result {
        Ok(token) => requirement.accepts(token.generation()),
        Err(_) => true,
    })
}

//! One renewal of one token of one account. Its end gives the lease back.
//!
//! ```text
//!   Start ─► Load ─(the stored one serves)──────────────────────────────────────────► Done
//!             │
//!             ├─ derived: Token(login) ─┐
//!             ▼                         ▼
//!           Lease ◄─(taken: Sleep)─► Load ─(another process renewed)──────────────────► Done
//!             ▲                         │
//!             │                         ▼
//!             │                        Send ─► Save ──────────────────────────────────► Done
//!             │                         │ derived and 401, once: Token(login, newer)
//!             │                         │ derived, and the login token has ended: Token(login)
//!             └─────────────────────────┘
//! ```
//!
//! A login token may end while a lease or another try is waited for. It is not sent then, and that it was refused in its last moments
//! says nothing of the login: the next one is asked for, a few times. A renewal that fails, or finds the lease taken, while the stored
//! token still serves ends with the stored token.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Delivery, Error, ErrorKind, Event, Flow, Freshness, Limits, Message, Now, Response, Service,
    Step, Token, TokenKind, TokenRecord, TokenRequest, TokenRequirement, TokenResponse,
    TransportError,
};

use super::{complete_login::password_request, lease_backoff::LeaseBackoff};
use crate::{
    retry::Backoff,
    token::{
        login_source::{LoginSource, RenewalMethod},
        negative_cache::NegativeCache,
    },
};

pub(crate) struct Renewal {
    service: Arc<Service>,
    kind: TokenKind,
    need: TokenRequirement,
    way: Arc<LoginSource>,
    refusals: Arc<NegativeCache>,
    /// The token in memory: it knows its age by the monotonic clock, which the stored one does not.
    known: Option<Arc<Token>>,
    state: State,
    login: Option<Arc<Token>>,
    record: TokenRecord,
    sent: Option<Now>,
    queue: LeaseBackoff,
    retries: u32,
    asked_again: bool,
    /// How many login tokens ended before they had served.
    outlived: u32,
    with: RenewalMethod,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Peek,
    Login,
    Lease,
    LeaseTaken,
    Load,
    Sent,
    Pause,
    Save,
    Over,
}

/// How often a request that can be repeated without harm is sent.
const TRIES: u32 = 3;

impl Renewal {
    pub(crate) fn new(
        service: Arc<Service>,
        kind: TokenKind,
        need: TokenRequirement,
        way: Arc<LoginSource>,
        refusals: Arc<NegativeCache>,
    ) -> Self {
        Self {
            service,
            kind,
            need,
            way,
            refusals,
            known: None,
            state: State::Start,
            login: None,
            record: TokenRecord::default(),
            sent: None,
            queue: LeaseBackoff::new(),
            retries: 0,
            asked_again: false,
            outlived: 0,
            with: RenewalMethod::LoginToken,
        }
    }

    /// With the token in memory, which may know more of its age than the stored one.
    pub(crate) fn knowing(mut self, known: Option<Arc<Token>>) -> Self {
        self.known = known;
        self
    }

    /// The stored token, as well as it is known.
    fn kept(&self) -> Option<&Arc<Token>> {
        let stored = self.record.token(self.kind)?;
        let known = self.known.as_ref();
        Some(
            known
                .filter(|known| known.generation() == stored.generation())
                .unwrap_or(stored),
        )
    }

    /// The stored token, if it is what is wanted: fresh, and not one that was refused.
    fn stored(&self, now: Now) -> Option<Arc<Token>> {
        self.kept()
            .filter(|token| {
                self.need.accepts(token.generation()) && token.freshness(now) == Freshness::Fresh
            })
            .cloned()
    }

    /// The stored token, if it will do for want of a better one.
    fn last_resort(&self, now: Now) -> Option<Arc<Token>> {
        self.kept()
            .filter(|token| {
                self.need.accepts(token.generation()) && token.freshness(now) != Freshness::Expired
            })
            .cloned()
    }

    fn peeked(&mut self, now: Now) -> Result<Step<Arc<Token>>, Error> {
        if let Some(token) = self.stored(now) {
            return Ok(Step::Done(token));
        }
        if let Some(token) = self.renews_itself(now) {
            self.login = Some(token);
            return self.go(State::Lease, Step::Lease);
        }
        match self.kind {
            TokenKind::Login => self.go(State::Lease, Step::Lease),
            // Every other kind is derived from the login.
            _ => self.go(
                State::Login,
                Step::Token(TokenKind::Login, TokenRequirement::Any),
            ),
        }
    }

    /// A pasted token that still serves, where the service takes it for the next one.
    fn renews_itself(&self, now: Now) -> Option<Arc<Token>> {
        let alone =
            self.kind == TokenKind::Derived && self.record.token(TokenKind::Login).is_none();
        let may = alone
            && self
                .service
                .token_derivation()
                .is_some_and(|derive| derive.can_self_renew());
        self.last_resort(now).filter(|_| may)
    }

    fn logged_in(
        &mut self,
        now: Now,
        login: Result<Arc<Token>, Error>,
    ) -> Result<Step<Arc<Token>>, Error> {
        match login {
            Ok(login) => {
                self.login = Some(login);
                self.go(State::Lease, Step::Lease)
            }
            Err(error) => self.fail(now, self.explain(error)),
        }
    }

    /// A pasted token has no login behind it: what to do about its end is the service's to say.
    fn explain(&self, error: Error) -> Error {
        let pasted = self.record.token(TokenKind::Derived).is_some()
            && self.record.token(TokenKind::Login).is_none();
        match self.service.token_derivation() {
            Some(derive) if error.needs_login() && pasted => {
                Error::login_needed("the pasted token has expired or was refused, and there is no login to renew it with")
                    .with_help(derive.expired_help())
            }
            _ => error,
        }
    }

    fn leased(&mut self, now: Now, granted: bool) -> Result<Step<Arc<Token>>, Error> {
        if granted {
            return self.go(State::Load, Step::Load);
        }
        // Whoever has it may hang: nobody waits for a token while the one that is there serves.
        if let Some(token) = self.last_resort(now) {
            return Ok(Step::Done(token));
        }
        match self.queue.wait(now) {
            Ok(wait) => self.go(State::LeaseTaken, Step::Sleep(wait)),
            Err(error) => self.fail(now, error),
        }
    }

    fn loaded(&mut self, now: Now, record: TokenRecord) -> Result<Step<Arc<Token>>, Error> {
        self.record = record;
        if let Some(token) = self.stored(now) {
            return Ok(Step::Done(token));
        }
        match self.choose() {
            Ok(with) => {
                self.with = with;
                self.send(now)
            }
            Err(error) => self.fail(now, error),
        }
    }

    fn choose(&self) -> Result<RenewalMethod, Error> {
        if self.kind == TokenKind::Derived {
            return Ok(RenewalMethod::LoginToken);
        }
        let stored = self.record.token(TokenKind::Login);
        match &*self.way {
            LoginSource::ClientCredentials { .. } => Ok(RenewalMethod::ClientCredentials),
            _ if stored.is_some_and(|token| token.refresh_token().is_some()) => {
                Ok(RenewalMethod::RefreshToken)
            }
            LoginSource::Password { .. } => Ok(RenewalMethod::Password),
            LoginSource::Stored | LoginSource::Person(_) => Err(match stored {
                None => Error::login_needed("nobody is logged in to this account")
                    .with_help("log in first"),
                Some(_) => {
                    Error::login_needed("the stored login was refused and cannot be renewed")
                        .with_help("log in again")
                }
            }),
        }
    }

    /// Whether the login token has ended in the meantime, and another one may be asked for.
    fn is_outlived(&mut self, now: Now) -> bool {
        let login = self.login.as_ref();
        let ended = login.is_some_and(|login| login.freshness(now) == Freshness::Expired);
        let may = ended && self.outlived < TRIES;
        self.outlived += u32::from(may);
        may
    }

    fn send(&mut self, now: Now) -> Result<Step<Arc<Token>>, Error> {
        if self.is_outlived(now) {
            return self.go(
                State::Login,
                Step::Token(TokenKind::Login, TokenRequirement::Any),
            );
        }
        if let Some(error) = self
            .refusals
            .get(self.with, self.refused_with(), &self.way, now)
        {
            return self.refused(now, error);
        }
        self.sent = Some(now);
        let client = self.service.client();
        let (request, limits) = match (self.with, &*self.way) {
            (RenewalMethod::LoginToken, _) => {
                let derive = self.service.token_derivation().ok_or_else(|| {
                    Error::new(ErrorKind::Usage, "this service has no second token")
                })?;
                let api = self.service.api(derive.api())?;
                let login = self.login.as_ref().ok_or_else(Error::out_of_turn)?;
                let mut request = derive.request(api.base_url())?;
                login.authorize(api.base_url(), &mut request)?;
                (request, Limits::token())
            }
            (RenewalMethod::RefreshToken, _) => {
                let token = self
                    .record
                    .token(TokenKind::Login)
                    .and_then(|token| token.refresh_token());
                let message = TokenRequest::refresh(client, token.ok_or_else(Error::out_of_turn)?);
                (message.request()?, message.limits())
            }
            (RenewalMethod::ClientCredentials, LoginSource::ClientCredentials { scope }) => {
                let mut message = TokenRequest::client_credentials(client);
                if let Some(scope) = scope {
                    message = message.scope(scope);
                }
                (message.request()?, message.limits())
            }
            (RenewalMethod::Password, LoginSource::Password { username, password }) => {
                let message = password_request(&self.service, username, password);
                (message.request()?, message.limits())
            }
            _ => return Err(Error::out_of_turn()),
        };
        self.go(State::Sent, Step::Send(request, limits))
    }

    fn answered(
        &mut self,
        now: Now,
        answer: Result<Response, TransportError>,
    ) -> Result<Step<Arc<Token>>, Error> {
        let answer = match answer {
            Ok(response) => self.parse(response),
            // A refresh token may be used up by a request whose answer was lost: never sent again blindly.
            Err(error)
                if error.delivery() == Delivery::NotSent
                    || self.with != RenewalMethod::RefreshToken =>
            {
                return self.again(now, error.into());
            }
            Err(error) => Err(Error::from(error).with_help(
                "the renewal may have reached the server, so it is not repeated blindly; \
                 the next call tries once more, and may find that a new login is needed",
            )),
        };
        match answer {
            Ok(answer) => self.received(answer),
            Err(error) if error.is_retryable() && self.with != RenewalMethod::RefreshToken => {
                self.again(now, error)
            }
            Err(error) => {
                let generation = self.refused_with();
                let (refusals, way) = (&self.refusals, &self.way);
                refusals.insert(self.with, generation, way, &error, now);
                match error.needs_login() {
                    true => self.refused(now, error),
                    false => self.fail(now, error),
                }
            }
        }
    }

    /// The generation of the token that the request is made with.
    fn refused_with(&self) -> u64 {
        let token = match self.with {
            RenewalMethod::RefreshToken => self.record.token(TokenKind::Login),
            RenewalMethod::LoginToken => self.login.as_ref(),
            RenewalMethod::ClientCredentials | RenewalMethod::Password | RenewalMethod::Person => {
                None
            }
        };
        token.map_or(0, |token| token.generation())
    }

    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        let client = self.service.client();
        match (self.with, &*self.way) {
            (RenewalMethod::LoginToken, _) => {
                let derive = self
                    .service
                    .token_derivation()
                    .ok_or_else(Error::out_of_turn)?;
                let login = self.login.as_ref().ok_or_else(Error::out_of_turn)?;
                let answer = derive.parse(response);
                answer.map_err(|error| login.redact(error))
            }
            (RenewalMethod::RefreshToken, _) => {
                let old = self
                    .record
                    .token(TokenKind::Login)
                    .and_then(|token| token.refresh_token());
                let message = TokenRequest::refresh(client, old.ok_or_else(Error::out_of_turn)?);
                Ok(message.parse(response)?.or_refresh_token(old))
            }
            (_, LoginSource::Password { username, password }) => {
                TokenRequest::password(client, username, password).parse(response)
            }
            _ => TokenRequest::client_credentials(client).parse(response),
        }
    }

    fn received(&mut self, answer: TokenResponse) -> Result<Step<Arc<Token>>, Error> {
        let sent = self.sent.ok_or_else(Error::out_of_turn)?;
        let generation = self.record.next_generation(self.kind, sent.wall);
        let token = Arc::new(answer.into_token(sent, generation)?);
        self.record.set(self.kind, token);
        let record = self.record.clone();
        self.go(State::Save, Step::Save(record))
    }

    /// The login is dead: by its own means it can be renewed once, and no more.
    fn refused(&mut self, now: Now, error: Error) -> Result<Step<Arc<Token>>, Error> {
        let outlived = error.needs_login() && self.is_outlived(now);
        if !outlived && (self.asked_again || !error.needs_login()) {
            return self.fail(now, error);
        }
        self.asked_again |= !outlived;
        match (self.with, &*self.way) {
            (RenewalMethod::LoginToken, _) => {
                let refused = self.login.as_ref().map_or(0, |token| token.generation());
                self.go(
                    State::Login,
                    Step::Token(TokenKind::Login, TokenRequirement::NewerThan(refused)),
                )
            }
            (RenewalMethod::RefreshToken, LoginSource::Password { .. }) => {
                self.with = RenewalMethod::Password;
                self.send(now)
            }
            _ => self.fail(now, error),
        }
    }

    fn again(&mut self, now: Now, error: Error) -> Result<Step<Arc<Token>>, Error> {
        self.retries += 1;
        if self.retries >= TRIES
            || error
                .retry_after()
                .is_some_and(|wait| wait > Duration::from_secs(10))
        {
            return self.fail(now, error);
        }
        let first = Duration::from_millis(200) * self.retries;
        let mut backoff = Backoff::new(first, Duration::from_secs(1));
        let wait = backoff
            .next(now)
            .max(error.retry_after().unwrap_or_default());
        self.go(State::Pause, Step::Sleep(wait))
    }

    /// Failed: but a stored token that still serves is better than an error.
    fn fail(&mut self, now: Now, error: Error) -> Result<Step<Arc<Token>>, Error> {
        self.state = State::Over;
        self.last_resort(now).map(Step::Done).ok_or(error)
    }

    fn go(&mut self, state: State, step: Step<Arc<Token>>) -> Result<Step<Arc<Token>>, Error> {
        self.state = state;
        Ok(step)
    }
}

impl Flow for Renewal {
    type Output = Arc<Token>;

    fn step(&mut self, now: Now, event: Event) -> Result<Step<Arc<Token>>, Error> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) => self.go(State::Peek, Step::Load),
            (State::Peek, Event::Loaded(record)) => {
                self.record = record?;
                self.peeked(now)
            }
            (State::Login, Event::Token(login)) => self.logged_in(now, login),
            (State::Lease, Event::Leased(granted)) => self.leased(now, granted),
            (State::LeaseTaken, Event::Slept) => self.go(State::Lease, Step::Lease),
            (State::Load, Event::Loaded(record)) => self.loaded(now, record?),
            (State::Sent, Event::Response(answer)) => self.answered(now, answer),
            (State::Pause, Event::Slept) => self.send(now),
            (State::Save, Event::Saved) => {
                let token = self
                    .record
                    .token(self.kind)
                    .ok_or_else(Error::out_of_turn)?;
                Ok(Step::Done(Arc::clone(token)))
            }
            _ => Err(Error::out_of_turn()),
        }
    }
}

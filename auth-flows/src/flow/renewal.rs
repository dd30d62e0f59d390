//! Renews one token of one account. The lease is released at the end.
//!
//! ```text
//!   Start ─► Load ─(the stored one is fresh)────────────────────────────────────────► Done
//!             │
//!             ├─ derived: Token(login) ─┐
//!             ▼                         ▼
//!           Lease ◄─(taken: Sleep)─► Load ─(another process renewed)──────────────────► Done
//!             ▲                         │
//!             │                         ▼
//!             │               (Permit) Send ─► Save ──────────────────────────────────► Done
//!             │                         │ derived and 401, a few times: Token(login, newer)
//!             │                         │ derived, and the login token has expired: Token(login)
//!             │                         │ another program replaced the login meanwhile: (Send) Lease or Token
//!             └─────────────────────────┘
//! ```
//!
//! While the lease is taken, the record is read after each sleep: the holder may have renewed.
//!
//! A login token may expire during the wait for a lease or for another try. An expired one is not
//! sent. A refusal just before its expiry does not prove the login invalid: the flow requests the
//! next login token, a few times. So it does after any other refusal: another host may have renewed
//! the login since, and the server may have ended that token, too. A renewal that fails, or finds
//! the lease taken, ends with the stored token if that is still valid.
//!
//! A store that fails costs only what needs it. A refresh token is not sent unless its successor
//! can be saved; every other token can be requested again, and is then used from memory.

mod failures;
mod stored;

use std::{sync::Arc, time::Duration};

use auth_core::{
    Delivery, Error, Event, Flow, Freshness, Now, PermitKind, Response, Service, Step, Token,
    TokenKind, TokenRecord, TokenRequirement, TokenResponse, TransportError, is_loopback,
};

use super::{Next, Remarking, Remarks, lease_backoff::LeaseBackoff, send};
use crate::{
    retry::RENEWAL,
    token::{
        login_source::{LoginSource, RenewalMethod},
        negative_cache::{BRIEF, NegativeCache},
    },
};

/// How many bytes longer than the stored record the next one may be: tokens and scopes grow little
/// from one to the next.
const GROWTH: usize = 4096;

pub(crate) struct Renewal {
    service: Arc<Service>,
    kind: TokenKind,
    requirement: TokenRequirement,
    login_source: Arc<LoginSource>,
    negative_cache: Arc<NegativeCache>,
    /// The token in memory. Unlike the stored one, it has its age by the monotonic clock.
    cached: Option<Arc<Token>>,
    /// The login of the tokens in memory.
    cached_login: Option<u64>,
    state: State,
    login: Option<Arc<Token>>,
    record: TokenRecord,
    lease_backoff: LeaseBackoff,
    failures: u32,
    /// Whether another program has replaced the login before the save.
    was_replaced: bool,
    /// How many login tokens the service rejected, and what it said of the last one.
    rejected: u8,
    refusal: Option<Error>,
    /// How many login tokens expired before the derived token was issued.
    outlived: u32,
    method: RenewalMethod,
    /// Whether there is an unused permit.
    has_permit: bool,
    /// The error that a pause of the service is noted for, or that a request is repeated for.
    error: Option<Error>,
    /// Whether the store cannot be read: nothing may be written over what it holds.
    unread: bool,
    /// Whether the stored token was rejected for good a moment ago, by what the record says.
    is_dead: bool,
    remarks: Remarks,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Peek,
    Login,
    Lease,
    LeaseTaken,
    /// Reads the record before it asks for the lease again: the holder may have renewed.
    Look,
    Load,
    Reserve,
    Permit,
    Sent(Now),
    /// A pause of the service is noted; then this renewal waits and tries again, or fails.
    Noted(Option<Duration>),
    Pause,
    Save,
    Revoke,
    Over,
}

impl Renewal {
    pub(crate) fn new(
        service: Arc<Service>,
        kind: TokenKind,
        requirement: TokenRequirement,
        login_source: Arc<LoginSource>,
        negative_cache: Arc<NegativeCache>,
    ) -> Self {
        Self {
            service,
            kind,
            requirement,
            login_source,
            negative_cache,
            cached: None,
            cached_login: None,
            state: State::Start,
            login: None,
            record: TokenRecord::default(),
            lease_backoff: LeaseBackoff::default(),
            failures: 0,
            was_replaced: false,
            rejected: 0,
            refusal: None,
            outlived: 0,
            method: RenewalMethod::LoginToken,
            has_permit: false,
            error: None,
            unread: false,
            is_dead: false,
            remarks: Remarks::default(),
        }
    }

    fn on_peek(&mut self, now: Now, record: Result<TokenRecord, Error>) -> Next<Arc<Token>> {
        let unread = match record {
            Ok(record) => {
                self.set_record(now, record);
                None
            }
            Err(error) => Some(error),
        };
        if let Some(token) = self.fresh(now) {
            return Ok(Step::Done(token));
        }
        let (kind, requirement) = (self.kind, self.requirement);
        if let Some(error) = self.negative_cache.not_yet(kind, requirement, now) {
            // A login that cannot be renewed any more is the better reason.
            let error = self.known_refusal(now).unwrap_or(error);
            return self.fail(now, error);
        }
        if let Some(error) = self.too_soon(now) {
            return self.fail(now, error);
        }
        if let Some(error) = unread {
            self.unread = true;
            return match self.kind {
                TokenKind::Login => self.on_store_failure(now, error),
                // The login token may be in memory.
                _ => self.get_login(TokenRequirement::Any),
            };
        }
        self.login = self.self_renewing(now);
        match self.kind {
            TokenKind::Login => self.go(State::Lease, Step::Lease),
            // Every other kind is derived from the login.
            _ if self.login.is_none() => self.get_login(TokenRequirement::Any),
            _ => self.go(State::Lease, Step::Lease),
        }
    }

    fn on_login(&mut self, now: Now, login: Result<Arc<Token>, Error>) -> Next<Arc<Token>> {
        match login {
            Ok(login) => {
                self.login = Some(login);
                match self.unread {
                    true => {
                        self.method = RenewalMethod::LoginToken;
                        self.send(now)
                    }
                    false => self.go(State::Lease, Step::Lease),
                }
            }
            Err(error) => self.fail_without_login(now, error),
        }
    }

    /// Continues without a store that fails, where that cannot cost a login. Otherwise fails.
    fn on_store_failure(&mut self, now: Now, error: Error) -> Next<Arc<Token>> {
        let method = match self.kind {
            TokenKind::Login => self.login_source.method(),
            _ => self.login.is_some().then_some(RenewalMethod::LoginToken),
        };
        match method {
            Some(method) => {
                self.method = method;
                self.send(now)
            }
            None => self.fail(now, error),
        }
    }

    fn on_lease(&mut self, now: Now, granted: Result<bool, Error>) -> Next<Arc<Token>> {
        match granted {
            Ok(true) => return self.go(State::Load, Step::Load),
            Ok(false) => {}
            Err(error) => return self.on_store_failure(now, error),
        }
        // The holder may hang: no caller waits while the stored token is valid.
        if let Some(token) = self.last_resort(now) {
            self.remarks.is_old = true;
            return Ok(Step::Done(token));
        }
        match self.lease_backoff.wait(now) {
            Ok(wait) => self.go(State::LeaseTaken, Step::Sleep(wait)),
            Err(error) => self.fail(now, error),
        }
    }

    /// Ends without the lease if its holder has renewed: of many processes that wait, each would
    /// otherwise take it in turn, only to find that.
    fn on_look(&mut self, now: Now, record: Result<TokenRecord, Error>) -> Next<Arc<Token>> {
        if let Ok(record) = record {
            self.set_record(now, record);
            if let Some(token) = self.fresh(now) {
                return Ok(Step::Done(token));
            }
        }
        self.go(State::Lease, Step::Lease)
    }

    fn on_load(&mut self, now: Now, record: Result<TokenRecord, Error>) -> Next<Arc<Token>> {
        let had_login = self.record.token(TokenKind::Login).is_some();
        match record {
            Ok(record) => self.set_record(now, record),
            Err(error) => {
                self.unread = true;
                return self.on_store_failure(now, error);
            }
        }
        if let Some(token) = self.fresh(now) {
            return Ok(Step::Done(token));
        }
        if self.kind != TokenKind::Login && !self.follow_login(had_login, now) {
            return self.fail(now, self.needs_login(now));
        }
        if let Some(error) = self.too_soon(now) {
            return self.fail(now, error);
        }
        match self.choose_method(now) {
            // The server takes this token once, and issues the next one once.
            Ok(method @ RenewalMethod::RefreshToken) => {
                self.method = method;
                let bytes = self.record.to_text().len() + GROWTH;
                self.go(State::Reserve, Step::Reserve(bytes))
            }
            Ok(method) => {
                self.method = method;
                self.send(now)
            }
            Err(error) => self.fail(now, error),
        }
    }

    fn on_reserve(&mut self, now: Now, reserved: Result<(), Error>) -> Next<Arc<Token>> {
        match reserved {
            Ok(()) => self.send(now),
            Err(error) => {
                let help = error.help().unwrap_or("check the store").to_owned();
                let help = format!(
                    "the token was not renewed, because the server issues the next one only once; {help}"
                );
                self.fail(now, error.with_help(help))
            }
        }
    }

    /// Returns whether the login token has expired meanwhile and another one may be requested.
    fn is_outlived(&mut self, now: Now) -> bool {
        let login = self.login.as_ref();
        let ended = login.is_some_and(|login| login.freshness(now) == Freshness::Expired);
        let may = ended && self.outlived < RENEWAL.tries;
        self.outlived += u32::from(may);
        may
    }

    fn send(&mut self, now: Now) -> Next<Arc<Token>> {
        if self.is_outlived(now) {
            return self.get_login(TokenRequirement::Any);
        }
        if let Some(error) = self.negative_cache.get(&self.attempt(), now) {
            return self.on_refusal(now, error);
        }
        let step = send(&*self.message()?)?;
        let limited = self.service.rate_limit().is_some() && !std::mem::take(&mut self.has_permit);
        match &step {
            Step::Send(request, _) if limited && !is_loopback(request.uri()) => {
                self.go(State::Permit, Step::Permit(PermitKind::Token))
            }
            _ => self.go(State::Sent(now), step),
        }
    }

    fn on_permit(&mut self, now: Now, permit: Result<(), Error>) -> Next<Arc<Token>> {
        match permit {
            Ok(()) => {
                self.has_permit = true;
                self.send(now)
            }
            Err(error) => self.fail_for_now(now, error),
        }
    }

    fn on_response(
        &mut self,
        now: Now,
        sent: Now,
        response: Result<Response, TransportError>,
    ) -> Next<Arc<Token>> {
        let repeatable = self.method != RenewalMethod::RefreshToken;
        let error = match response {
            Ok(response) => match self.parse(response) {
                Ok(response) => return self.on_token(sent, response),
                Err(error) if error.is_retryable() && repeatable => return self.retry(now, error),
                Err(error) => error,
            },
            // Not remembered: it is no verdict of the server.
            Err(error) if error.is_misconfigured() => return self.fail(now, error.into()),
            Err(error) if error.delivery() == Delivery::NotSent || repeatable => {
                return self.retry(now, error.into());
            }
            // A request whose response was lost may have used up the refresh token.
            Err(error) => Error::from(error).with_help(
                "the renewal may have reached the server, so it is not repeated blindly; \
                 the next call tries once more, and may find that a new login is needed",
            ),
        };
        let is_definite = self.negative_cache.insert(self.attempt(), &error, now);
        match error.needs_login() {
            true => self.on_refusal(now, error),
            false if is_definite => self.fail(now, error),
            false => self.fail_for_now(now, error),
        }
    }

    fn on_token(&mut self, sent: Now, response: TokenResponse) -> Next<Arc<Token>> {
        self.remarks.quirks = self.remarks.quirks | response.quirks();
        // Also newer than the one in memory, which a store that could not be read does not know.
        let cached = self.cached.as_ref();
        let cached = cached.map_or(0, |cached| cached.generation() + 1);
        let generation = self.record.next_generation(self.kind, sent.wall);
        let generation = generation.max(cached);
        // The refresh token stays valid if the response contains no new one (RFC 6749 section 6).
        let by_refresh = self.method == RenewalMethod::RefreshToken;
        let response = response.or_refresh_token(self.refresh_token().filter(|_| by_refresh));
        let token = Arc::new(response.into_token(sent, generation)?);
        let replaced = self.replaced();
        self.record.set(self.kind, Arc::clone(&token));
        self.record.set_replaced(self.kind, replaced);
        if let (RenewalMethod::LoginToken, Some(login)) = (self.method, &self.login) {
            // It was accepted now.
            self.record.set_rejected(TokenKind::Login, None);
            let (cache, generation) = (&self.negative_cache, login.generation());
            cache.accepted(TokenKind::Login, generation);
        }
        if self.unread {
            self.remarks.is_unstored = true;
            self.state = State::Over;
            return Ok(Step::Done(token));
        }
        let record = self.record.clone();
        self.go(State::Save, Step::Save(record))
    }

    /// Ends with the new token, also if it could not be saved: then it is used from memory.
    fn on_saved(&mut self, now: Now) -> Next<Arc<Token>> {
        let missing = || Error::internal("the record lacks the renewed token");
        let token = self.record.token(self.kind).ok_or_else(missing)?;
        if stored::is_brief(token) {
            self.negative_cache.brief(self.kind, now);
        }
        if token.freshness(now) == Freshness::Expired {
            return Err(self.lasts_no_time(BRIEF));
        }
        if let TokenRequirement::NewerThan(rejected) = self.requirement {
            let new = token.generation();
            self.negative_cache.renewed(self.kind, rejected, new, now);
        }
        Ok(Step::Done(Arc::clone(token)))
    }

    fn get_login(&mut self, requirement: TokenRequirement) -> Next<Arc<Token>> {
        self.go(State::Login, Step::Token(TokenKind::Login, requirement))
    }

    fn go(&mut self, state: State, step: Step<Arc<Token>>) -> Next<Arc<Token>> {
        self.state = state;
        Ok(step)
    }
}

impl Flow for Renewal {
    type Output = Arc<Token>;

    fn step(&mut self, now: Now, event: Event) -> Next<Arc<Token>> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) => self.go(State::Peek, Step::Load),
            (State::Peek, Event::Loaded(record)) => self.on_peek(now, record),
            (State::Login, Event::Token(login)) => self.on_login(now, login),
            (State::Lease, Event::Leased(granted)) => self.on_lease(now, granted),
            (State::LeaseTaken, Event::Slept) => self.go(State::Look, Step::Load),
            (State::Look, Event::Loaded(record)) => self.on_look(now, record),
            (State::Load, Event::Loaded(record)) => self.on_load(now, record),
            (State::Reserve, Event::Reserved(reserved)) => self.on_reserve(now, reserved),
            (State::Sent(sent), Event::Response(response)) => self.on_response(now, sent, response),
            (State::Pause, Event::Slept) => self.send(now),
            (State::Permit, Event::Permitted(permit)) => self.on_permit(now, permit),
            (State::Noted(Some(wait)), Event::Paused) => self.go(State::Pause, Step::Sleep(wait)),
            (State::Noted(None), Event::Paused) => {
                let missing = || Error::internal("the renewal has no error to its pause");
                let error = self.error.take().ok_or_else(missing)?;
                self.fail(now, error)
            }
            (State::Save, Event::Saved(_)) => self.on_saved(now),
            (State::Save, Event::Loaded(record)) => self.on_replaced(now, record?),
            (State::Revoke, Event::Response(response)) => self.on_revoked(now, response),
            _ => Err(Error::unexpected_event()),
        }
    }
}

impl Remarking for Renewal {
    fn take_remarks(&mut self) -> Remarks {
        // A record that could not be read says nothing of the login.
        self.remarks.login = self.record.login_id().filter(|_| !self.unread);
        std::mem::take(&mut self.remarks)
    }

    fn take_retried(&mut self) -> Option<Error> {
        self.error.take()
    }
}

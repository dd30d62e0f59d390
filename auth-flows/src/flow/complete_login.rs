//! Completes a login: turns the user's proof into stored tokens.
//!
//! ```text
//!   Start ─► Lease ─► Load ─► Send ─► Save ─┬─(a login was replaced: Send its revocation)─┬─► Done
//!              ▲ │                          └─────────────────────────────────────────────┘
//!              └─┴ taken: Sleep              if a token is derived: Token(derived), before Done
//! ```
//!
//! The store is read before the proof is used up, because a code is valid once. The login is stored
//! before the derived token is requested: a network failure between the two loses nothing.
//!
//! A person has given a code or allowed a device, so the flow then continues without a store that
//! fails. The login is used from memory, and the error says so. A password can be sent again: it is
//! not sent unless the login can be saved.
//!
//! The login that is replaced is the one before. It is this one if another program has saved a later
//! login, or has logged out, while the save of this one was refused.

use std::sync::Arc;

use auth_core::{
    Delivery, Error, Event, ExposeSecret, Flow, Message, Now, Quirks, Response, RevocationRequest,
    Service, Step, Token, TokenKind, TokenRecord, TokenRequirement, TokenResponse, TransportError,
};

use super::{
    Next, Remarking, Remarks,
    lease_backoff::LeaseBackoff,
    send,
    token_message::{self, LoginProof},
};
use crate::retry::RENEWAL;

/// Bytes to reserve for a token record whose tokens are not known yet.
const ROOM: usize = 16 << 10;

/// The result of a login.
pub(crate) struct LoginOutcome {
    /// What is stored now.
    pub(crate) record: TokenRecord,
    /// Whether that is a later login of another program.
    pub(crate) is_replaced: bool,
}

pub(crate) struct CompleteLogin {
    service: Arc<Service>,
    proof: Option<LoginProof>,
    state: State,
    lease_backoff: LeaseBackoff,
    replaced: Option<Arc<Token>>,
    /// Whether another program has replaced this login.
    is_replaced: bool,
    record: TokenRecord,
    login_alone: bool,
    failures: u32,
    /// Why the login is not saved.
    unsaved: Option<Error>,
    quirks: Quirks,
    /// Why the request is repeated.
    retried: Option<Error>,
    /// Why the login that this one replaced is not revoked.
    not_revoked: Option<Error>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Lease,
    LeaseTaken,
    Load,
    Reserve,
    Sent(Now),
    Pause,
    Save,
    Revoke,
    Derived,
    Over,
}

impl CompleteLogin {
    pub(crate) fn new(service: Arc<Service>, proof: LoginProof) -> Self {
        Self {
            service,
            retried: None,
            quirks: match &proof {
                LoginProof::Code(grant) => grant.quirks(),
                _ => Quirks::default(),
            },
            not_revoked: None,
            proof: Some(proof),
            state: State::Start,
            lease_backoff: LeaseBackoff::default(),
            replaced: None,
            is_replaced: false,
            record: TokenRecord::default(),
            login_alone: false,
            failures: 0,
            unsaved: None,
        }
    }

    /// Leaves out the derived token, for a login during a renewal, which requests it afterwards.
    pub(crate) fn login_alone(mut self) -> Self {
        self.login_alone = true;
        self
    }

    fn on_lease(&mut self, now: Now, granted: Result<bool, Error>) -> Next<LoginOutcome> {
        let wait = match granted {
            Ok(true) => return self.go(State::Load, Step::Load),
            Ok(false) => self.lease_backoff.wait(now),
            Err(error) => Err(error),
        };
        match wait {
            Ok(wait) => self.go(State::LeaseTaken, Step::Sleep(wait)),
            Err(_) if self.is_once() => self.go(State::Load, Step::Load),
            Err(error) => Err(error),
        }
    }

    /// Whether the proof is one that a person cannot give twice.
    fn is_once(&self) -> bool {
        matches!(
            self.proof,
            Some(LoginProof::Code(_) | LoginProof::Device(..))
        )
    }

    fn on_load(&mut self, now: Now, old: TokenRecord) -> Next<LoginOutcome> {
        self.record = old;
        match self.proof.take() {
            Some(LoginProof::Pasted(response)) => self.on_token(TokenKind::Derived, now, response),
            Some(LoginProof::Device(response, sent)) => {
                self.on_token(TokenKind::Login, sent, response)
            }
            Some(proof @ LoginProof::Code(_)) => {
                self.proof = Some(proof);
                self.send(now)
            }
            Some(proof @ LoginProof::Password { .. }) => {
                self.proof = Some(proof);
                self.go(State::Reserve, Step::Reserve(ROOM))
            }
            None => Err(no_proof()),
        }
    }

    fn send(&mut self, now: Now) -> Next<LoginOutcome> {
        let proof = self.proof.as_ref().ok_or_else(no_proof)?;
        let step = send(&token_message::of_login(&self.service, proof, now)?)?;
        self.go(State::Sent(now), step)
    }

    fn on_response(
        &mut self,
        now: Now,
        sent: Now,
        response: Result<Response, TransportError>,
    ) -> Next<LoginOutcome> {
        let proof = self.proof.as_ref().ok_or_else(no_proof)?;
        // A code that may have arrived is used up. A password is as good as before.
        let is_code = matches!(proof, LoginProof::Code(_));
        let message = token_message::of_login(&self.service, proof, sent)?;
        let (error, repeatable) = match response {
            Ok(response) => match message.parse(response) {
                Ok(response) => return self.on_token(TokenKind::Login, sent, response),
                Err(error) => {
                    // After 429 the server did nothing.
                    let unused = error.status() == Some(http::StatusCode::TOO_MANY_REQUESTS);
                    let repeatable = error.is_retryable() && (!is_code || unused);
                    (error, repeatable)
                }
            },
            Err(error) if error.is_misconfigured() => (error.into(), false),
            Err(error) if error.delivery() == Delivery::NotSent => (error.into(), true),
            Err(error) if is_code => {
                let error = Error::from(error).with_help(
                    "nothing was stored; begin a new login, because a code is valid once",
                );
                (error, false)
            }
            Err(error) => (error.into(), true),
        };
        match RENEWAL.next(self.failures, error.retry_after(), now) {
            Some(wait) if repeatable => {
                self.failures += 1;
                self.retried = Some(error);
                self.go(State::Pause, Step::Sleep(wait))
            }
            _ => Err(error),
        }
    }

    /// Replaces both tokens: the stored derived token may belong to another user.
    fn on_token(
        &mut self,
        kind: TokenKind,
        sent: Now,
        response: TokenResponse,
    ) -> Next<LoginOutcome> {
        self.quirks = self.quirks | response.quirks();
        self.replaced = self.record.token(TokenKind::Login).cloned();
        for &kind in TokenKind::ALL {
            self.record.clear(kind);
        }
        let generation = self.record.next_generation(kind, sent.wall);
        let token = Arc::new(response.into_token(sent, generation)?);
        self.record.set(kind, token);
        let record = self.record.clone();
        self.go(State::Save, Step::Save(record))
    }

    /// Revokes the replaced login, now that the new one is stored. A failed revocation does not
    /// fail the login.
    fn on_saved(&mut self, saved: Result<(), Error>) -> Next<LoginOutcome> {
        if let Err(error) = saved {
            self.unsaved = Some(error);
            return self.derive();
        }
        match replaced(&self.service, self.replaced.take(), &self.record) {
            Some(revocation) => self.go(State::Revoke, revocation?),
            None => self.derive(),
        }
    }

    /// Revokes this login, because another program has stored a later one, or has logged out. Its
    /// tokens would stay valid. A failed revocation changes nothing.
    fn on_replaced(&mut self, record: TokenRecord) -> Next<LoginOutcome> {
        let ours = std::mem::replace(&mut self.record, record);
        // Otherwise an earlier save has arrived, and another program has renewed this login.
        self.is_replaced = !is_same_login(&ours, &self.record);
        let old = ours.token(TokenKind::Login).cloned();
        match replaced(
            &self.service,
            old.filter(|_| self.is_replaced),
            &self.record,
        ) {
            Some(revocation) => self.go(State::Revoke, revocation?),
            None => self.on_revoked(),
        }
    }

    /// Ends with what is stored.
    fn on_revoked(&mut self) -> Next<LoginOutcome> {
        if self.record.is_empty() {
            return Err(Error::login_needed(
                "the account has logged out in another program meanwhile",
            ));
        }
        self.derive()
    }

    fn derive(&mut self) -> Next<LoginOutcome> {
        let wanted = self.service.token_derivation().is_some() && !self.login_alone;
        if wanted && self.record.token(TokenKind::Derived).is_none() {
            let step = Step::Token(TokenKind::Derived, TokenRequirement::Any);
            return self.go(State::Derived, step);
        }
        self.finish()
    }

    fn finish(&mut self) -> Next<LoginOutcome> {
        match self.unsaved.take() {
            Some(error) => {
                let help = error.help().unwrap_or("check the store").to_owned();
                Err(error.with_help(format!(
                    "the login itself worked: this program uses it until it ends, and saves it \
                     as soon as that is possible; {help}"
                )))
            }
            None => Ok(Step::Done(LoginOutcome {
                record: self.record.clone(),
                is_replaced: self.is_replaced,
            })),
        }
    }

    /// Ignores a transient failure (the token is derived on first use); returns a refusal.
    fn on_derived(&mut self, token: Result<Arc<Token>, Error>) -> Next<LoginOutcome> {
        match token {
            Ok(token) => self.record.set(TokenKind::Derived, token),
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(error),
        }
        self.finish()
    }

    fn go(&mut self, state: State, step: Step<LoginOutcome>) -> Next<LoginOutcome> {
        self.state = state;
        Ok(step)
    }
}

impl Flow for CompleteLogin {
    type Output = LoginOutcome;

    fn step(&mut self, now: Now, event: Event) -> Next<LoginOutcome> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) | (State::LeaseTaken, Event::Slept) => {
                self.go(State::Lease, Step::Lease)
            }
            (State::Lease, Event::Leased(granted)) => self.on_lease(now, granted),
            // An unreadable record must not prevent a login, which replaces it; the driver reports
            // the error.
            (State::Load, Event::Loaded(old)) => self.on_load(now, old.unwrap_or_default()),
            (State::Reserve, Event::Reserved(reserved)) => {
                reserved?;
                self.send(now)
            }
            (State::Pause, Event::Slept) => self.send(now),
            (State::Sent(sent), Event::Response(response)) => self.on_response(now, sent, response),
            (State::Save, Event::Saved(saved)) => self.on_saved(saved),
            (State::Save, Event::Loaded(record)) => self.on_replaced(record?),
            (State::Revoke, Event::Response(response)) => {
                self.not_revoked = not_revoked(&self.service, response);
                self.on_revoked()
            }
            (State::Derived, Event::Token(token)) => self.on_derived(token),
            _ => Err(Error::unexpected_event()),
        }
    }
}

impl Remarking for CompleteLogin {
    fn take_remarks(&mut self) -> Remarks {
        Remarks {
            quirks: self.quirks,
            not_revoked: self.not_revoked.take(),
            ..Remarks::default()
        }
    }

    fn take_retried(&mut self) -> Option<Error> {
        self.retried.take()
    }

    fn is_login(&self) -> bool {
        true
    }
}

fn no_proof() -> Error {
    Error::internal("the login has no proof")
}

/// Returns the request that revokes a login: its refresh token, or the access token without one.
pub(crate) fn revocation<'a>(service: &'a Service, token: &Token) -> RevocationRequest<'a> {
    match token.refresh_token() {
        Some(refresh) => RevocationRequest::refresh_token(service.client(), refresh.clone()),
        None => RevocationRequest::access_token(service.client(), token.expose_secret()),
    }
}

/// Returns the step that revokes a login which this record replaces. `None` if there is nothing to
/// revoke, or if the server cannot.
pub(crate) fn replaced<T>(
    service: &Service,
    old: Option<Arc<Token>>,
    new: &TokenRecord,
) -> Option<Next<T>> {
    let new = new.token(TokenKind::Login);
    let old = old.filter(|old| !new.is_some_and(|new| same_text(old, new)))?;
    RevocationRequest::is_offered(service.client()).then(|| send(&revocation(service, &old)))
}

/// Returns whether both records are of one login.
fn is_same_login(ours: &TokenRecord, stored: &TokenRecord) -> bool {
    ours.login_id().is_some() && ours.login_id() == stored.login_id()
}

/// Returns the error of a revocation that the server did not confirm.
pub(crate) fn not_revoked(
    service: &Service,
    response: Result<Response, TransportError>,
) -> Option<Error> {
    let parse = |response| RevocationRequest::access_token(service.client(), "").parse(response);
    response.map_err(Error::from).and_then(parse).err()
}

/// Returns whether both are the same token. A server may issue the same token again (Doorkeeper's
/// `reuse_access_token`), and revoking the old one would end the new login.
fn same_text(a: &Token, b: &Token) -> bool {
    fn refresh(token: &Token) -> Option<&str> {
        token.refresh_token().map(ExposeSecret::expose_secret)
    }
    a.expose_secret() == b.expose_secret() && refresh(a) == refresh(b)
}

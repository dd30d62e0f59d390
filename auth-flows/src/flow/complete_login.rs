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

pub(crate) struct CompleteLogin {
    service: Arc<Service>,
    proof: Option<LoginProof>,
    state: State,
    lease_backoff: LeaseBackoff,
    replaced: Option<Arc<Token>>,
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

    fn on_lease(&mut self, now: Now, granted: Result<bool, Error>) -> Next<TokenRecord> {
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

    fn on_load(&mut self, now: Now, old: TokenRecord) -> Next<TokenRecord> {
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

    fn send(&mut self, now: Now) -> Next<TokenRecord> {
        let proof = self.proof.as_ref().ok_or_else(no_proof)?;
        let step = send(&token_message::of_login(&self.service, proof, now)?)?;
        self.go(State::Sent(now), step)
    }

    fn on_response(
        &mut self,
        now: Now,
        sent: Now,
        response: Result<Response, TransportError>,
    ) -> Next<TokenRecord> {
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
    ) -> Next<TokenRecord> {
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
    fn on_saved(&mut self, saved: Result<(), Error>) -> Next<TokenRecord> {
        if let Err(error) = saved {
            self.unsaved = Some(error);
            return self.derive();
        }
        let new = self.record.token(TokenKind::Login);
        let old = self
            .replaced
            .take()
            .filter(|old| !new.is_some_and(|new| same_text(old, new)));
        match old {
            Some(old) if RevocationRequest::is_offered(self.service.client()) => {
                let step = send(&revocation(&self.service, &old))?;
                self.go(State::Revoke, step)
            }
            _ => self.derive(),
        }
    }

    /// Ends with the later login of another program, or with its logout.
    fn on_replaced(&mut self, record: TokenRecord) -> Next<TokenRecord> {
        if record.is_empty() {
            return Err(Error::login_needed(
                "the account has logged out in another program meanwhile",
            ));
        }
        self.record = record;
        self.derive()
    }

    fn derive(&mut self) -> Next<TokenRecord> {
        let wanted = self.service.token_derivation().is_some() && !self.login_alone;
        if wanted && self.record.token(TokenKind::Derived).is_none() {
            let step = Step::Token(TokenKind::Derived, TokenRequirement::Any);
            return self.go(State::Derived, step);
        }
        self.finish()
    }

    fn finish(&mut self) -> Next<TokenRecord> {
        match self.unsaved.take() {
            Some(error) => {
                let help = error.help().unwrap_or("check the store").to_owned();
                Err(error.with_help(format!(
                    "the login itself worked: this program uses it until it ends, and saves it \
                     as soon as that is possible; {help}"
                )))
            }
            None => Ok(Step::Done(self.record.clone())),
        }
    }

    /// Ignores a transient failure (the token is derived on first use); returns a refusal.
    fn on_derived(&mut self, token: Result<Arc<Token>, Error>) -> Next<TokenRecord> {
        match token {
            Ok(token) => self.record.set(TokenKind::Derived, token),
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(error),
        }
        self.finish()
    }

    fn go(&mut self, state: State, step: Step<TokenRecord>) -> Next<TokenRecord> {
        self.state = state;
        Ok(step)
    }
}

impl Flow for CompleteLogin {
    type Output = TokenRecord;

    fn step(&mut self, now: Now, event: Event) -> Next<TokenRecord> {
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
                let client = self.service.client();
                let parse = |response| RevocationRequest::access_token(client, "").parse(response);
                let revoked = response.map_err(Error::from).and_then(parse);
                self.not_revoked = revoked.err();
                self.derive()
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
            dropped: self.not_revoked.take(),
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

/// Returns whether both are the same token. A server may issue the same token again (Doorkeeper's
/// `reuse_access_token`), and revoking the old one would end the new login.
fn same_text(a: &Token, b: &Token) -> bool {
    fn refresh(token: &Token) -> Option<&str> {
        token.refresh_token().map(ExposeSecret::expose_secret)
    }
    a.expose_secret() == b.expose_secret() && refresh(a) == refresh(b)
}

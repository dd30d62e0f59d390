//! Completing a login: the proof that a person gave, made into stored tokens.
//!
//! ```text
//!   Start ─► Lease ─► Load ─► Send ─► Save ─┬─(a login was replaced: Send its revocation)─┬─► Done
//!              ▲ │                          └─────────────────────────────────────────────┘
//!              └─┴ taken: Sleep                 where there is a second token: Token(derived), before Done
//! ```
//!
//! The store is tried before the proof is used up, because a code serves once. The login is stored before the second token is
//! asked for: a network that fails between the two costs nothing.

use std::sync::Arc;

use auth_core::{
    CodeGrant, Error, Event, ExposeSecret, Flow, Message, Now, Response, RevocationRequest,
    SecretText, Service, Step, Token, TokenKind, TokenRecord, TokenRequirement, TokenResponse,
    TransportError,
};

use super::{Next, lease_backoff::LeaseBackoff, send, token_message};

/// What a login is made of.
#[derive(Debug)]
pub(crate) enum LoginProof {
    Code(CodeGrant),
    Password {
        username: Box<str>,
        password: SecretText,
    },
    /// A token that a person allowed on another device, and when it was asked for.
    Device(TokenResponse, Now),
    /// A second token, copied by a person from a page of the service.
    Pasted(TokenResponse),
}

pub(crate) struct CompleteLogin {
    service: Arc<Service>,
    proof: Option<LoginProof>,
    state: State,
    lease_backoff: LeaseBackoff,
    replaced: Option<Arc<Token>>,
    record: TokenRecord,
    login_alone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Lease,
    LeaseTaken,
    Load,
    Sent(Now),
    Save,
    Revoke,
    Derived,
    Over,
}

impl CompleteLogin {
    pub(crate) fn new(service: Arc<Service>, proof: LoginProof) -> Self {
        Self {
            service,
            proof: Some(proof),
            state: State::Start,
            lease_backoff: LeaseBackoff::default(),
            replaced: None,
            record: TokenRecord::default(),
            login_alone: false,
        }
    }

    /// Leaves out the second token: in the middle of a renewal, which gets it afterwards.
    pub(crate) fn login_alone(mut self) -> Self {
        self.login_alone = true;
        self
    }

    fn on_lease(&mut self, now: Now, granted: bool) -> Next<TokenRecord> {
        if granted {
            return self.go(State::Load, Step::Load);
        }
        let wait = self.lease_backoff.wait(now)?;
        self.go(State::LeaseTaken, Step::Sleep(wait))
    }

    fn on_load(&mut self, now: Now, old: TokenRecord) -> Next<TokenRecord> {
        self.record = old;
        match self.proof.take() {
            Some(LoginProof::Pasted(response)) => self.on_token(TokenKind::Derived, now, response),
            Some(LoginProof::Device(response, sent)) => {
                self.on_token(TokenKind::Login, sent, response)
            }
            Some(proof) => {
                let step = send(&token_message::of_login(&self.service, &proof, now)?)?;
                self.proof = Some(proof);
                self.go(State::Sent(now), step)
            }
            None => Err(no_proof()),
        }
    }

    fn on_response(
        &mut self,
        sent: Now,
        response: Result<Response, TransportError>,
    ) -> Next<TokenRecord> {
        let proof = self.proof.take().ok_or_else(no_proof)?;
        let response = response.map_err(|error| match proof {
            LoginProof::Code(_) => Error::from(error)
                .with_help("nothing was stored; begin a new login, because a code serves once"),
            _ => error.into(),
        })?;
        let message = token_message::of_login(&self.service, &proof, sent)?;
        self.on_token(TokenKind::Login, sent, message.parse(response)?)
    }

    /// A new login replaces both tokens: the second one may be another person's.
    fn on_token(
        &mut self,
        kind: TokenKind,
        sent: Now,
        response: TokenResponse,
    ) -> Next<TokenRecord> {
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

    /// The login that was replaced is revoked now that the new one is safe. That it fails is no failure of the login.
    fn on_saved(&mut self) -> Next<TokenRecord> {
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

    fn derive(&mut self) -> Next<TokenRecord> {
        let wanted = self.service.token_derivation().is_some() && !self.login_alone;
        if wanted && self.record.token(TokenKind::Derived).is_none() {
            let step = Step::Token(TokenKind::Derived, TokenRequirement::Any);
            return self.go(State::Derived, step);
        }
        Ok(Step::Done(self.record.clone()))
    }

    /// A second token that could not be got for now will be got when it is needed. One that is refused is told at once.
    fn on_derived(&mut self, token: Result<Arc<Token>, Error>) -> Next<TokenRecord> {
        match token {
            Ok(token) => self.record.set(TokenKind::Derived, token),
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(error),
        }
        Ok(Step::Done(self.record.clone()))
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
            // What cannot be read is no reason to lock a person out: a login replaces it.
            (State::Load, Event::Loaded(old)) => self.on_load(now, old.unwrap_or_default()),
            (State::Sent(sent), Event::Response(response)) => self.on_response(sent, response),
            (State::Save, Event::Saved) => self.on_saved(),
            (State::Revoke, Event::Response(_)) => self.derive(),
            (State::Derived, Event::Token(token)) => self.on_derived(token),
            _ => Err(Error::unexpected_event()),
        }
    }
}

fn no_proof() -> Error {
    Error::internal("the login has no proof")
}

/// Revokes what lets the program come back: the refresh token where there is one.
pub(crate) fn revocation<'a>(service: &'a Service, token: &Token) -> RevocationRequest<'a> {
    match token.refresh_token() {
        Some(refresh) => RevocationRequest::refresh_token(service.client(), refresh.clone()),
        None => RevocationRequest::access_token(service.client(), token.expose_secret()),
    }
}

/// A server may give the same token again (Doorkeeper's `reuse_access_token`): revoking the old would end the new.
fn same_text(a: &Token, b: &Token) -> bool {
    fn refresh(token: &Token) -> Option<&str> {
        token.refresh_token().map(ExposeSecret::expose_secret)
    }
    a.expose_secret() == b.expose_secret() && refresh(a) == refresh(b)
}

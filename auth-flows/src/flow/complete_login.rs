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
    SecretText, Service, Step, Token, TokenKind, TokenRecord, TokenRequest, TokenRequirement,
    TokenResponse, TransportError,
};

use super::lease_backoff::LeaseBackoff;

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
    queue: LeaseBackoff,
    sent: Option<Now>,
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
    Sent,
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
            queue: LeaseBackoff::new(),
            sent: None,
            replaced: None,
            record: TokenRecord::default(),
            login_alone: false,
        }
    }

    /// A login in the middle of a renewal: whoever wants the second token is waiting for this one.
    pub(crate) fn login_alone(mut self) -> Self {
        self.login_alone = true;
        self
    }

    fn leased(&mut self, now: Now, granted: bool) -> Result<Step<TokenRecord>, Error> {
        if granted {
            return self.go(State::Load, Step::Load);
        }
        let wait = self.queue.wait(now)?;
        self.go(State::LeaseTaken, Step::Sleep(wait))
    }

    fn loaded(&mut self, now: Now, old: TokenRecord) -> Result<Step<TokenRecord>, Error> {
        self.record = old;
        self.sent = Some(now);
        match self.proof.take() {
            Some(LoginProof::Pasted(answer)) => self.received(TokenKind::Derived, answer),
            Some(LoginProof::Device(answer, sent)) => {
                self.sent = Some(sent);
                self.received(TokenKind::Login, answer)
            }
            Some(proof) => {
                let message = request(&self.service, &proof)?;
                let step = Step::Send(message.request()?, message.limits());
                self.proof = Some(proof);
                self.go(State::Sent, step)
            }
            None => Err(Error::out_of_turn()),
        }
    }

    fn answered(
        &mut self,
        answer: Result<Response, TransportError>,
    ) -> Result<Step<TokenRecord>, Error> {
        let proof = self.proof.take().ok_or_else(Error::out_of_turn)?;
        let response = answer.map_err(|error| {
            let error = Error::from(error);
            match proof {
                LoginProof::Code(_) => error
                    .with_help("nothing was stored; begin a new login, because a code serves once"),
                _ => error,
            }
        })?;
        let mut message = request(&self.service, &proof)?;
        if let Some(sent) = self.sent {
            message = message.sent_at(sent);
        }
        let answer = message.parse(response)?;
        self.received(TokenKind::Login, answer)
    }

    /// A new login replaces both tokens: the second one may be another person's.
    fn received(
        &mut self,
        kind: TokenKind,
        answer: TokenResponse,
    ) -> Result<Step<TokenRecord>, Error> {
        let sent = self.sent.ok_or_else(Error::out_of_turn)?;
        self.replaced = self.record.token(TokenKind::Login).cloned();
        for &kind in TokenKind::ALL {
            self.record.clear(kind);
        }
        let generation = self.record.next_generation(kind, sent.wall);
        let token = Arc::new(answer.into_token(sent, generation)?);
        self.record.set(kind, token);
        let record = self.record.clone();
        self.go(State::Save, Step::Save(record))
    }

    /// The login that was replaced is revoked now that the new one is safe. That it fails is no failure of the login.
    fn saved(&mut self) -> Result<Step<TokenRecord>, Error> {
        let new = self.record.token(TokenKind::Login);
        let old = self
            .replaced
            .take()
            .filter(|old| !new.is_some_and(|new| same_text(old, new)));
        match old {
            Some(old) if RevocationRequest::is_offered(self.service.client()) => {
                let message = revocation(&self.service, &old);
                let step = Step::Send(message.request()?, message.limits());
                self.go(State::Revoke, step)
            }
            _ => self.derive(),
        }
    }

    fn derive(&mut self) -> Result<Step<TokenRecord>, Error> {
        let wanted = self.service.token_derivation().is_some() && !self.login_alone;
        if wanted && self.record.token(TokenKind::Derived).is_none() {
            return self.go(
                State::Derived,
                Step::Token(TokenKind::Derived, TokenRequirement::Any),
            );
        }
        Ok(Step::Done(self.record.clone()))
    }

    /// A second token that could not be got for now will be got when it is needed. One that is refused is told at once.
    fn derived(&mut self, token: Result<Arc<Token>, Error>) -> Result<Step<TokenRecord>, Error> {
        match token {
            Ok(token) => self.record.set(TokenKind::Derived, token),
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(error),
        }
        Ok(Step::Done(self.record.clone()))
    }

    fn go(&mut self, state: State, step: Step<TokenRecord>) -> Result<Step<TokenRecord>, Error> {
        self.state = state;
        Ok(step)
    }
}

impl Flow for CompleteLogin {
    type Output = TokenRecord;

    fn step(&mut self, now: Now, event: Event) -> Result<Step<TokenRecord>, Error> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) | (State::LeaseTaken, Event::Slept) => {
                self.go(State::Lease, Step::Lease)
            }
            (State::Lease, Event::Leased(granted)) => self.leased(now, granted),
            // What cannot be read is no reason to lock a person out: a login replaces it.
            (State::Load, Event::Loaded(old)) => self.loaded(now, old.unwrap_or_default()),
            (State::Sent, Event::Response(answer)) => self.answered(answer),
            (State::Save, Event::Saved) => self.saved(),
            (State::Revoke, Event::Response(_)) => self.derive(),
            (State::Derived, Event::Token(token)) => self.derived(token),
            _ => Err(Error::out_of_turn()),
        }
    }
}

fn request<'a>(service: &'a Service, proof: &'a LoginProof) -> Result<TokenRequest<'a>, Error> {
    let client = service.client();
    match proof {
        LoginProof::Code(grant) => Ok(TokenRequest::code(client, grant)),
        LoginProof::Password { username, password } => {
            Ok(password_request(service, username, password))
        }
        LoginProof::Device(..) | LoginProof::Pasted(_) => Err(Error::out_of_turn()),
    }
}

/// A token request by user name and password, with the service's scopes.
pub(crate) fn password_request<'a>(
    service: &'a Service,
    username: &'a str,
    password: &'a SecretText,
) -> TokenRequest<'a> {
    let message = TokenRequest::password(service.client(), username, password);
    match service.default_scope() {
        Some(scope) => message.scope(scope),
        None => message,
    }
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

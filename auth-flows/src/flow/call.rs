//! The authorized call: an operation, a token, a response. It sees neither store nor lease.
//!
//! ```text
//!   Start ──► Token ──► Turn ──► Send ──► Done
//!               ▲        ▲        │ 401, once: a token newer than this one
//!               ├────────┼────────┤
//!               │        └────────┤ 429, where the service has a pace: a turn after its pause
//!               └─── Sleep ◄──────┘ failed, and may be repeated
//! ```
//!
//! The token comes before the turn, so that those who waited for a renewal do not all leave at once; a turn that comes so late that
//! the token has ended is kept, and the token got once more.
//!
//! Where the token is optional, a dead one may be answered as if there were none, without an error. So a success that the server
//! dates after the end which the token itself states counts as a 401.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Access, CallPolicy, Delivery, Error, ErrorKind, Event, Flow, Freshness, Message, Now,
    Operation, Response, RetrySafety, Service, Step, Token, TokenRequirement, retry_after,
    server_time, unverified_expiry,
};

use crate::retry::Backoff;

/// One call of an operation.
pub(crate) struct Call<'a, O> {
    service: &'a Service,
    operation: O,
    policy: CallPolicy,
    anonymous: bool,
    state: State,
    token: Option<Arc<Token>>,
    renewed: bool,
    /// It is our turn, and nothing was sent yet.
    has_permit: bool,
    tries: u32,
    backoff: Backoff,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Token,
    Turn,
    Sent,
    Pause,
    Over,
}

/// How often a call is sent at most because of failures.
const TRIES: u32 = 4;

/// A server that asks for a longer wait than this is not waited for here: the caller is told.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

impl<'a, O: Operation> Call<'a, O> {
    /// A call; an anonymous one never has a token.
    pub(crate) fn new(service: &'a Service, operation: O, anonymous: bool) -> Self {
        Self {
            policy: operation.policy(),
            service,
            operation,
            anonymous,
            state: State::Start,
            token: None,
            renewed: false,
            has_permit: false,
            tries: 0,
            backoff: Backoff::new(Duration::from_millis(250), Duration::from_secs(4)),
        }
    }

    fn start(&mut self) -> Result<Step<O::Output>, Error> {
        match self.policy.access() {
            Access::None => self.acquire_permit(None),
            Access::Optional if self.anonymous => self.acquire_permit(None),
            // Whatever else an operation may ask for, it asks for a token.
            _ if self.anonymous => Err(Error::login_needed(
                "this operation needs a login and this client is anonymous",
            )
            .with_help("use `client.account(name)` and log in")),
            _ => self.ask_for(TokenRequirement::Any),
        }
    }

    fn ask_for(&mut self, need: TokenRequirement) -> Result<Step<O::Output>, Error> {
        let kind = self.service.api(self.policy.api())?.token();
        self.state = State::Token;
        Ok(Step::Token(kind, need))
    }

    /// A turn, where the service has a pace and is not on this machine.
    fn acquire_permit(&mut self, pause: Option<Duration>) -> Result<Step<O::Output>, Error> {
        if self.has_permit || !self.is_rate_limited()? {
            return self.send();
        }
        let media = self.policy.limits().is_media();
        self.state = State::Turn;
        Ok(Step::Permit { media, pause })
    }

    fn is_rate_limited(&self) -> Result<bool, Error> {
        let api = self.service.api(self.policy.api())?;
        Ok(self.service.rate_limit().is_some() && !api.base_url().is_loopback())
    }

    fn permitted(&mut self, now: Now) -> Result<Step<O::Output>, Error> {
        self.has_permit = true;
        let ended = |token: &Arc<Token>| token.freshness(now) == Freshness::Expired;
        match self.token.take_if(|token| ended(token)) {
            Some(_) => self.ask_for(TokenRequirement::Any),
            None => self.send(),
        }
    }

    fn send(&mut self) -> Result<Step<O::Output>, Error> {
        self.has_permit = false;
        let bound = self.service.bind(&self.operation, self.token.as_deref())?;
        let request = bound.request()?;
        self.state = State::Sent;
        Ok(Step::Send(request, self.policy.limits()))
    }

    fn answered(&mut self, now: Now, response: Response) -> Result<Step<O::Output>, Error> {
        let refused = self.token.as_ref().map(|token| token.generation());
        let too_late = self.is_past_its_end(&response);
        match (response.status().as_u16(), refused) {
            (200..=299, Some(_)) if too_late && self.renewed => Err(Error::new(
                ErrorKind::Malformed,
                "the server dates its response after the end of the token that it has just given",
            )
            .with_help("try again later: the server's clocks do not agree")),
            (status, Some(generation)) if !self.renewed && (status == 401 || too_late) => {
                self.renewed = true;
                self.ask_for(TokenRequirement::NewerThan(generation))
            }
            (status @ (429 | 502 | 503 | 504), _) if self.may_repeat_after(status) => {
                let wait = self
                    .backoff
                    .next(now)
                    .max(retry_after(response.headers()).unwrap_or_default());
                if wait > LONGEST_WAIT {
                    return self.finish(response);
                }
                if status == 429 && self.is_rate_limited()? {
                    self.tries += 1;
                    return self
                        .acquire_permit(Some(retry_after(response.headers()).unwrap_or_default()));
                }
                self.pause(wait)
            }
            _ => self.finish(response),
        }
    }

    /// Whether the server took the token for dead without saying so: by its own clock the token's stated end had passed. This
    /// machine's clock has no part in it.
    fn is_past_its_end(&self, response: &Response) -> bool {
        let optional = self.policy.access() == Access::Optional && response.status().is_success();
        let ends = |token: &Arc<Token>| unverified_expiry(token.expose_secret());
        let end = self.token.as_ref().filter(|_| optional).and_then(ends);
        end.zip(server_time(response.headers()))
            .is_some_and(|(end, now)| end <= now)
    }

    fn finish(&mut self, response: Response) -> Result<Step<O::Output>, Error> {
        self.state = State::Over;
        let answer = self.operation.parse(response);
        answer.map(Step::Done).map_err(|error| match &self.token {
            Some(token) => token.redact(error),
            None => error,
        })
    }

    /// After 429 nothing was done, so that even a write may be repeated.
    fn may_repeat_after(&self, status: u16) -> bool {
        self.tries + 1 < TRIES && (status == 429 || self.policy.retry() != RetrySafety::IfNotSent)
    }

    fn pause(&mut self, wait: Duration) -> Result<Step<O::Output>, Error> {
        self.tries += 1;
        self.state = State::Pause;
        Ok(Step::Sleep(wait))
    }
}

impl<O: Operation> Flow for Call<'_, O> {
    type Output = O::Output;

    fn step(&mut self, now: Now, event: Event) -> Result<Step<O::Output>, Error> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) => self.start(),
            (State::Token, Event::Token(token)) => {
                self.token = Some(token?);
                self.acquire_permit(None)
            }
            (State::Turn, Event::Permitted(turn)) => {
                turn?;
                self.permitted(now)
            }
            (State::Sent, Event::Response(Ok(response))) => self.answered(now, response),
            (State::Sent, Event::Response(Err(error))) => {
                let may = error.delivery() == Delivery::NotSent
                    || self.policy.retry() != RetrySafety::IfNotSent;
                if may && self.tries + 1 < TRIES {
                    let wait = self.backoff.next(now);
                    return self.pause(wait);
                }
                let arrived = error.delivery() == Delivery::Unknown && !may;
                let error = Error::from(error);
                Err(if arrived {
                    error.with_help("look whether it had its effect before sending it again")
                } else {
                    error
                })
            }
            (State::Pause, Event::Slept) => match &self.token {
                // It may have ended in the meantime.
                Some(token) => {
                    let generation = token.generation();
                    let need = TokenRequirement::NewerThan(generation.saturating_sub(1));
                    self.ask_for(need)
                }
                None => self.acquire_permit(None),
            },
            _ => Err(Error::out_of_turn()),
        }
    }
}

/// What an anonymous client says when a flow asks it for a token after all.
pub(crate) fn nobody() -> Error {
    Error::new(ErrorKind::Usage, "an anonymous client has no account")
        .with_help("use `client.account(name)`")
}

//! The authorized call: an operation, a token, an answer. It sees neither store nor lease.
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
    Access, Error, ErrorKind, Event, Flow, Freshness, Manner, Message, Need, Now, Operation,
    Repeat, Response, Sent, Service, Step, Token, retry_after, server_time, unverified_expiry,
};

use crate::retry::Backoff;

/// One call of an operation.
pub(crate) struct Call<'a, O> {
    service: &'a Service,
    operation: O,
    manner: Manner,
    anonymous: bool,
    state: State,
    token: Option<Arc<Token>>,
    renewed: bool,
    /// It is our turn, and nothing was sent yet.
    turn: bool,
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
            manner: operation.manner(),
            service,
            operation,
            anonymous,
            state: State::Start,
            token: None,
            renewed: false,
            turn: false,
            tries: 0,
            backoff: Backoff::new(Duration::from_millis(250), Duration::from_secs(4)),
        }
    }

    fn start(&mut self) -> Result<Step<O::Output>, Error> {
        match self.manner.access() {
            Access::None => self.take_turn(None),
            Access::Optional if self.anonymous => self.take_turn(None),
            Access::Required if self.anonymous => Err(Error::login_needed(
                "this operation needs a login and this client is anonymous",
            )
            .advice("use `client.account(name)` and log in")),
            Access::Optional | Access::Required => self.ask_for(Need::Any),
        }
    }

    fn ask_for(&mut self, need: Need) -> Result<Step<O::Output>, Error> {
        let kind = self.service.find_api(self.manner.api())?.token();
        self.state = State::Token;
        Ok(Step::Token(kind, need))
    }

    /// A turn, where the service has a pace and is not on this machine.
    fn take_turn(&mut self, pause: Option<Duration>) -> Result<Step<O::Output>, Error> {
        if self.turn || !self.is_paced()? {
            return self.send();
        }
        let media = self.manner.cost().is_media();
        self.state = State::Turn;
        Ok(Step::Turn { media, pause })
    }

    fn is_paced(&self) -> Result<bool, Error> {
        let api = self.service.find_api(self.manner.api())?;
        Ok(self.service.limit().is_some() && !api.base().is_loopback())
    }

    fn turned(&mut self, now: Now) -> Result<Step<O::Output>, Error> {
        self.turn = true;
        let ended = |token: &Arc<Token>| token.freshness(now) == Freshness::Expired;
        match self.token.take_if(|token| ended(token)) {
            Some(_) => self.ask_for(Need::Any),
            None => self.send(),
        }
    }

    fn send(&mut self) -> Result<Step<O::Output>, Error> {
        self.turn = false;
        let bound = self.service.bind(&self.operation, self.token.as_deref())?;
        let request = bound.request()?;
        self.state = State::Sent;
        Ok(Step::Send(request, self.manner.cost()))
    }

    fn answered(&mut self, now: Now, response: Response) -> Result<Step<O::Output>, Error> {
        let refused = self.token.as_ref().map(|token| token.generation());
        let too_late = self.is_past_its_end(&response);
        match (response.status().as_u16(), refused) {
            (200..=299, Some(_)) if too_late && self.renewed => Err(Error::new(
                ErrorKind::Malformed,
                "the server dates its answer after the end of the token that it has just given",
            )
            .advice("try again later: the server's clocks do not agree")),
            (status, Some(generation)) if !self.renewed && (status == 401 || too_late) => {
                self.renewed = true;
                self.ask_for(Need::NewerThan(generation))
            }
            (status @ (429 | 502 | 503 | 504), _) if self.may_repeat_after(status) => {
                let wait = self
                    .backoff
                    .next(now)
                    .max(retry_after(response.headers()).unwrap_or_default());
                if wait > LONGEST_WAIT {
                    return self.finish(response);
                }
                if status == 429 && self.is_paced()? {
                    self.tries += 1;
                    return self
                        .take_turn(Some(retry_after(response.headers()).unwrap_or_default()));
                }
                self.pause(wait)
            }
            _ => self.finish(response),
        }
    }

    /// Whether the server took the token for dead without saying so: by its own clock the token's stated end had passed. This
    /// machine's clock has no part in it.
    fn is_past_its_end(&self, response: &Response) -> bool {
        let optional = self.manner.access() == Access::Optional && response.status().is_success();
        let ends = |token: &Arc<Token>| unverified_expiry(token.expose_secret());
        let end = self.token.as_ref().filter(|_| optional).and_then(ends);
        end.zip(server_time(response.headers()))
            .is_some_and(|(end, now)| end <= now)
    }

    fn finish(&mut self, response: Response) -> Result<Step<O::Output>, Error> {
        self.state = State::Over;
        let answer = self.operation.parse(response);
        answer.map(Step::Done).map_err(|error| match &self.token {
            Some(token) => token.kept_out_of(error),
            None => error,
        })
    }

    /// After 429 nothing was done, so that even a write may be repeated.
    fn may_repeat_after(&self, status: u16) -> bool {
        self.tries + 1 < TRIES && (status == 429 || self.manner.repeats() != Repeat::IfNotSent)
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
                self.take_turn(None)
            }
            (State::Turn, Event::Turned(turn)) => {
                turn?;
                self.turned(now)
            }
            (State::Sent, Event::Answer(Ok(response))) => self.answered(now, response),
            (State::Sent, Event::Answer(Err(error))) => {
                let may = error.sent() == Sent::No || self.manner.repeats() != Repeat::IfNotSent;
                if may && self.tries + 1 < TRIES {
                    let wait = self.backoff.next(now);
                    return self.pause(wait);
                }
                let arrived = error.sent() == Sent::Maybe && !may;
                let error = Error::from(error);
                Err(if arrived {
                    error.advice("look whether it had its effect before sending it again")
                } else {
                    error
                })
            }
            (State::Pause, Event::Slept) => match &self.token {
                // It may have ended in the meantime.
                Some(token) => {
                    let generation = token.generation();
                    let need = Need::NewerThan(generation.saturating_sub(1));
                    self.ask_for(need)
                }
                None => self.take_turn(None),
            },
            _ => Err(Error::out_of_turn()),
        }
    }
}

/// What an anonymous client says when a flow asks it for a token after all.
pub(crate) fn nobody() -> Error {
    Error::new(ErrorKind::Usage, "an anonymous client has no account")
        .advice("use `client.account(name)`")
}

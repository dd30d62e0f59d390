//! The authorized call: an operation, a token, an answer. It sees neither store nor lease.
//!
//! ```text
//!   Start ──► Token ──► Send ──► Done
//!               ▲        │ 401, once: a token newer than this one
//!               └────────┤
//!                        │ failed, and may be repeated: Sleep, then Send again
//! ```

use std::{sync::Arc, time::Duration};

use auth_core::{
    Access, Error, ErrorKind, Event, Flow, Manner, Message, Need, Now, Operation, Repeat, Response,
    Sent, Service, Step, Token, retry_after,
};

use crate::backoff::Backoff;

/// One call of an operation.
pub(crate) struct Call<'a, O> {
    service: &'a Service,
    operation: O,
    manner: Manner,
    anonymous: bool,
    state: State,
    token: Option<Arc<Token>>,
    renewed: bool,
    tries: u32,
    backoff: Backoff,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Token,
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
            tries: 0,
            backoff: Backoff::new(Duration::from_millis(250), Duration::from_secs(4)),
        }
    }

    fn start(&mut self) -> Result<Step<O::Output>, Error> {
        match self.manner.access() {
            Access::None => self.send(),
            Access::Optional if self.anonymous => self.send(),
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

    fn send(&mut self) -> Result<Step<O::Output>, Error> {
        let bound = self.service.bind(&self.operation, self.token.as_deref())?;
        let request = bound.request()?;
        self.state = State::Sent;
        Ok(Step::Send(request, self.manner.cost()))
    }

    fn answered(&mut self, now: Now, response: Response) -> Result<Step<O::Output>, Error> {
        let refused = self.token.as_ref().map(|token| token.generation());
        match (response.status().as_u16(), refused) {
            (401, Some(generation)) if !self.renewed => {
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
                self.pause(wait)
            }
            _ => self.finish(response),
        }
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
                self.send()
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
            (State::Pause, Event::Slept) => self.send(),
            _ => Err(Error::out_of_turn()),
        }
    }
}

/// What an anonymous client says when a flow asks it for a token after all.
pub(crate) fn nobody() -> Error {
    Error::new(ErrorKind::Usage, "an anonymous client has no account")
        .advice("use `client.account(name)`")
}

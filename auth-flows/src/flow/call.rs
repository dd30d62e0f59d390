//! The authorized call: an operation, a token, a response. It sees neither store nor lease.
//!
//! ```text
//!   Start ──► Token ──► Permit ──► Send ──► Done
//!               ▲         ▲         │ 401: a token newer than this one, a few times
//!               ├─────────┼─────────┤
//!               │         └─ Pause ◄┤ 429, with a rate limit: a permit after the pause, or the error
//!               └─── Sleep ◄────────┘ failed, and may be repeated
//! ```
//!
//! The token comes before the permit, so that callers that waited for a renewal do not all send at
//! once. If the token expires before the permit comes, the call keeps the permit and gets a new
//! token.
//!
//! One new token is enough, unless another process replaces it before it is used. A host of a fleet
//! whose clock is wrong may renew at each call, and the server may end the older token. The memory
//! of rejections keeps this from requesting tokens that are of no use.
//!
//! Where the token is optional, a server may treat an expired one as absent and report success. So
//! a success that the server dates after the expiry stated in the token itself counts as a 401.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Access, Delivery, Error, ErrorKind, Event, Flow, Freshness, Message, Now, Operation,
    PermitKind, ResolvedOperation, Response, RetrySafety, Service, Step, Token, TokenKind,
    TokenRequirement, is_transient, retry_after, server_time, unverified_expiry,
};

use super::{Next, Remarking, send};
use crate::retry::CALL;

/// How many tokens one call, or one derivation, asks to be replaced.
pub(super) const MOST_REJECTED: u8 = 3;

/// One call of an operation.
pub(crate) struct Call<'a, O> {
    operation: ResolvedOperation<'a, O>,
    anonymous: bool,
    is_rate_limited: bool,
    state: State,
    token: Option<Arc<Token>>,
    /// How many tokens were rejected.
    rejected: u8,
    /// The response that a further step waits for: a 401 while the token is renewed, a 429 while
    /// the pause is noted.
    response: Option<Response>,
    /// Whether there is an unused permit.
    has_permit: bool,
    failures: u32,
    /// Why a success was of no use and is requested again.
    retried: Option<Error>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Token,
    Permit,
    Noted,
    Sent,
    Pause,
    Over,
}

impl<'a, O: Operation> Call<'a, O> {
    /// Creates a call; an anonymous one never has a token.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the operation belongs to another service.
    pub(crate) fn new(service: &'a Service, operation: O, anonymous: bool) -> Result<Self, Error> {
        let operation = service.resolve(operation)?;
        let on_this_machine = operation.api().base_url().is_loopback();
        Ok(Self {
            operation,
            anonymous,
            is_rate_limited: service.rate_limit().is_some() && !on_this_machine,
            state: State::Start,
            token: None,
            rejected: 0,
            response: None,
            has_permit: false,
            failures: 0,
            retried: None,
        })
    }

    fn start(&mut self) -> Next<O::Output> {
        match (self.operation.policy().access(), self.anonymous) {
            (Access::None, _) | (Access::Optional, true) => self.acquire_permit(),
            // Any other access requires a token.
            (_, true) => Err(Error::login_needed(
                "this operation needs a login and this client is anonymous",
            )
            .with_help("use `client.account(name)` and log in")),
            (_, false) => self.get_token(TokenRequirement::Any),
        }
    }

    fn get_token(&mut self, requirement: TokenRequirement) -> Next<O::Output> {
        self.state = State::Token;
        Ok(Step::Token(self.operation.api().token(), requirement))
    }

    /// Waits for a permit, where the service has a rate limit and is not on this machine.
    fn acquire_permit(&mut self) -> Next<O::Output> {
        if self.has_permit || !self.is_rate_limited {
            return self.send();
        }
        self.state = State::Permit;
        Ok(Step::Permit(
            match self.operation.policy().limits().is_media() {
                true => PermitKind::Media,
                false => PermitKind::Call,
            },
        ))
    }

    fn on_permit(&mut self, now: Now) -> Next<O::Output> {
        self.has_permit = true;
        let ended = |token: &Arc<Token>| token.freshness(now) == Freshness::Expired;
        match self.token.take_if(|token| ended(token)) {
            Some(_) => self.get_token(TokenRequirement::Any),
            None => self.send(),
        }
    }

    fn send(&mut self) -> Next<O::Output> {
        self.has_permit = false;
        let step = send(&self.operation.bind(self.token.as_deref())?)?;
        self.state = State::Sent;
        Ok(step)
    }

    fn on_response(&mut self, now: Now, response: Response) -> Next<O::Output> {
        let too_late = self.is_past_its_end(&response);
        match (response.status().as_u16(), self.generation()) {
            (200..=299, Some(_)) if too_late && self.rejected > 0 => Err(Error::new(
                ErrorKind::Malformed,
                "server clock is past the expiry of the token it just issued",
            )
            .with_help("try again later; the clocks of the service's servers disagree")),
            (status, Some(generation))
                if too_late || (status == 401 && self.rejected < MOST_REJECTED) =>
            {
                self.rejected += 1;
                self.response = Some(response).filter(|_| status == 401);
                // One that expired on its way is renewed like any expired one, however new it is.
                let token = self.token.as_ref();
                match token.is_some_and(|token| token.freshness(now) == Freshness::Expired) {
                    true => self.get_token(TokenRequirement::Any),
                    false => self.get_token(TokenRequirement::NewerThan(generation)),
                }
            }
            // A token that was obtained for this call is rejected as well.
            (401, Some(_)) => self.finish_rejected(response),
            // Noted in any case: the pause is for all callers, also if this one gets the error.
            (429, _) if self.is_rate_limited => {
                let pause = retry_after(response.headers());
                self.response = Some(response);
                self.state = State::Noted;
                Ok(Step::Pause(pause))
            }
            // After 429 the server did nothing, so even a write may be repeated.
            (status, _)
                if status == 429 || (is_transient(response.status()) && self.is_repeatable()) =>
            {
                match CALL.next(self.failures, retry_after(response.headers()), now) {
                    Some(wait) => self.pause(wait),
                    None => self.finish(response),
                }
            }
            _ => match self.finish(response) {
                // A success that ended too early.
                Err(error) if error.is_retryable() && self.is_repeatable() => {
                    match CALL.next(self.failures, error.retry_after(), now) {
                        Some(wait) => {
                            self.retried = Some(error);
                            self.pause(wait)
                        }
                        None => Err(error),
                    }
                }
                finished => finished,
            },
        }
    }

    fn on_pause(&mut self, now: Now) -> Next<O::Output> {
        let missing = || Error::internal("the call has no response to its pause");
        let response = self.response.take().ok_or_else(missing)?;
        match CALL.next(self.failures, retry_after(response.headers()), now) {
            // The permit comes after the pause.
            Some(_) => {
                self.failures += 1;
                self.acquire_permit()
            }
            None => self.finish(response),
        }
    }

    fn on_token(&mut self, token: Result<Arc<Token>, Error>) -> Next<O::Output> {
        match (token, self.response.take()) {
            (Ok(token), _) => {
                self.token = Some(token);
                self.acquire_permit()
            }
            // No renewal: the token was obtained moments ago because of a 401. The service's own
            // message says more than that.
            (Err(error), Some(response)) if is_new_token_rejected(&error) => {
                self.finish_rejected(response)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Ends with the service's own error, and says that a new token did not help.
    fn finish_rejected(&mut self, response: Response) -> Next<O::Output> {
        self.finish(response).map_err(|error| {
            let help = error.help().unwrap_or("log in again").to_owned();
            error.with_help(format!("a new token was rejected, too; {help}"))
        })
    }

    /// Returns whether the server ignored the token as expired: by the server's clock the expiry
    /// stated in the token had passed. This machine's clock is not used.
    fn is_past_its_end(&self, response: &Response) -> bool {
        let access = self.operation.policy().access();
        let optional = access == Access::Optional && response.status().is_success();
        let ends = |token: &Arc<Token>| unverified_expiry(token.expose_secret());
        let end = self.token.as_ref().filter(|_| optional).and_then(ends);
        end.is_some_and(|end| server_time(response.headers()).is_some_and(|now| end <= now))
    }

    fn finish(&mut self, response: Response) -> Next<O::Output> {
        self.state = State::Over;
        let message = self.operation.bind(self.token.as_deref())?;
        message.parse(response).map(Step::Done)
    }

    /// Returns the kind and the generation of the token that the API accepted, if the call is over.
    #[inline]
    pub(crate) fn accepted(&self) -> Option<(TokenKind, u64)> {
        Some((self.operation.api().token(), self.generation()?))
    }

    fn generation(&self) -> Option<u64> {
        self.token.as_ref().map(|token| token.generation())
    }

    /// Returns whether a request that may have arrived may be sent again.
    fn is_repeatable(&self) -> bool {
        matches!(
            self.operation.policy().retry(),
            RetrySafety::Safe | RetrySafety::Idempotent
        )
    }

    fn pause(&mut self, wait: Duration) -> Next<O::Output> {
        self.failures += 1;
        self.state = State::Pause;
        Ok(Step::Sleep(wait))
    }
}

impl<O: Operation> Remarking for Call<'_, O> {
    fn take_retried(&mut self) -> Option<Error> {
        self.retried.take()
    }
}

impl<O: Operation> Flow for Call<'_, O> {
    type Output = O::Output;

    fn step(&mut self, now: Now, event: Event) -> Next<O::Output> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) => self.start(),
            (State::Token, Event::Token(token)) => self.on_token(token),
            (State::Noted, Event::Paused) => self.on_pause(now),
            (State::Permit, Event::Permitted(permit)) => {
                permit?;
                self.on_permit(now)
            }
            (State::Sent, Event::Response(Ok(response))) => self.on_response(now, response),
            (State::Sent, Event::Response(Err(error))) => {
                if error.is_misconfigured() {
                    return Err(error.into());
                }
                let repeatable = error.delivery() == Delivery::NotSent || self.is_repeatable();
                // A response that got stuck: the same limit would end it at the same place, after
                // as many bytes again.
                let got_stuck = error.is_timed_out() && error.received() > 0;
                match CALL.next(self.failures, None, now) {
                    Some(wait) if repeatable && !got_stuck => self.pause(wait),
                    _ if repeatable => Err(error.into()),
                    _ => Err(Error::from(error)
                        .with_help("check whether it took effect before sending it again")),
                }
            }
            (State::Pause, Event::Slept) => match self.generation() {
                // The token may have expired during the pause.
                Some(used) => self.get_token(TokenRequirement::NewerThan(used.saturating_sub(1))),
                None => self.acquire_permit(),
            },
            _ => Err(Error::unexpected_event()),
        }
    }
}

/// Whether this is what the negative cache says of a token that was rejected although it was new.
pub(super) fn is_new_token_rejected(error: &Error) -> bool {
    error.kind() == ErrorKind::Refused && error.status() == Some(http::StatusCode::UNAUTHORIZED)
}

/// Returns the error of an anonymous client whose flow requested a token.
pub(crate) fn no_account() -> Error {
    Error::new(ErrorKind::Usage, "an anonymous client has no account")
        .with_help("use `client.account(name)`")
}

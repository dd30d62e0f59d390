//! A login on another device (RFC 8628): requests a code to show, then polls the server until the
//! user has decided.
//!
//! ```text
//!   Begin:  Start ─► Send ─► Done(codes)
//!                      ▲ │
//!                Sleep └─┴ failed for now: a few tries
//!
//!   Poll:   Start ─► Sleep ─► Send ─► Done(token response)
//!                      ▲       │
//!                      └───────┘ no definite response yet: wait, while the code is valid
//! ```
//!
//! Neither holds the lease, because a user takes minutes.
//! [`CompleteLogin`](super::complete_login::CompleteLogin) takes it and stores the token.

use std::time::Duration;

use auth_core::{
    DeviceAuthorizationRequest, DeviceAuthorizationResponse, Error, ErrorKind, Event, Flow,
    Message, Now, Quirks, Response, Service, Step, TokenRequest, TokenResponse, TransportError,
};

use super::{Next, Remarking, Remarks, send};
use crate::retry::RENEWAL;

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Pause,
    Sent(Now),
    Over,
}

/// Requests the codes, with the service's scopes. Ends with them and the moment from which their
/// lifetime counts.
pub(crate) struct Begin<'a> {
    service: &'a Service,
    state: State,
    failures: u32,
    quirks: Quirks,
    /// Why the request is repeated.
    retried: Option<Error>,
}

impl<'a> Begin<'a> {
    pub(crate) fn new(service: &'a Service) -> Self {
        Self {
            service,
            state: State::Start,
            failures: 0,
            quirks: Quirks::default(),
            retried: None,
        }
    }

    /// Repeats the request after a failure that may go away: codes that were not received expire
    /// unused.
    #[inline]
    fn on_response(
        &mut self,
        now: Now,
        sent: Now,
        response: Result<Response, TransportError>,
    ) -> Next<(DeviceAuthorizationResponse, Now)> {
        let response = response
            .map_err(Error::from)
            .and_then(|response| self.message().parse(response));
        match response {
            Ok(device) => {
                self.quirks = device.quirks();
                Ok(Step::Done((device, sent)))
            }
            Err(error) => match RENEWAL.next(self.failures, error.retry_after(), now) {
                Some(wait) if error.is_retryable() => {
                    self.failures += 1;
                    self.retried = Some(error);
                    self.state = State::Pause;
                    Ok(Step::Sleep(wait))
                }
                _ => Err(error),
            },
        }
    }

    #[inline]
    fn message(&self) -> DeviceAuthorizationRequest<'a> {
        let message = DeviceAuthorizationRequest::new(self.service.client());
        match self.service.default_scope() {
            Some(scope) => message.scope(scope),
            None => message,
        }
    }
}

impl Flow for Begin<'_> {
    type Output = (DeviceAuthorizationResponse, Now);

    #[inline]
    fn step(&mut self, now: Now, event: Event) -> Next<Self::Output> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) | (State::Pause, Event::Slept) => {
                self.state = State::Sent(now);
                send(&self.message())
            }
            (State::Sent(sent), Event::Response(response)) => self.on_response(now, sent, response),
            _ => Err(Error::unexpected_event()),
        }
    }
}

impl Remarking for Begin<'_> {
    #[inline]
    fn take_remarks(&mut self) -> Remarks {
        Remarks {
            quirks: self.quirks,
            ..Remarks::default()
        }
    }

    #[inline]
    fn take_retried(&mut self) -> Option<Error> {
        self.retried.take()
    }
}

/// Polls until the user has decided or the code has expired. Ends with the token response and the
/// moment of its request.
pub(crate) struct Poll<'a> {
    service: &'a Service,
    device: DeviceAuthorizationResponse,
    began: Now,
    state: State,
}

impl<'a> Poll<'a> {
    pub(crate) fn new(
        service: &'a Service,
        device: DeviceAuthorizationResponse,
        began: Now,
    ) -> Self {
        Self {
            service,
            device,
            began,
            state: State::Start,
        }
    }

    #[inline]
    fn message(&self) -> TokenRequest<'_> {
        TokenRequest::device(self.service.client(), &self.device)
    }

    /// Waits; fails if the code expires before that.
    #[inline]
    fn pause(&mut self, now: Now, wait: Duration) -> Next<(TokenResponse, Now)> {
        let age = now.monotonic.saturating_sub(self.began.monotonic);
        if age.saturating_add(wait) >= self.device.lifetime() {
            return Err(
                Error::new(ErrorKind::TimedOut, "device code expired before the login")
                    .with_help("begin a new login"),
            );
        }
        self.state = State::Pause;
        Ok(Step::Sleep(wait))
    }

    #[inline]
    fn send(&mut self, now: Now) -> Next<(TokenResponse, Now)> {
        self.state = State::Sent(now);
        send(&self.message())
    }

    #[inline]
    fn on_response(
        &mut self,
        now: Now,
        sent: Now,
        response: Result<Response, TransportError>,
    ) -> Next<(TokenResponse, Now)> {
        let response = response
            .map_err(Error::from)
            .and_then(|response| self.message().parse(response));
        match response {
            Ok(response) => Ok(Step::Done((response, sent))),
            Err(error) => match self.device.next_poll(&error) {
                // The last failure says why no answer of the server came through.
                Some(wait) => self.pause(now, wait).map_err(|late| match error.oauth() {
                    None => late.with_source(error),
                    Some(_) => late,
                }),
                None => Err(error),
            },
        }
    }
}

impl Flow for Poll<'_> {
    type Output = (TokenResponse, Now);

    #[inline]
    fn step(&mut self, now: Now, event: Event) -> Next<Self::Output> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) => self.pause(now, self.device.interval()),
            (State::Pause, Event::Slept) => self.send(now),
            (State::Sent(sent), Event::Response(response)) => self.on_response(now, sent, response),
            _ => Err(Error::unexpected_event()),
        }
    }
}

/// The quirks of its response are those of the login that it completes.
impl Remarking for Poll<'_> {}

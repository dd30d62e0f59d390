//! A login on another device (RFC 8628): a code is asked for and shown, then the server is asked until the person answered.
//!
//! ```text
//!   Begin:  Start ─► Send ─► Done(codes)
//!
//!   Poll:   Start ─► Sleep ─► Send ─► Done(token response)
//!                      ▲       │
//!                      └───────┘ not yet, slower, or no response: wait, as long as the code is good
//! ```
//!
//! Neither holds the lease: a person takes minutes. [`CompleteLogin`](super::complete_login::CompleteLogin) takes it,
//! and stores the token.

use std::time::Duration;

use auth_core::{
    DeviceAuthorizationRequest, DeviceAuthorizationResponse, Error, ErrorKind, Event, Flow,
    Message, Now, Response, Service, Step, TokenRequest, TokenResponse, TransportError,
};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// Asks for the codes, with the service's scopes. Ends with them and the moment from which their life counts.
pub(crate) struct Begin<'a> {
    service: &'a Service,
    sent: Option<Now>,
    over: bool,
}

impl<'a> Begin<'a> {
    pub(crate) fn new(service: &'a Service) -> Self {
        Self {
            service,
            sent: None,
            over: false,
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
    fn step(&mut self, now: Now, event: Event) -> Result<Step<Self::Output>, Error> {
        if std::mem::replace(&mut self.over, true) {
            return Err(Error::out_of_turn());
        }
        match (self.sent, event) {
            (None, Event::Start) => {
                let message = self.message();
                let step = Step::Send(message.request()?, message.limits());
                (self.sent, self.over) = (Some(now), false);
                Ok(step)
            }
            (Some(sent), Event::Response(answer)) => {
                let device = self.message().parse(answer?)?;
                Ok(Step::Done((device, sent)))
            }
            _ => Err(Error::out_of_turn()),
        }
    }
}

/// Asks until the person has answered, or the code is no longer good. Ends with the token answer and when it was asked for.
pub(crate) struct Poll<'a> {
    service: &'a Service,
    device: DeviceAuthorizationResponse,
    began: Now,
    sent: Now,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Pause,
    Sent,
    Over,
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
            sent: began,
            state: State::Start,
        }
    }

    /// Waits, unless the code is no longer good after that.
    #[inline]
    fn pause(&mut self, now: Now, wait: Duration) -> Result<Step<(TokenResponse, Now)>, Error> {
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
    fn send(&mut self, now: Now) -> Result<Step<(TokenResponse, Now)>, Error> {
        let message = TokenRequest::device(self.service.client(), &self.device);
        let step = Step::Send(message.request()?, message.limits());
        (self.sent, self.state) = (now, State::Sent);
        Ok(step)
    }

    #[inline]
    fn answered(
        &mut self,
        now: Now,
        answer: Result<Response, TransportError>,
    ) -> Result<Step<(TokenResponse, Now)>, Error> {
        let message = TokenRequest::device(self.service.client(), &self.device);
        let answer = answer
            .map_err(Error::from)
            .and_then(|response| message.parse(response));
        match answer {
            Ok(answer) => Ok(Step::Done((answer, self.sent))),
            Err(error) => match self.device.next_poll(&error) {
                Some(wait) => self.pause(now, wait),
                None => Err(error),
            },
        }
    }
}

impl Flow for Poll<'_> {
    type Output = (TokenResponse, Now);

    #[inline]
    fn step(&mut self, now: Now, event: Event) -> Result<Step<Self::Output>, Error> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) => self.pause(now, self.device.interval()),
            (State::Pause, Event::Slept) => self.send(now),
            (State::Sent, Event::Response(answer)) => self.answered(now, answer),
            _ => Err(Error::out_of_turn()),
        }
    }
}

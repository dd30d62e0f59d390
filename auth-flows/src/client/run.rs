//! What a driver notes while it runs one flow, for events.

use std::time::Duration;

use auth_core::{BoxFuture, Error, Event, TokenKind};
use http::StatusCode;

use super::{lease_wait::LeaseWait, stored::Stored, trace::Span};
use crate::login::canceller::Canceller;

/// What a driver notes while it runs one flow.
#[derive(Default)]
pub(super) struct Run {
    pub(super) span: Span,
    /// How many requests it sent.
    pub(super) requests: u32,
    pub(super) last: Last,
    pub(super) reported_lease: bool,
    pub(super) polls: bool,
    lease_wait: LeaseWait,
    /// Each permit must be one without a wait.
    pub(super) at_once: bool,
    /// There was no such permit.
    pub(super) no_room: bool,
    /// Ends the flow before its next request, and its waits.
    canceller: Option<Canceller>,
}

/// What a sleep, or the end, follows.
#[derive(Default)]
pub(super) enum Last {
    #[default]
    Start,
    LeaseTaken,
    /// Of the login, for a flow that derives a token with it.
    NoToken,
    Response(StatusCode),
    NoResponse(Error),
}

impl Run {
    pub(super) fn new(span: &Span) -> Self {
        Self {
            span: span.clone(),
            ..Self::default()
        }
    }

    /// A flow that polls the server until the user has logged in on another device.
    pub(super) fn polling() -> Self {
        Self {
            polls: true,
            ..Self::default()
        }
    }

    /// Returns how long a sleep of this flow lasts, and what ends it sooner.
    pub(super) fn begin_sleep(
        &mut self,
        wait: Duration,
        stored: impl FnOnce() -> Result<Stored, Error>,
    ) -> Result<(Duration, Option<BoxFuture<'static, ()>>), Error> {
        match self.last {
            Last::LeaseTaken => Ok(self.lease_wait.begin(&stored()?, wait)),
            _ => Ok((wait, None)),
        }
    }

    /// Notes the end of a sleep.
    pub(super) fn end_sleep(
        &mut self,
        stored: impl FnOnce() -> Result<Stored, Error>,
    ) -> Result<(), Error> {
        if let Last::LeaseTaken = self.last {
            self.lease_wait.end(&stored()?);
        }
        Ok(())
    }

    /// A call that no caller waits for yet. It is sent, and sent again, only if the rate limit has
    /// room at once.
    #[inline]
    pub(super) fn ahead(span: &Span) -> Self {
        Self {
            at_once: true,
            ..Self::new(span)
        }
    }

    /// Lets this canceller end the flow before its next request.
    #[inline]
    pub(super) fn until(mut self, canceller: &Canceller) -> Self {
        self.canceller = Some(canceller.clone());
        self
    }

    pub(super) fn canceller(&self) -> Option<&Canceller> {
        self.canceller.as_ref()
    }

    /// Ends a call that was made [`ahead`](Self::ahead). `None` if the rate limit had no room.
    #[inline]
    pub(super) fn end<T>(self, result: Result<T, Error>) -> Option<Result<T, Error>> {
        (!self.no_room).then(|| {
            self.span.end(&result);
            result
        })
    }

    /// Notes the result of a step.
    pub(super) fn note(&mut self, event: &Event) {
        self.last = match event {
            Event::Leased(Ok(false)) => Last::LeaseTaken,
            Event::Token(Err(_)) => Last::NoToken,
            Event::Response(response) => {
                self.requests += 1;
                match response {
                    Ok(response) => Last::Response(response.status()),
                    Err(error) => Last::NoResponse(error.clone().into()),
                }
            }
            _ => return,
        };
    }

    /// Returns the token that has failed first, if this failed with it.
    pub(super) fn cause(&self) -> Option<TokenKind> {
        matches!(self.last, Last::NoToken).then_some(TokenKind::Login)
    }
}

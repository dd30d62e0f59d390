//! The loop that every flow of an async client runs in, step by step.
//!
//! A call makes its future, moves it and drops it. So the future holds no more than sending
//! requires, and a step that waits for anything else has a box of its own.

use std::{mem, sync::Arc, time::Duration};

use auth_core::{
    BoxFuture, Error, Event, Limits, PermitKind, Request, Response, Step, Token, TokenKind,
    TokenRecord, TokenRequirement, TransportError,
};
use http::Uri;

use super::{AsyncSession, host::Host};
use crate::{
    client::{
        Common,
        event::WaitReason,
        media, named,
        run::Run,
        stored::{FlowLease, Stored},
    },
    clock,
    flow::Remarking,
    rate_limit::MAX_LATE,
    sync::{
        park::within,
        semaphore::{Semaphore, SemaphorePermit},
    },
    token::account::Account,
};

/// Runs one flow.
pub(super) struct Runner<'a> {
    session: &'a AsyncSession,
    flow: &'a mut (dyn Remarking<Output = ()> + Send),
    run: &'a mut Run,
    lease: &'a mut FlowLease,
    /// The semaphore of renewals, if the flow is one. It holds a permit, except while it waits.
    semaphore: Option<&'a Arc<Semaphore>>,
    semaphore_permit: Option<SemaphorePermit>,
}

/// What the next event requires.
enum Next<'a> {
    Response(BoxFuture<'a, Result<Response, TransportError>>),
    /// It is at hand.
    Token(Arc<Token>),
    Event(BoxFuture<'a, Result<Event, Error>>),
    End,
}

/// What remains of a request until its response.
struct Sent {
    url: Uri,
    limits: Limits,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        session: &'a AsyncSession,
        flow: &'a mut (dyn Remarking<Output = ()> + Send),
        run: &'a mut Run,
        lease: &'a mut FlowLease,
        semaphore: Option<&'a Arc<Semaphore>>,
    ) -> Self {
        Self {
            session,
            flow,
            run,
            lease,
            semaphore,
            semaphore_permit: None,
        }
    }

    /// Runs the flow step by step to its end.
    pub(super) async fn drive(mut self) -> Result<(), Error> {
        self.acquire().await;
        let mut event = Event::Start;
        loop {
            let mut sent = None;
            let response = match self.step(event, &mut sent)? {
                Next::Response(response) => response,
                Next::Token(token) => {
                    event = Event::Token(Ok(token));
                    continue;
                }
                Next::Event(next) => {
                    event = next.await?;
                    continue;
                }
                Next::End => return Ok(()),
            };
            let response = response.await;
            event = self.received(response, sent);
        }
    }

    /// Begins the next step. In an `async fn` all that it moves would be a part of the future.
    fn step<'b>(&'b mut self, event: Event, sent: &'b mut Option<Sent>) -> Result<Next<'b>, Error> {
        self.run.note(&event);
        Ok(Next::Event(match self.flow.step(clock::now(), event)? {
            Step::Send(request, limits) => {
                if !limits.is_media() && !self.must_confirm()? {
                    let sent = sent.insert(Sent {
                        url: request.uri().clone(),
                        limits,
                    });
                    return Ok(Next::Response(self.send(request, &sent.limits)));
                }
                Box::pin(self.send_in_steps(request, limits))
            }
            Step::Token(kind, requirement) => {
                let session = self.session;
                let requirement = session.identity.note_rejected(kind, requirement);
                let holds_none = self.semaphore.is_none() && self.lease.get().is_none();
                let token = session.at_hand(kind, requirement);
                if let Some(token) = token.filter(|_| holds_none) {
                    return Ok(Next::Token(token));
                }
                Box::pin(self.token(kind, requirement))
            }
            Step::Pause(pause) => Box::pin(self.pause(pause)),
            Step::Permit(kind) => Box::pin(self.permit(kind)),
            Step::Sleep(wait) => Box::pin(self.sleep(wait)),
            Step::Lease => Box::pin(self.take_lease()),
            Step::Load => Box::pin(self.load()),
            Step::Reserve(bytes) => Box::pin(self.reserve(bytes)),
            Step::Save(record) => Box::pin(self.save(record)),
            Step::Done(()) => return Ok(Next::End),
        }))
    }

    fn send<'b>(
        &'b self,
        mut request: Request,
        limits: &'b Limits,
    ) -> BoxFuture<'b, Result<Response, TransportError>> {
        let common = &self.session.client.0;
        common.sign(&mut request);
        self.run.span.request(&request);
        common.host.transport.send(request, limits)
    }

    fn received(&self, response: Result<Response, TransportError>, sent: Option<Sent>) -> Event {
        self.run.span.response(&response);
        Event::Response(match sent {
            Some(sent) => named(response, &sent.url),
            None => response,
        })
    }

    /// Sends a request whose lease must be confirmed before, or whose response counts afterwards.
    async fn send_in_steps(&mut self, request: Request, limits: Limits) -> Result<Event, Error> {
        if self.must_confirm()? {
            let (stored, held) = (self.stored()?, mem::take(self.lease));
            let job = move || Ok((stored.confirm(&held, &limits), held));
            let (confirmed, held) = self.session.client.offload(job).await?;
            *self.lease = held;
            confirmed?;
        }
        let url = request.uri().clone();
        let response = self.send(request, &limits).await;
        let bytes = media(&limits, &response);
        let event = self.received(response, Some(Sent { url, limits }));
        if let Some(bytes) = bytes {
            let (common, account) = self.shared();
            let job = move || {
                common.count(account.as_deref(), bytes);
                Ok(())
            };
            self.session.client.offload(job).await?;
        }
        Ok(event)
    }

    /// Waits for a permit of the rate limit, and for another one if it was used too late.
    async fn permit(&mut self, kind: PermitKind) -> Result<Event, Error> {
        let at_once = self.run.at_once;
        for _ in 0..MAX_LATE {
            let (common, account) = self.shared();
            let job = move || common.permit(account.as_deref(), kind, at_once);
            let permit = self.session.client.offload(job).await;
            self.run.no_room = at_once && permit.is_err();
            let permit = match permit {
                Ok(permit) => permit,
                Err(error) => return Ok(Event::Permitted(Err(error))),
            };
            let (common, wait) = (&self.session.client.0, permit.wait());
            common.waiting(&self.session.identity, WaitReason::RateLimit, wait);
            common.host.runtime.sleep(wait).await;
            if !permit.is_late() {
                break;
            }
        }
        Ok(Event::Permitted(Ok(())))
    }

    async fn pause(&mut self, pause: Option<Duration>) -> Result<Event, Error> {
        let (common, account) = self.shared();
        let job = move || {
            common.pause(account.as_deref(), pause);
            Ok(())
        };
        self.session.client.offload(job).await?;
        Ok(Event::Paused)
    }

    async fn sleep(&mut self, wait: Duration) -> Result<Event, Error> {
        drop(self.semaphore_permit.take());
        let (common, identity) = (&self.session.client.0, &self.session.identity);
        let retried = self.flow.take_retried();
        common.sleeping(identity, self.run, wait, retried);
        let stored = || common.stored(identity);
        let (wait, change) = self.run.begin_sleep(wait, stored)?;
        let sleep = common.host.runtime.sleep(wait);
        match (&identity.canceller, change) {
            (Some(canceller), _) => canceller.during(sleep).await?,
            (None, Some(change)) => drop(within(change, sleep).await),
            (None, None) => sleep.await,
        }
        self.run.end_sleep(stored)?;
        self.acquire().await;
        Ok(Event::Slept)
    }

    async fn token(
        &mut self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Result<Event, Error> {
        self.session.release(self.lease).await;
        drop(self.semaphore_permit.take());
        let token = self.session.get(kind, requirement).await;
        self.acquire().await;
        Ok(Event::Token(token))
    }

    async fn take_lease(&mut self) -> Result<Event, Error> {
        let stored = self.stored()?;
        let taken = self
            .session
            .client
            .offload(move || stored.try_lease())
            .await;
        Ok(Event::Leased(taken.map(|taken| {
            *self.lease = taken;
            self.lease.get().is_some()
        })))
    }

    // Each of these jobs owns the lease while it runs, so that a dropped caller cannot release it.

    async fn load(&mut self) -> Result<Event, Error> {
        let (stored, mut held) = (self.stored()?, mem::take(self.lease));
        let job = move || Ok((stored.load(&mut held), held));
        let (record, held) = self.session.client.offload(job).await?;
        *self.lease = held;
        Ok(Event::Loaded(record))
    }

    async fn reserve(&mut self, bytes: usize) -> Result<Event, Error> {
        let (stored, held) = (self.stored()?, mem::take(self.lease));
        let job = move || Ok((stored.reserve(&held, bytes), held));
        let (reserved, held) = self.session.client.offload(job).await?;
        *self.lease = held;
        Ok(Event::Reserved(reserved))
    }

    async fn save(&mut self, record: TokenRecord) -> Result<Event, Error> {
        let (stored, mut held) = (self.stored()?, mem::take(self.lease));
        let is_login = self.flow.is_login();
        let job = move || Ok((stored.save(&mut held, &record, is_login), held));
        let (event, held) = self.session.client.offload(job).await?;
        *self.lease = held;
        Ok(event)
    }

    async fn acquire(&mut self) {
        if let Some(semaphore) = self.semaphore {
            self.semaphore_permit = Some(semaphore.acquire().await);
        }
    }

    fn stored(&self) -> Result<Stored, Error> {
        self.session.client.0.stored(&self.session.identity)
    }

    /// What a job on the blocking pool uses, which may outlive the caller.
    fn shared(&self) -> (Arc<Common<Host>>, Option<Arc<Account>>) {
        let session = self.session;
        (
            Arc::clone(&session.client.0),
            session.identity.account.clone(),
        )
    }

    /// Returns whether the lease has to be confirmed before a request.
    fn must_confirm(&self) -> Result<bool, Error> {
        Ok(self.lease.get().is_some() && self.stored()?.must_confirm(self.lease))
    }
}

//! The blocking driver: a token, a renewal, and the loop that every flow runs in.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Error, Event, Freshness, Operation, PermitKind, Step, Token, TokenKind, TokenRecord,
    TokenRequirement,
};

use super::Session;
use crate::{
    client::{
        event::{LoginMethod, WaitReason},
        followed, media, named, new_login,
        run::Run,
        stored::FlowLease,
        trace::Span,
    },
    clock,
    flow::{
        Remarking, Remarks,
        call::Call,
        complete_login::{CompleteLogin, LoginOutcome},
        erased::ErasedFlow,
        token_message::LoginProof,
    },
    login::canceller::Canceller,
    rate_limit::MAX_LATE,
    sync::{park::park_on, single_flight::Leader},
    token::{
        cell::{Lookup, RenewalResult},
        login_source::Prompt,
    },
};

impl Session {
    pub(in crate::client) fn call(
        &self,
        operation: &dyn Operation<Output = ()>,
        name: &'static str,
    ) -> Result<(), Error> {
        let span = Span::call(self.key(), name);
        let _entered = span.enter();
        let result = self.call_within(operation, &mut Run::new(&span));
        span.end(&result);
        result
    }

    pub(super) fn call_within(
        &self,
        operation: &dyn Operation<Output = ()>,
        run: &mut Run,
    ) -> Result<(), Error> {
        let _running = self.client.0.activity.call()?;
        let anonymous = self.identity.account.is_none();
        let mut call = Call::new(&self.client.0.service, operation, anonymous)?;
        self.drive(&mut call, run)?;
        if let Some(flow) = self.identity.note_accepted(call.accepted()) {
            let _ = self.run(flow); // a note: the call succeeded; the store's errors are events
            self.identity.account()?.revive();
        }
        Ok(())
    }

    pub(in crate::client) fn stored(&self) -> Result<TokenRecord, Error> {
        self.client
            .0
            .stored(&self.identity)?
            .load(&mut FlowLease::default())
    }

    pub(in crate::client) fn get(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Result<Arc<Token>, Error> {
        let account = self.identity.account()?;
        if !account.unsaved().is_present() {
            if let Some(token) = account.cell(kind).at_hand(requirement, clock::wall()) {
                return Ok(token);
            }
        }
        self.get_or_renew(kind, requirement)
    }

    /// Out of line, so that a token at hand costs no room for the rest.
    #[inline(never)]
    fn get_or_renew(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Result<Arc<Token>, Error> {
        let account = self.identity.account()?;
        let cell = account.cell(kind);
        if account.unsaved().is_present() && self.client.0.may_retry(account) {
            self.client.0.retry_save(account);
        }
        if let Some(token) = cell.at_hand(requirement, clock::wall()) {
            return Ok(token);
        }
        if cell.is_look_due(clock::now()) && account.begin_look(clock::now()) {
            self.client.0.stored(&self.identity)?.look();
        }
        let requirement = cell.requirement(requirement, clock::now());
        loop {
            match cell.lookup(requirement, clock::now()) {
                Lookup::Ready(token) => return Ok(token),
                Lookup::ReadyButDue(token, leader) => match self.renew(kind, requirement, leader) {
                    // The failed attempt took time: check the expiry again.
                    Err(_) if token.freshness(clock::now()) != Freshness::Expired => {
                        return Ok(token);
                    }
                    result => return result,
                },
                Lookup::Missing(leader) => return self.renew(kind, requirement, leader),
                Lookup::InFlight(follower) => {
                    let timeout = self.identity.renewal_timeout;
                    let ended = park_on(follower, timeout);
                    if let Some(result) = followed(ended, cell.applicable(requirement), timeout) {
                        return result;
                    }
                }
            }
        }
    }

    /// Runs a renewal on this thread.
    fn renew(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
        leader: Leader<RenewalResult>,
    ) -> RenewalResult {
        let _running = self.client.0.activity.renewal();
        let (identity, service) = (&self.identity, &self.client.0.service);
        let span = Span::renewal(self.key(), kind);
        let _entered = span.enter();
        let started = self.client.0.renewal_started(identity, kind, requirement);
        let mut run = Run::new(&span);
        let (result, remarks) = match identity.renewal(service, kind, requirement) {
            Ok(renewal) => self.run_with(renewal, &mut run),
            Err(error) => (Err(error), Remarks::default()),
        };
        let common = &self.client.0;
        common.renewal_ended(identity, &started, &run, &result, &remarks);
        if let Some(flow) = identity.mark_rejected(kind, &result, clock::now()) {
            // Without the note, this program alone knows it; the store's errors are events.
            let rejected = self.run(flow).unwrap_or_default();
            identity.account()?.bury(kind, rejected, clock::now());
        }
        let result = match identity.prompt(kind, &result, clock::now()) {
            Ok(None) => result,
            Ok(Some(prompt)) => {
                let result = self.log_in_person(&*prompt);
                identity.remember_failure(result, clock::now())
            }
            Err(error) => Err(error),
        };
        span.end(&result);
        let ended = (&result, remarks.login);
        identity
            .account()?
            .finish(kind, leader, ended, clock::now());
        result
    }

    /// Finds out whether a login can be saved, before a person is asked for one.
    pub(in crate::client) fn check_writable(&self) -> Result<(), Error> {
        self.client.0.stored(&self.identity)?.check_writable()
    }

    /// Runs a login by the user during a renewal.
    fn log_in_person(&self, prompt: &Prompt) -> RenewalResult {
        let (start, common) = (clock::now(), &self.client.0);
        common.login_started(&self.identity, LoginMethod::Authorization);
        let result = self.prompt_person(prompt);
        common.proved(&self.identity, start, &result);
        new_login(&result?.record)
    }

    fn prompt_person(&self, prompt: &Prompt) -> Result<LoginOutcome, Error> {
        self.check_writable()?;
        let grant = prompt(&self.client.0.service)?.wait()?;
        let proof = LoginProof::Code(grant.with_accepted_at(clock::now()));
        let complete = CompleteLogin::new(Arc::clone(&self.client.0.service), proof).login_alone();
        self.run(complete)
    }

    pub(in crate::client) fn run<F: Remarking>(&self, flow: F) -> Result<F::Output, Error> {
        self.run_noting(flow, Run::default())
    }

    pub(in crate::client) fn run_noting<F: Remarking>(
        &self,
        flow: F,
        mut run: Run,
    ) -> Result<F::Output, Error> {
        let (result, remarks) = self.run_with(flow, &mut run);
        self.client.0.remarked(&self.identity, &remarks, &result);
        result
    }

    fn run_with<F: Remarking>(
        &self,
        flow: F,
        run: &mut Run,
    ) -> (Result<F::Output, Error>, Remarks) {
        let mut erased = ErasedFlow::new(flow);
        let driven = self.drive(&mut erased, run);
        let remarks = erased.take_remarks();
        (driven.and_then(|()| erased.output()), remarks)
    }

    /// Runs a flow step by step to its end.
    pub(in crate::client) fn drive(
        &self,
        flow: &mut dyn Remarking<Output = ()>,
        run: &mut Run,
    ) -> Result<(), Error> {
        let common = &*self.client.0;
        let stored = || common.stored(&self.identity);
        let account = self.identity.account.as_deref();
        let (mut lease, mut event) = (FlowLease::default(), Event::Start);
        loop {
            run.note(&event);
            event = match flow.step(clock::now(), event)? {
                Step::Send(mut request, limits) => {
                    run.canceller().map_or(Ok(()), Canceller::check)?;
                    if lease.get().is_some() {
                        let stored = stored()?;
                        if stored.must_confirm(&lease) {
                            stored.confirm(&lease, &limits)?;
                        }
                    }
                    common.sign(&mut request);
                    let url = request.uri().clone();
                    run.span.request(&request);
                    let response = common.host.send(request, &limits);
                    run.span.response(&response);
                    let response = named(response, &url);
                    if let Some(bytes) = media(&limits, &response) {
                        common.count(account, bytes);
                    }
                    Event::Response(response)
                }
                Step::Permit(kind) => Event::Permitted(self.permit(kind, run)),
                Step::Pause(pause) => {
                    common.pause(account, pause);
                    Event::Paused
                }
                Step::Sleep(wait) => {
                    common.sleeping(&self.identity, run, wait, flow.take_retried());
                    let (wait, change) = run.begin_sleep(wait, stored)?;
                    match change {
                        Some(change) if self.canceller(run).is_none() => {
                            clock::sleep_until(change, wait);
                        }
                        _ => self.sleep(wait, run)?,
                    }
                    run.end_sleep(stored)?;
                    Event::Slept
                }
                Step::Token(kind, requirement) => {
                    lease = FlowLease::default();
                    let requirement = self.identity.note_rejected(kind, requirement);
                    Event::Token(self.get(kind, requirement))
                }
                Step::Lease => Event::Leased(stored()?.try_lease().map(|taken| {
                    lease = taken;
                    lease.get().is_some()
                })),
                Step::Load => Event::Loaded(stored()?.load(&mut lease)),
                Step::Reserve(bytes) => Event::Reserved(stored()?.reserve(&lease, bytes)),
                Step::Save(record) => {
                    let is_login = flow.is_login();
                    stored()?.save(&mut lease, &record, is_login)
                }
                Step::Done(()) => return Ok(()),
            };
        }
    }

    fn canceller<'a>(&'a self, run: &'a Run) -> Option<&'a Canceller> {
        run.canceller().or(self.identity.canceller.as_ref())
    }

    fn sleep(&self, wait: Duration, run: &Run) -> Result<(), Error> {
        match self.canceller(run) {
            None => {
                clock::sleep(wait);
                Ok(())
            }
            Some(canceller) => canceller.sleep(wait),
        }
    }

    /// Waits for a permit of the rate limit, and for another one if it was used too late.
    fn permit(&self, kind: PermitKind, run: &mut Run) -> Result<(), Error> {
        let (common, account) = (&self.client.0, self.identity.account.as_deref());
        let at_once = run.at_once;
        for _ in 0..MAX_LATE {
            let permit = common.permit(account, kind, at_once);
            run.no_room = at_once && permit.is_err();
            let permit = permit?;
            let wait = permit.wait();
            common.waiting(&self.identity, WaitReason::RateLimit, wait);
            self.sleep(wait, run)?;
            if !permit.is_late() {
                break;
            }
        }
        Ok(())
    }
}

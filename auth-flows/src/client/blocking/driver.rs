//! The blocking driver: a token, a renewal, and the loop that every flow runs in.

use std::sync::Arc;

use auth_core::{
    Error, Event, Flow, Freshness, Operation, PermitKind, Step, Token, TokenKind, TokenRecord,
    TokenRequirement,
};

use super::Session;
use crate::{
    client::{event::WaitReason, followed, media, new_login, status::Status, stored::FlowLease},
    clock,
    flow::{
        call::Call,
        complete_login::{CompleteLogin, LoginProof},
        erased::ErasedFlow,
    },
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
    ) -> Result<(), Error> {
        let _running = self.client.0.activity.call()?;
        let anonymous = self.identity.account.is_none();
        let mut call = Call::new(&self.client.0.service, operation, anonymous)?;
        self.drive(&mut call)?;
        if let Some(flow) = self.identity.note_accepted(call.accepted()) {
            let _ = self.run(flow); // a note: the call itself has succeeded
            self.identity.account()?.revive();
        }
        Ok(())
    }

    pub(in crate::client) fn prove(&self, proof: LoginProof) -> Result<Status, Error> {
        let _running = self.client.0.activity.change()?;
        let flow = CompleteLogin::new(Arc::clone(&self.client.0.service), proof);
        let result = self.run(flow);
        self.client.0.login_ended(&self.identity, &result);
        let record = result?;
        self.client.0.status(&self.identity, &record)
    }

    pub(in crate::client) fn stored(&self) -> Result<TokenRecord, Error> {
        self.client.0.stored(&self.identity)?.load(None)
    }

    pub(in crate::client) fn get(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Result<Arc<Token>, Error> {
        let account = self.identity.account()?;
        let cell = account.cell(kind);
        if account.unsaved().is_present() {
            account.retry_save(None);
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
                    if let Some(result) = followed(ended, requirement, timeout) {
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
        let start = self.client.0.renewal_started(identity, kind);
        let renewal = identity.renewal(service, kind, requirement);
        let result = renewal.and_then(|renewal| self.run(renewal));
        self.client.0.renewal_ended(identity, kind, start, &result);
        if let Some(flow) = identity.mark_rejected(kind, &result, clock::now()) {
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
        let cell = identity.account()?.cell(kind);
        cell.finish(leader, &result, clock::now());
        result
    }

    /// Finds out whether a login can be saved, before a person is asked for one.
    pub(in crate::client) fn check_writable(&self) -> Result<(), Error> {
        self.client.0.stored(&self.identity)?.check_writable()
    }

    /// Runs a login by the user during a renewal.
    fn log_in_person(&self, prompt: &Prompt) -> RenewalResult {
        let result = self.prompt_person(prompt);
        self.client.0.login_ended(&self.identity, &result);
        result
    }

    fn prompt_person(&self, prompt: &Prompt) -> RenewalResult {
        self.check_writable()?;
        let grant = prompt(&self.client.0.service)?.wait()?;
        let proof = LoginProof::Code(grant.with_accepted_at(clock::now()));
        let complete = CompleteLogin::new(Arc::clone(&self.client.0.service), proof).login_alone();
        let record = self.run(complete)?;
        new_login(&record)
    }

    pub(in crate::client) fn run<F: Flow>(&self, flow: F) -> Result<F::Output, Error> {
        let mut erased = ErasedFlow::new(flow);
        self.drive(&mut erased)?;
        erased.output()
    }

    /// Runs a flow step by step to its end.
    pub(in crate::client) fn drive(&self, flow: &mut dyn Flow<Output = ()>) -> Result<(), Error> {
        let common = &*self.client.0;
        let stored = || common.stored(&self.identity);
        let (mut lease, mut event) = (FlowLease::default(), Event::Start);
        loop {
            event = match flow.step(clock::now(), event)? {
                Step::Send(mut request, limits) => {
                    if lease.get().is_some() {
                        let stored = stored()?;
                        if stored.must_confirm(&lease) {
                            stored.confirm(&lease, &limits)?;
                        }
                    }
                    common.sign(&mut request);
                    let host = request.uri().authority().cloned();
                    let response = common.host.send(request, &limits);
                    let response = response.map_err(|error| error.with_host(host.as_ref()));
                    if let Some(bytes) = media(&limits, &response) {
                        common.count(bytes);
                    }
                    Event::Response(response)
                }
                Step::Permit(kind) => Event::Permitted(self.permit(kind)),
                Step::Pause(pause) => {
                    common.pause(pause);
                    Event::Paused
                }
                Step::Sleep(wait) => {
                    common.waiting(&self.identity, WaitReason::Retry, wait);
                    clock::sleep(wait);
                    Event::Slept
                }
                Step::Token(kind, requirement) => {
                    lease = FlowLease::default();
                    self.identity.note_rejected(kind, requirement);
                    Event::Token(self.get(kind, requirement))
                }
                Step::Lease => Event::Leased(stored()?.try_lease().map(|taken| {
                    lease = taken;
                    lease.get().is_some()
                })),
                Step::Load => Event::Loaded(stored()?.load(lease.get())),
                Step::Reserve(bytes) => Event::Reserved(stored()?.reserve(&lease, bytes)),
                Step::Save(record) => Event::Saved(stored()?.save(&mut lease, &record)),
                Step::Done(()) => return Ok(()),
            };
        }
    }

    /// Waits for a permit of the rate limit, and for another one if it was used too late.
    fn permit(&self, kind: PermitKind) -> Result<(), Error> {
        for _ in 0..MAX_LATE {
            let permit = self.client.0.permit(kind)?;
            let wait = permit.wait();
            let common = &self.client.0;
            common.waiting(&self.identity, WaitReason::RateLimit, wait);
            clock::sleep(wait);
            if !permit.is_late() {
                break;
            }
        }
        Ok(())
    }
}

//! The async driver: a token, a renewal in a task of its own, and the loop that every flow runs in.

use std::sync::Arc;

use auth_core::{
    BoxFuture, Error, Event, Flow, Operation, PermitKind, Step, Token, TokenKind, TokenRecord,
    TokenRequirement,
};

use super::{AsyncSession, host::ended};
use crate::{
    client::{event::WaitReason, followed, media, new_login, status::Status, stored::FlowLease},
    clock,
    flow::{
        call::Call,
        complete_login::{CompleteLogin, LoginProof},
        erased::ErasedFlow,
        renewal::Renewal,
    },
    rate_limit::MAX_LATE,
    sync::{
        in_flight::Running,
        oneshot::channel,
        park::within,
        single_flight::Leader,
        slots::{Slot, Slots},
    },
    token::{
        account::Account,
        cell::{Lookup, RenewalResult},
        login_source::Prompt,
    },
};

/// How often a caller looks for a token. A renewal may end with one that is too old for a caller,
/// which looks again, rarely more than once; a runtime that has shut down drops every renewal that
/// is spawned, and looking has to end.
const LOOKUPS: u32 = 8;

/// Waits for one of these slots.
async fn take(slots: Option<&Arc<Slots>>) -> Option<Slot> {
    match slots {
        Some(slots) => Some(slots.take().await),
        None => None,
    }
}

impl AsyncSession {
    pub(in crate::client) async fn call(
        &self,
        operation: &(dyn Operation<Output = ()> + Sync),
    ) -> Result<(), Error> {
        let _running = self.client.0.activity.call()?;
        let anonymous = self.identity.account.is_none();
        let mut call = Call::new(&self.client.0.service, operation, anonymous)?;
        self.drive(&mut call, None).await?;
        if let Some(flow) = self.identity.note_accepted(call.accepted()) {
            let _ = self.run(flow).await; // a note: the call itself has succeeded
            self.identity.account()?.revive();
        }
        Ok(())
    }

    pub(in crate::client) async fn prove(&self, proof: LoginProof) -> Result<Status, Error> {
        let running = self.client.0.activity.change()?;
        let flow = CompleteLogin::new(Arc::clone(&self.client.0.service), proof);
        let result = self.run_detached(flow, running).await;
        self.client.0.login_ended(&self.identity, &result);
        let record = result?;
        self.client.0.status(&self.identity, &record)
    }

    /// Runs a flow in a task of its own, which continues if the caller is dropped.
    pub(in crate::client) async fn run_detached<F>(
        &self,
        flow: F,
        running: Running,
    ) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        let session = self.clone();
        let (sender, receiver) = channel();
        self.client.0.host.runtime.spawn(Box::pin(async move {
            sender.send(session.run(flow).await);
            drop(running);
        }));
        receiver.await.unwrap_or_else(|| Err(ended()))
    }

    pub(in crate::client) async fn stored(&self) -> Result<TokenRecord, Error> {
        let stored = self.client.0.stored(&self.identity)?;
        self.client.offload(move || stored.load(None)).await
    }

    pub(in crate::client) async fn get(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Result<Arc<Token>, Error> {
        let account = self.identity.account()?;
        if account.unsaved().is_present() {
            self.retry_save(Arc::clone(account)).await?;
        }
        match account.cell(kind).at_hand(requirement, clock::wall()) {
            Some(token) => Ok(token),
            None => self.get_or_renew(kind, requirement).await,
        }
    }

    #[inline]
    fn retry_save(&self, account: Arc<Account>) -> BoxFuture<'_, Result<(), Error>> {
        let job = move || {
            account.retry_save(None);
            Ok(())
        };
        Box::pin(self.client.offload(job))
    }

    /// Boxed, off the hot path only. The box also breaks the cycle of types run → get → run.
    #[inline]
    fn get_or_renew(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> BoxFuture<'_, Result<Arc<Token>, Error>> {
        Box::pin(async move {
            let account = self.identity.account()?;
            let cell = account.cell(kind);
            if cell.is_look_due(clock::now()) && account.begin_look(clock::now()) {
                let stored = self.client.0.stored(&self.identity)?;
                let job = move || {
                    stored.look();
                    Ok(())
                };
                // A runtime that has shut down cannot look; the token in memory serves.
                let _ = self.client.offload(job).await;
            }
            let requirement = cell.requirement(requirement, clock::now());
            let mut lookups = 0;
            loop {
                let follower = match cell.lookup(requirement, clock::now()) {
                    Lookup::Ready(token) => return Ok(token),
                    Lookup::ReadyButDue(token, leader) => {
                        self.renew(kind, requirement, leader);
                        return Ok(token);
                    }
                    Lookup::Missing(leader) => {
                        let follower = leader.follow();
                        self.renew(kind, requirement, leader);
                        match follower {
                            Some(follower) => follower,
                            None => continue,
                        }
                    }
                    Lookup::InFlight(follower) => follower,
                };
                lookups += 1;
                if lookups > LOOKUPS {
                    return Err(ended());
                }
                let timeout = self.identity.renewal_timeout;
                let sleep = self.client.0.host.runtime.sleep(timeout);
                let ended = within(follower, sleep).await;
                if let Some(result) = followed(ended, requirement, timeout) {
                    return result;
                }
            }
        })
    }

    /// Spawns a renewal as a task of its own, so that a dropped caller does not end it.
    #[inline]
    fn renew(&self, kind: TokenKind, requirement: TokenRequirement, leader: Leader<RenewalResult>) {
        let session = self.clone();
        let running = self.client.0.activity.renewal();
        self.client.0.host.runtime.spawn(Box::pin(async move {
            let _running = running;
            let result = session.renewal_result(kind, requirement).await;
            if let Some(account) = &session.identity.account {
                account.cell(kind).finish(leader, &result, clock::now());
            }
        }));
    }

    async fn renewal_result(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> RenewalResult {
        let (identity, service) = (&self.identity, &self.client.0.service);
        let start = self.client.0.renewal_started(identity, kind);
        let renewal = identity.renewal(service, kind, requirement)?;
        let result = self.run_renewal(renewal).await;
        self.client.0.renewal_ended(identity, kind, start, &result);
        if let Some(flow) = identity.mark_rejected(kind, &result, clock::now()) {
            let rejected = self.run(flow).await.unwrap_or_default();
            identity.account()?.bury(kind, rejected, clock::now());
        }
        match identity.prompt(kind, &result, clock::now())? {
            None => result,
            Some(prompt) => {
                let result = self.log_in_person(&*prompt).await;
                identity.remember_failure(result, clock::now())
            }
        }
    }

    /// Finds out whether a login can be saved, before a person is asked for one.
    pub(in crate::client) async fn check_writable(&self) -> Result<(), Error> {
        let stored = self.client.0.stored(&self.identity)?;
        self.client.offload(move || stored.check_writable()).await
    }

    /// Runs a login by the user during a renewal.
    async fn log_in_person(&self, prompt: &Prompt) -> RenewalResult {
        let result = self.prompt_person(prompt).await;
        self.client.0.login_ended(&self.identity, &result);
        result
    }

    async fn prompt_person(&self, prompt: &Prompt) -> RenewalResult {
        self.check_writable().await?;
        let grant = prompt(&self.client.0.service)?.await?;
        let proof = LoginProof::Code(grant.with_accepted_at(clock::now()));
        let complete = CompleteLogin::new(Arc::clone(&self.client.0.service), proof).login_alone();
        let record = self.run(complete).await?;
        new_login(&record)
    }

    pub(in crate::client) async fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send,
        F::Output: Send,
    {
        let mut erased = ErasedFlow::new(flow);
        self.drive(&mut erased, None).await?;
        erased.output()
    }

    /// Runs a renewal, in one of the slots that bound how many run at once.
    async fn run_renewal(&self, renewal: Renewal) -> RenewalResult {
        let mut erased = ErasedFlow::new(renewal);
        let slots = &self.client.0.host.renewals;
        self.drive(&mut erased, Some(slots)).await?;
        erased.output()
    }

    /// Waits for a permit of the rate limit, and for another one if it was used too late.
    async fn permit(&self, kind: PermitKind) -> Result<(), Error> {
        for _ in 0..MAX_LATE {
            let common = Arc::clone(&self.client.0);
            let permit = self.client.offload(move || common.permit(kind)).await?;
            let wait = permit.wait();
            let common = &self.client.0;
            common.waiting(&self.identity, WaitReason::RateLimit, wait);
            common.host.runtime.sleep(wait).await;
            if !permit.is_late() {
                break;
            }
        }
        Ok(())
    }

    /// Runs a flow step by step to its end. It needs one of the slots, if there are any, except while
    /// it waits.
    pub(in crate::client) async fn drive(
        &self,
        flow: &mut (dyn Flow<Output = ()> + Send),
        slots: Option<&Arc<Slots>>,
    ) -> Result<(), Error> {
        let common = &*self.client.0;
        let mut slot = take(slots).await;
        let (mut lease, mut event) = (FlowLease::default(), Event::Start);
        loop {
            let stored = || common.stored(&self.identity);
            event = match flow.step(clock::now(), event)? {
                Step::Send(mut request, limits) => {
                    if lease.get().is_some() {
                        let stored = stored()?;
                        if stored.must_confirm(&lease) {
                            let held = std::mem::take(&mut lease);
                            let job = move || Ok((stored.confirm(&held, &limits), held));
                            let (confirmed, held) = self.client.offload(job).await?;
                            lease = held;
                            confirmed?;
                        }
                    }
                    common.sign(&mut request);
                    let host = request.uri().authority().cloned();
                    let response = common.host.transport.send(request, &limits).await;
                    let response = response.map_err(|error| error.with_host(host.as_ref()));
                    if let Some(bytes) = media(&limits, &response) {
                        let common = Arc::clone(&self.client.0);
                        let job = move || {
                            common.count(bytes);
                            Ok(())
                        };
                        self.client.offload(job).await?;
                    }
                    Event::Response(response)
                }
                Step::Pause(pause) => {
                    let common = Arc::clone(&self.client.0);
                    let job = move || {
                        common.pause(pause);
                        Ok(())
                    };
                    self.client.offload(job).await?;
                    Event::Paused
                }
                Step::Permit(kind) => Event::Permitted(self.permit(kind).await),
                Step::Sleep(wait) => {
                    drop(slot.take());
                    common.waiting(&self.identity, WaitReason::Retry, wait);
                    common.host.runtime.sleep(wait).await;
                    slot = take(slots).await;
                    Event::Slept
                }
                Step::Token(kind, requirement) => {
                    lease = FlowLease::default();
                    drop(slot.take());
                    self.identity.note_rejected(kind, requirement);
                    let token = self.get(kind, requirement).await;
                    slot = take(slots).await;
                    Event::Token(token)
                }
                Step::Lease => {
                    let stored = stored()?;
                    let taken = self.client.offload(move || stored.try_lease()).await;
                    Event::Leased(taken.map(|taken| {
                        lease = taken;
                        lease.get().is_some()
                    }))
                }
                // Each of these jobs owns the lease while it runs, so that a dropped caller cannot
                // release it.
                Step::Load => {
                    let (stored, held) = (stored()?, std::mem::take(&mut lease));
                    let job = move || Ok((stored.load(held.get()), held));
                    let (record, held) = self.client.offload(job).await?;
                    lease = held;
                    Event::Loaded(record)
                }
                Step::Reserve(bytes) => {
                    let (stored, held) = (stored()?, std::mem::take(&mut lease));
                    let job = move || Ok((stored.reserve(&held, bytes), held));
                    let (reserved, held) = self.client.offload(job).await?;
                    lease = held;
                    Event::Reserved(reserved)
                }
                Step::Save(record) => {
                    let (stored, mut held) = (stored()?, std::mem::take(&mut lease));
                    let job = move || Ok((stored.save(&mut held, &record), held));
                    let (saved, held) = self.client.offload(job).await?;
                    lease = held;
                    Event::Saved(saved)
                }
                Step::Done(()) => return Ok(()),
            };
        }
    }
}

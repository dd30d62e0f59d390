//! The async driver: a token, a renewal in a task of its own, and the loop that every flow runs in.

use std::sync::Arc;

use auth_core::{
    BoxFuture, Error, Event, Flow, Step, Token, TokenKind, TokenRecord, TokenRequirement,
};

use super::{AsyncSession, host::ended};
use crate::{
    client::{followed, media, new_login, stored},
    clock,
    flow::{
        complete_login::{CompleteLogin, LoginProof},
        erased::ErasedFlow,
    },
    sync::{oneshot::channel, park::within, single_flight::Leader},
    token::{
        cell::{Lookup, RenewalResult},
        login_source::Prompt,
    },
};

/// How often a caller looks for a token. A renewal may end with one that is too old for a caller,
/// which looks again, rarely more than once; a runtime that has shut down drops every renewal that
/// is spawned, and looking has to end.
const LOOKUPS: u32 = 8;

impl AsyncSession {
    /// Runs a flow in a task of its own, which continues if the caller is dropped.
    pub(in crate::client) async fn run_detached<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        let session = self.clone();
        let (sender, receiver) = channel();
        self.client.0.host.runtime.spawn(Box::pin(async move {
            sender.send(session.run(flow).await);
        }));
        receiver.await.unwrap_or_else(|| Err(ended()))
    }

    pub(in crate::client) async fn stored(&self) -> Result<TokenRecord, Error> {
        let account = Arc::clone(self.identity.account()?);
        let common = Arc::clone(&self.client.0);
        let job = move || stored::load(&*common.store, &common.service, account.key());
        self.client.offload(job).await
    }

    pub(in crate::client) async fn get(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Result<Arc<Token>, Error> {
        let cell = self.identity.account()?.cell(kind);
        match cell.at_hand(requirement, clock::wall()) {
            Some(token) => Ok(token),
            None => self.get_or_renew(kind, requirement).await,
        }
    }

    /// Boxed, off the hot path only. The box also breaks the cycle of types run → get → run.
    #[inline]
    fn get_or_renew(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> BoxFuture<'_, Result<Arc<Token>, Error>> {
        Box::pin(async move {
            let cell = self.identity.account()?.cell(kind);
            let requirement = cell.requirement(requirement);
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
        self.client.0.host.runtime.spawn(Box::pin(async move {
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
        let result = self
            .run(identity.renewal(service, kind, requirement)?)
            .await;
        match identity.prompt(kind, &result, clock::now())? {
            None => result,
            Some(prompt) => {
                let result = self.log_in_person(&*prompt).await;
                identity.remember_failure(result, clock::now())
            }
        }
    }

    /// Runs a login by the user during a renewal.
    async fn log_in_person(&self, prompt: &Prompt) -> RenewalResult {
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
        self.drive(&mut erased).await?;
        erased.output()
    }

    /// Runs a flow step by step to its end.
    pub(in crate::client) async fn drive(
        &self,
        flow: &mut (dyn Flow<Output = ()> + Send),
    ) -> Result<(), Error> {
        let common = &*self.client.0;
        let (mut lease, mut event) = (None, Event::Start);
        loop {
            let account = || self.identity.account().cloned();
            let store = Arc::clone(&common.store);
            event = match flow.step(clock::now(), event)? {
                Step::Send(mut request, limits) => {
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
                Step::Permit(kind) => {
                    let common = Arc::clone(&self.client.0);
                    let job = move || common.permit(kind);
                    let permit = self.client.offload(job).await;
                    if let Ok(wait) = permit {
                        self.client.0.host.runtime.sleep(wait).await;
                    }
                    Event::Permitted(permit.map(drop))
                }
                Step::Sleep(wait) => {
                    common.host.runtime.sleep(wait).await;
                    Event::Slept
                }
                Step::Token(kind, requirement) => {
                    lease = None;
                    self.identity.note_rejected(kind, requirement);
                    Event::Token(self.get(kind, requirement).await)
                }
                Step::Lease => {
                    let account = account()?;
                    lease = self
                        .client
                        .offload(move || store.try_lease(account.key()))
                        .await?;
                    Event::Leased(lease.is_some())
                }
                Step::Load => Event::Loaded(self.stored().await),
                // The job owns the lease during the write, so that a dropped caller cannot release
                // it.
                Step::Save(record) => {
                    let (account, guard) = (account()?, lease.take());
                    let job = move || {
                        stored::save(&*store, guard.as_ref(), &record)?;
                        account.publish(&record);
                        Ok(guard)
                    };
                    lease = self.client.offload(job).await?;
                    Event::Saved
                }
                Step::Done(()) => return Ok(()),
            };
        }
    }
}

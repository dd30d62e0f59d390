//! The async driver: a call, a token, and a renewal in a task of its own.

use std::{pin::pin, sync::Arc};

use auth_core::{BoxFuture, Error, Operation, Token, TokenKind, TokenRecord, TokenRequirement};

use super::{AsyncSession, host::ended, runner::Runner};
use crate::{
    client::{event::LoginMethod, followed, new_login, run::Run, stored::FlowLease, trace::Span},
    clock,
    flow::{
        Remarking, Remarks,
        call::Call,
        complete_login::{CompleteLogin, LoginOutcome},
        erased::ErasedFlow,
        token_message::LoginProof,
    },
    sync::{
        in_flight::Running, oneshot::channel, park::within, semaphore::Semaphore,
        single_flight::Leader,
    },
    token::{
        account::Account,
        cell::{Lookup, RenewalResult},
        login_source::Prompt,
        unsaved::QUICK,
    },
};

/// How often a caller looks for a token. A renewal may end with one that is too old for a caller,
/// which looks again, rarely more than once. But a runtime that has shut down drops every renewal
/// that is spawned, so looking has to end.
const LOOKUPS: u32 = 8;

impl AsyncSession {
    pub(in crate::client) async fn call(
        &self,
        operation: &(dyn Operation<Output = ()> + Sync),
        name: &'static str,
    ) -> Result<(), Error> {
        let span = Span::call(self.key(), name);
        let mut run = Run::new(&span);
        // In its place: inside the wrapper it would be moved once more.
        let result = pin!(self.call_within(operation, &mut run));
        let result = span.clone().within(result).await;
        span.end(&result);
        result
    }

    pub(super) async fn call_within(
        &self,
        operation: &(dyn Operation<Output = ()> + Sync),
        run: &mut Run,
    ) -> Result<(), Error> {
        let _running = self.client.0.activity.call()?;
        let anonymous = self.identity.account.is_none();
        let mut call = Call::new(&self.client.0.service, operation, anonymous)?;
        let mut no_lease = FlowLease::default(); // a call takes none
        Runner::new(self, &mut call, run, &mut no_lease, None)
            .drive()
            .await?;
        if let Some(flow) = self.identity.note_accepted(call.accepted()) {
            // A note: the call has succeeded; the store's errors are events.
            let _ = Box::pin(self.run(flow)).await; // rarely run
            self.identity.account()?.revive();
        }
        Ok(())
    }

    /// Runs a flow in a task of its own, which continues if the caller is dropped.
    pub(in crate::client) async fn run_detached<F>(
        &self,
        flow: F,
        running: Running,
    ) -> Result<F::Output, Error>
    where
        F: Remarking + Send + 'static,
        F::Output: Send + 'static,
    {
        let session = self.clone();
        let (sender, receiver) = channel();
        let task = async move {
            sender.send(session.run(flow).await);
            drop(running);
        };
        let task = Box::pin(Span::current().within(task));
        self.client.0.host.runtime.spawn(task);
        receiver.await.unwrap_or_else(|| Err(ended()))
    }

    pub(in crate::client) async fn stored(&self) -> Result<TokenRecord, Error> {
        let stored = self.client.0.stored(&self.identity)?;
        let job = move || stored.load(&mut FlowLease::default());
        self.client.offload(job).await
    }

    /// Returns a valid token without waiting for anything. `None` if that takes more.
    pub(super) fn at_hand(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Option<Arc<Token>> {
        let account = self.identity.account.as_ref()?;
        match account.unsaved().is_present() {
            true => None,
            false => account.cell(kind).at_hand(requirement, clock::wall()),
        }
    }

    pub(in crate::client) async fn get(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
    ) -> Result<Arc<Token>, Error> {
        let account = self.identity.account()?;
        if account.unsaved().is_present() && self.client.0.may_retry(account) {
            self.retry_save(Arc::clone(account)).await;
        }
        match account.cell(kind).at_hand(requirement, clock::wall()) {
            Some(token) => Ok(token),
            None => self.get_or_renew(kind, requirement).await,
        }
    }

    /// Waits a moment for the save, which continues if that is not enough.
    #[inline]
    fn retry_save(&self, account: Arc<Account>) -> BoxFuture<'_, ()> {
        let common = Arc::clone(&self.client.0);
        let job = move || {
            common.retry_save(&account);
            Ok(())
        };
        Box::pin(self.for_a_moment(job))
    }

    /// Does a blocking job with the store. A caller that has a valid token does not wait for a
    /// store that is away, or for a runtime that has shut down.
    async fn for_a_moment(&self, job: impl FnOnce() -> Result<(), Error> + Send + 'static) {
        let sleep = self.client.0.host.runtime.sleep(QUICK);
        let _ = within(self.client.offload(job), sleep).await;
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
                self.for_a_moment(job).await;
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
                if let Some(result) = followed(ended, cell.applicable(requirement), timeout) {
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
        let span = Span::renewal(self.key(), kind);
        let within = span.clone();
        let task = async move {
            let _running = running;
            let (result, login) = session.renewal_result(kind, requirement, &span).await;
            span.end(&result);
            if let Some(account) = &session.identity.account {
                account.finish(kind, leader, (&result, login), clock::now());
            }
        };
        let task = Box::pin(within.within(task));
        self.client.0.host.runtime.spawn(task);
    }

    async fn renewal_result(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
        span: &Span,
    ) -> (RenewalResult, Option<u64>) {
        let (identity, common) = (&self.identity, &self.client.0);
        let started = common.renewal_started(identity, kind, requirement);
        let mut run = Run::new(span);
        let (result, remarks) = match identity.renewal(&common.service, kind, requirement) {
            Ok(renewal) => {
                // A permit of the semaphore that bounds how many renewals run at once.
                let semaphore = Some(&common.host.renewals);
                self.run_with(renewal, &mut run, semaphore).await
            }
            Err(error) => (Err(error), Remarks::default()),
        };
        common.renewal_ended(identity, &started, &run, &result, &remarks);
        let login = remarks.login;
        (self.after_renewal(kind, result).await, login)
    }

    /// Notes a refusal, and lets the user log in if the program allows that.
    async fn after_renewal(&self, kind: TokenKind, result: RenewalResult) -> RenewalResult {
        let identity = &self.identity;
        if let Some(flow) = identity.mark_rejected(kind, &result, clock::now()) {
            // Without the note, this program alone knows it; the store's errors are events.
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
        let (start, common) = (clock::now(), &self.client.0);
        common.login_started(&self.identity, LoginMethod::Authorization);
        let result = self.prompt_person(prompt).await;
        common.proved(&self.identity, start, &result);
        new_login(&result?.record)
    }

    async fn prompt_person(&self, prompt: &Prompt) -> Result<LoginOutcome, Error> {
        self.check_writable().await?;
        let grant = prompt(&self.client.0.service)?.await?;
        let proof = LoginProof::Code(grant.with_accepted_at(clock::now()));
        let complete = CompleteLogin::new(Arc::clone(&self.client.0.service), proof).login_alone();
        self.run(complete).await
    }

    pub(in crate::client) async fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Remarking + Send,
        F::Output: Send,
    {
        self.run_noting(flow, Run::default()).await
    }

    pub(in crate::client) async fn run_noting<F>(
        &self,
        flow: F,
        mut run: Run,
    ) -> Result<F::Output, Error>
    where
        F: Remarking + Send,
        F::Output: Send,
    {
        let (result, remarks) = self.run_with(flow, &mut run, None).await;
        self.client.0.remarked(&self.identity, &remarks, &result);
        result
    }

    async fn run_with<F>(
        &self,
        flow: F,
        run: &mut Run,
        semaphore: Option<&Arc<Semaphore>>,
    ) -> (Result<F::Output, Error>, Remarks)
    where
        F: Remarking + Send,
        F::Output: Send,
    {
        let mut erased = ErasedFlow::new(flow);
        let mut lease = FlowLease::default();
        let runner = Runner::new(self, &mut erased, run, &mut lease, semaphore);
        let driven = runner.drive().await;
        self.release(&mut lease).await;
        let remarks = erased.take_remarks();
        (driven.and_then(|()| erased.output()), remarks)
    }
}

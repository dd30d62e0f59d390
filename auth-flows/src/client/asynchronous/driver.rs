//! The async driver: a token, a renewal in a task of its own, and the loop that every flow runs in.

use std::sync::Arc;

use auth_core::{
    BoxFuture, Error, Event, Flow, Step, Token, TokenKind, TokenRecord, TokenRequirement,
};

use super::{AsyncSession, host::ended};
use crate::{
    client::{media, stored, too_long},
    clock,
    flow::{
        complete_login::{CompleteLogin, LoginProof},
        erased::ErasedFlow,
    },
    sync::{oneshot::channel, park::within, single_flight::Leader},
    token::{
        cell::{Lookup, RenewalResult},
        login_source::Ask,
    },
};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

impl AsyncSession {
    /// Runs a flow in a task of its own: the caller may be dropped, the flow goes on.
    pub(in crate::client) async fn to_its_end<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        let session = self.clone();
        let (giver, taker) = channel();
        self.client.0.host.runtime.spawn(Box::pin(async move {
            giver.send(session.run(flow).await);
        }));
        taker.await.unwrap_or_else(|| Err(ended()))
    }

    pub(in crate::client) async fn stored(&self) -> Result<TokenRecord, Error> {
        let (account, common) = (Arc::clone(self.who.account()?), Arc::clone(&self.client.0));
        let job = move || stored::load(&*common.store, &common.service, account.key());
        self.client.offload(job).await
    }

    pub(in crate::client) async fn get(
        &self,
        kind: TokenKind,
        need: TokenRequirement,
    ) -> Result<Arc<Token>, Error> {
        match self.who.account()?.cell(kind).at_hand(need, clock::wall()) {
            Some(token) => Ok(token),
            None => self.get_slowly(kind, need).await,
        }
    }

    /// A box, off the hot path only: it also breaks the cycle of types run → get → run.
    #[inline]
    fn get_slowly(
        &self,
        kind: TokenKind,
        need: TokenRequirement,
    ) -> BoxFuture<'_, Result<Arc<Token>, Error>> {
        Box::pin(async move {
            let slot = self.who.account()?.cell(kind);
            let need = slot.need(need);
            let mut tries = 0;
            loop {
                let wait = match slot.lookup(need, clock::now()) {
                    Lookup::Ready(token) => return Ok(token),
                    Lookup::ReadyButDue(token, lead) => {
                        self.renew(kind, need, lead);
                        return Ok(token);
                    }
                    Lookup::Missing(lead) => {
                        let wait = lead.wait();
                        self.renew(kind, need, lead);
                        match wait {
                            Some(wait) => wait,
                            None => continue,
                        }
                    }
                    Lookup::InFlight(wait) => wait,
                };
                // A runtime that has shut down drops what is spawned: that ends, too.
                tries += 1;
                if tries > 8 {
                    return Err(ended());
                }
                let patience = self.client.0.host.runtime.sleep(self.who.patience);
                match within(wait, patience).await {
                    Some(Some(Ok(token))) if need.accepts(token.generation()) => return Ok(token),
                    Some(Some(Err(error))) => return Err(error),
                    // Landed with too old a token, or the leader vanished: look again.
                    Some(Some(Ok(_)) | None) => {}
                    None => return Err(too_long(self.who.patience)),
                }
            }
        })
    }

    /// One renewal, in a task of its own: it belongs to the session, never to a caller.
    #[inline]
    fn renew(&self, kind: TokenKind, need: TokenRequirement, lead: Leader<RenewalResult>) {
        let session = self.clone();
        self.client.0.host.runtime.spawn(Box::pin(async move {
            let landed = session.renewed(kind, need).await;
            if let Some(account) = &session.who.account {
                account.cell(kind).finish(lead, &landed, clock::now());
            }
        }));
    }

    async fn renewed(&self, kind: TokenKind, need: TokenRequirement) -> RenewalResult {
        let renewal = self.who.renewal(&self.client.0.service, kind, need)?;
        let landed = self.run(renewal).await;
        match self.who.person(kind, &landed, clock::now())? {
            None => landed,
            Some(ask) => self.who.asked(self.ask(&*ask).await, clock::now()),
        }
    }

    /// A login in the middle of a renewal.
    async fn ask(&self, ask: &Ask) -> RenewalResult {
        let grant = ask(&self.client.0.service)?.await?;
        let proof = LoginProof::Code(grant.with_accepted_at(clock::now()));
        let complete = CompleteLogin::new(Arc::clone(&self.client.0.service), proof).login_alone();
        let record = self.run(complete).await?;
        record
            .token(TokenKind::Login)
            .cloned()
            .ok_or_else(Error::out_of_turn)
    }

    pub(in crate::client) async fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send,
        F::Output: Send,
    {
        let mut run = ErasedFlow::new(flow);
        self.drive(&mut run).await?;
        run.output()
    }

    /// The loop, awaiting.
    pub(in crate::client) async fn drive(
        &self,
        flow: &mut (dyn Flow<Output = ()> + Send),
    ) -> Result<(), Error> {
        let common = &*self.client.0;
        let (mut lease, mut event) = (None, Event::Start);
        loop {
            let account = || self.who.account().cloned();
            let store = Arc::clone(&common.store);
            event = match flow.step(clock::now(), event)? {
                Step::Send(mut request, limits) => {
                    common.sign(&mut request);
                    let response = common.host.transport.send(request, &limits).await;
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
                Step::Permit { media, pause } => {
                    let common = Arc::clone(&self.client.0);
                    let turn = self.client.offload(move || common.turn(media, pause)).await;
                    if let Ok(wait) = turn {
                        self.client.0.host.runtime.sleep(wait).await;
                    }
                    Event::Permitted(turn.map(drop))
                }
                Step::Sleep(wait) => {
                    common.host.runtime.sleep(wait).await;
                    Event::Slept
                }
                Step::Token(kind, need) => {
                    lease = None;
                    Event::Token(self.get(kind, need).await)
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
                // The lease goes with the save and comes back with it: it cannot be freed before the write has ended.
                Step::Save(record) => {
                    let (account, held) =
                        (account()?, lease.take().ok_or_else(Error::out_of_turn)?);
                    let job = move || {
                        stored::save(&*store, &held, &record)?;
                        account.publish(&record);
                        Ok(held)
                    };
                    let held = self.client.offload(job).await?;
                    lease = Some(held);
                    Event::Saved
                }
                Step::Done(()) => return Ok(()),
            };
        }
    }
}

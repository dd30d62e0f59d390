//! The blocking driver: a token, a renewal, and the loop that every flow runs in.

use std::{sync::Arc, thread};

use auth_core::{
    Error, Event, Flow, Freshness, Step, Token, TokenKind, TokenRecord, TokenRequirement,
};

use super::Session;
use crate::{
    client::{media, stored, too_long},
    clock,
    flow::{
        complete_login::{CompleteLogin, LoginProof},
        erased::ErasedFlow,
    },
    sync::{park::park_on, single_flight::Leader},
    token::{
        cell::{Lookup, RenewalResult},
        login_source::Ask,
    },
};

impl Session {
    pub(in crate::client) fn stored(&self) -> Result<TokenRecord, Error> {
        let common = &*self.client.0;
        stored::load(&*common.store, &common.service, self.who.account()?.key())
    }

    pub(in crate::client) fn get(
        &self,
        kind: TokenKind,
        need: TokenRequirement,
    ) -> Result<Arc<Token>, Error> {
        let slot = self.who.account()?.cell(kind);
        if let Some(token) = slot.at_hand(need, clock::wall()) {
            return Ok(token);
        }
        let need = slot.need(need);
        loop {
            match slot.lookup(need, clock::now()) {
                Lookup::Ready(token) => return Ok(token),
                Lookup::ReadyButDue(token, lead) => match self.renew(kind, need, lead) {
                    // The attempt took time, too.
                    Err(_) if token.freshness(clock::now()) != Freshness::Expired => {
                        return Ok(token);
                    }
                    landed => return landed,
                },
                Lookup::Missing(lead) => return self.renew(kind, need, lead),
                Lookup::InFlight(wait) => match park_on(wait, self.who.patience) {
                    Some(Some(Ok(token))) if need.accepts(token.generation()) => return Ok(token),
                    Some(Some(Err(error))) => return Err(error),
                    // Landed with too old a token, or the leader vanished: look again.
                    Some(Some(Ok(_)) | None) => {}
                    None => return Err(too_long(self.who.patience)),
                },
            }
        }
    }

    /// One renewal, on this thread.
    fn renew(
        &self,
        kind: TokenKind,
        need: TokenRequirement,
        lead: Leader<RenewalResult>,
    ) -> RenewalResult {
        let landed = self
            .who
            .renewal(&self.client.0.service, kind, need)
            .and_then(|renewal| self.run(renewal));
        let landed = match self.who.person(kind, &landed, clock::now()) {
            Ok(None) => landed,
            Ok(Some(ask)) => self.who.asked(self.ask(&*ask), clock::now()),
            Err(error) => Err(error),
        };
        let slot = self.who.account()?.cell(kind);
        slot.finish(lead, &landed, clock::now());
        landed
    }

    /// A login in the middle of a renewal.
    fn ask(&self, ask: &Ask) -> RenewalResult {
        let grant = ask(&self.client.0.service)?.wait()?;
        let proof = LoginProof::Code(grant.with_accepted_at(clock::now()));
        let complete = CompleteLogin::new(Arc::clone(&self.client.0.service), proof).login_alone();
        let record = self.run(complete)?;
        record
            .token(TokenKind::Login)
            .cloned()
            .ok_or_else(Error::out_of_turn)
    }

    pub(in crate::client) fn run<F: Flow>(&self, flow: F) -> Result<F::Output, Error> {
        let mut run = ErasedFlow::new(flow);
        self.drive(&mut run)?;
        run.output()
    }

    /// The loop.
    pub(in crate::client) fn drive(&self, flow: &mut dyn Flow<Output = ()>) -> Result<(), Error> {
        let common = &*self.client.0;
        let account = || self.who.account();
        let (mut lease, mut event) = (None, Event::Start);
        loop {
            event = match flow.step(clock::now(), event)? {
                Step::Send(mut request, limits) => {
                    common.sign(&mut request);
                    let response = common.host.send(request, &limits);
                    if let Some(bytes) = media(&limits, &response) {
                        common.count(bytes);
                    }
                    Event::Response(response)
                }
                Step::Permit { media, pause } => {
                    Event::Permitted(common.turn(media, pause).map(thread::sleep))
                }
                Step::Sleep(wait) => {
                    thread::sleep(wait);
                    Event::Slept
                }
                Step::Token(kind, need) => {
                    lease = None;
                    Event::Token(self.get(kind, need))
                }
                Step::Lease => {
                    lease = common.store.try_lease(account()?.key())?;
                    Event::Leased(lease.is_some())
                }
                Step::Load => Event::Loaded(self.stored()),
                Step::Save(record) => {
                    stored::save(
                        &*common.store,
                        lease.as_ref().ok_or_else(Error::out_of_turn)?,
                        &record,
                    )?;
                    account()?.publish(&record);
                    Event::Saved
                }
                Step::Done(()) => return Ok(()),
            };
        }
    }
}

//! The blocking driver: a token, a renewal, and the loop that every flow runs in.

use std::{sync::Arc, thread};

use auth_core::{Error, Event, Flow, Freshness, Need, Record, Step, Token, TokenKind};

use super::Session;
use crate::{
    client::{media, stored, too_long},
    clock,
    flow::{
        complete_login::{Complete, Proof},
        erased::Run,
    },
    sync::{park::park_on, single_flight::Lead},
    token::{
        cell::{Landed, Look},
        login_source::Ask,
    },
};

impl Session {
    pub(in crate::client) fn stored(&self) -> Result<Record, Error> {
        let common = &*self.client.0;
        stored::load(&*common.store, &common.service, self.who.account()?.key())
    }

    pub(in crate::client) fn get(&self, kind: TokenKind, need: Need) -> Result<Arc<Token>, Error> {
        let slot = self.who.account()?.slot(kind);
        if let Some(token) = slot.at_hand(need, clock::wall()) {
            return Ok(token);
        }
        let need = slot.need(need);
        loop {
            match slot.look(need, clock::now()) {
                Look::Here(token) => return Ok(token),
                Look::HereButDue(token, lead) => match self.renew(kind, need, lead) {
                    // The attempt took time, too.
                    Err(_) if token.freshness(clock::now()) != Freshness::Expired => {
                        return Ok(token);
                    }
                    landed => return landed,
                },
                Look::Lead(lead) => return self.renew(kind, need, lead),
                Look::Wait(wait) => match park_on(wait, self.who.patience) {
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
    fn renew(&self, kind: TokenKind, need: Need, lead: Lead<Landed>) -> Landed {
        let landed = self
            .who
            .renewal(&self.client.0.service, kind, need)
            .and_then(|renewal| self.run(renewal));
        let landed = match self.who.person(kind, &landed, clock::now()) {
            Ok(None) => landed,
            Ok(Some(ask)) => self.who.asked(self.ask(&*ask), clock::now()),
            Err(error) => Err(error),
        };
        let slot = self.who.account()?.slot(kind);
        slot.land(lead, &landed, clock::now());
        landed
    }

    /// A login in the middle of a renewal.
    fn ask(&self, ask: &Ask) -> Landed {
        let grant = ask(&self.client.0.service)?.wait()?;
        let proof = Proof::Code(grant.accepted_at(clock::now()));
        let complete = Complete::new(Arc::clone(&self.client.0.service), proof).login_alone();
        let record = self.run(complete)?;
        record
            .token(TokenKind::Login)
            .cloned()
            .ok_or_else(Error::out_of_turn)
    }

    pub(in crate::client) fn run<F: Flow>(&self, flow: F) -> Result<F::Output, Error> {
        let mut run = Run::new(flow);
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
                    let answer = common.host.send(request, &limits);
                    if let Some(bytes) = media(&limits, &answer) {
                        common.count(bytes);
                    }
                    Event::Answer(answer)
                }
                Step::Turn { media, pause } => {
                    Event::Turned(common.turn(media, pause).map(thread::sleep))
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

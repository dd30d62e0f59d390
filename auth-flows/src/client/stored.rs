//! The store as a driver uses it: token records instead of bytes, and what could not be saved.

mod lost_save;

use std::{sync::Arc, time::Duration};

use auth_core::{
    Error, Event, ExposeSecret, Lease, Limits, Now, SecretBytes, Service, Store, Token, TokenKind,
    TokenRecord,
};

use super::{
    event::{ClientEvent, StoreStep},
    observer::Events,
    saver::{self, Saver},
};
use crate::{
    clock,
    token::{
        account::{Account, LOOK_AGAIN},
        cached_token::LOOK_EVERY,
        lineage::Lineage,
        plain_token,
        unsaved::{self, OwnLease, SaveMode, SaveOutcome},
    },
};

/// One account in its store. Every method blocks.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) store: Arc<dyn Store>,
    pub(super) service: Arc<Service>,
    pub(super) account: Arc<Account>,
    pub(super) events: Events,
    pub(super) saver: Arc<Saver>,
}

impl Stored {
    /// Loads the token record: the unsaved one, if that cannot be saved now either. Leaves a store
    /// alone that was slow to refuse it.
    pub(super) fn load(&self, lease: &mut FlowLease) -> Result<TokenRecord, Error> {
        let unsaved = self.account.unsaved();
        if unsaved.is_present() {
            let own = lease.own.as_ref();
            // Another program may have had the lease before, and have replaced the login.
            let was_lost = own.is_some_and(|own| !own.is_unbroken);
            if was_lost || unsaved.is_quick() {
                match saver::retry(&self.account, &self.events, own, SaveMode::Brief) {
                    SaveOutcome::Failed(failure) if failure.is_undecided && was_lost => {
                        return Err(failure.error);
                    }
                    SaveOutcome::Busy if was_lost => return Err(unsaved::lease_is_taken()),
                    _ => {}
                }
            }
            if let Some((record, lineage)) = unsaved.record() {
                lease.lineage = lineage;
                return Ok(record);
            }
        }
        let before = self.account.snapshot();
        let record = self.load_stored()?;
        lease.lineage = Lineage::of(&record);
        if let Some(own) = &mut lease.own {
            own.is_unbroken = true;
        }
        Ok(match self.account.lost(&record, &before) {
            Some(ours) => self.save_lost(lease, ours, &record),
            None => record,
        })
    }

    /// Looks at the stored record, which another program may have changed since it was read. A
    /// token that it has lost is not used any longer, and a newer one replaces it. If it
    /// cannot be read, or has lost the last save, the token in memory is used.
    pub(super) fn look(&self) {
        let (start, before) = (clock::now(), self.account.generations());
        let snapshot = self.account.snapshot();
        if self.store.may_prompt() {
            return self.account.postpone_look(LOOK_AGAIN, start);
        }
        // The record in memory is newer, and what saves it looks at the stored one. While the store
        // is away, one caller of all accounts finds that out.
        if self.account.unsaved().is_present() || self.saver.is_away(start) {
            return self.account.postpone_look(LOOK_EVERY, start);
        }
        let looking = self.saver.begin_look(start);
        let record = self.load_stored();
        drop(looking);
        let account = self.account.key();
        match record {
            // Another caller looks after it.
            _ if self.account.unsaved().is_present() => {}
            Ok(record) => {
                if let Some(ours) = self.account.lost(&record, &snapshot) {
                    self.keep_lost(&ours, &record);
                }
                if self.account.follow(&record, before, clock::now()) && record.is_empty() {
                    let took = clock::now().monotonic.saturating_sub(start.monotonic);
                    self.events
                        .emit(|| Some(ClientEvent::LoggedOut { account, took }));
                }
            }
            // Reported; the token in memory serves.
            Err(error) => {
                let now = clock::now();
                if error.is_retryable() {
                    self.saver.note_away(now);
                }
                self.account.postpone_look(LOOK_AGAIN, now);
            }
        }
    }

    fn load_stored(&self) -> Result<TokenRecord, Error> {
        let key = self.account.key();
        self.ask(StoreStep::Load, |store| {
            let Some(text) = store.load(key)? else {
                return Ok(TokenRecord::default());
            };
            self.read(&text)
        })
    }

    /// Reads what the store holds.
    fn read(&self, text: &SecretBytes) -> Result<TokenRecord, Error> {
        let (store, service) = (&*self.store, &*self.service);
        let record = match TokenRecord::from_text(text.expose_secret()) {
            Err(_) if store.holds_plain_token() && !is_record(text.expose_secret()) => {
                plain_token::record(service, text.expose_secret(), clock::now())
            }
            record => record,
        };
        let record = record.map_err(|error| error.with_setting(store.describe()))?;
        self.account.note_rejected(&record);
        Ok(record)
    }

    /// Takes the lease: the one that an unsaved record has, or the store's.
    pub(super) fn try_lease(&self) -> Result<FlowLease, Error> {
        let own = match self.account.unsaved().take_lease() {
            Some(own) => self.if_held(own)?,
            None => None,
        };
        let new = |lease| OwnLease {
            lease,
            is_unbroken: false,
        };
        let own = match own {
            Some(own) => Some(own),
            None => {
                let take = |store: &dyn Store| store.try_lease(self.account.key());
                self.ask(StoreStep::Lease, take)?.map(new)
            }
        };
        Ok(FlowLease {
            account: Some(Arc::clone(&self.account)),
            own,
            lineage: Lineage::default(),
        })
    }

    /// Returns the lease of an unsaved record, unless it was lost meanwhile.
    fn if_held(&self, own: OwnLease) -> Result<Option<OwnLease>, Error> {
        let Some(duration) = self.store.lease_duration() else {
            return Ok(Some(own));
        };
        let confirm = |store: &dyn Store| store.confirm(&own.lease, duration);
        match self.ask(StoreStep::Confirm, confirm) {
            Ok(holds) => Ok(Some(own).filter(|_| holds)),
            Err(error) => {
                self.account.unsaved().give_back(own);
                Err(error)
            }
        }
    }

    /// Returns whether a lease has to be confirmed before a request under it.
    pub(super) fn must_confirm(&self, lease: &FlowLease) -> bool {
        lease.get().is_some() && self.store.lease_duration().is_some()
    }

    /// Makes sure that the lease holds for a request with these limits.
    ///
    /// # Errors
    /// If it was lost: another program may be using the refresh token.
    pub(super) fn confirm(&self, lease: &FlowLease, limits: &Limits) -> Result<(), Error> {
        let Some(lease) = lease.get() else {
            return Ok(());
        };
        let longest = limits.total_timeout().unwrap_or(limits.timeout());
        let at_least = longest + AFTER_RESPONSE;
        for _ in 0..CONFIRMATIONS {
            let start = clock::now();
            if !self.ask(StoreStep::Confirm, |store| store.confirm(lease, at_least))? {
                break;
            }
            // A process that hung since then may have lost the lease again.
            let took = clock::now().monotonic.saturating_sub(start.monotonic);
            if took <= AFTER_RESPONSE {
                return Ok(());
            }
        }
        Err(unsaved::lease_is_lost())
    }

    pub(super) fn reserve(&self, lease: &FlowLease, bytes: usize) -> Result<(), Error> {
        let lease = lease.get().ok_or_else(no_lease)?;
        self.ask(StoreStep::Reserve, |store| store.reserve(lease, bytes))
    }

    /// Saves the record and sets the tokens in memory. A record that cannot be saved stays in memory,
    /// unless it has no token or none that is still good. Where a lease may have been lost, what is
    /// stored decides at once: the event then has the record of another program that stays.
    pub(super) fn save(
        &self,
        lease: &mut FlowLease,
        record: &TokenRecord,
        is_login: bool,
    ) -> Event {
        let unsaved = self.account.unsaved();
        let start = clock::now();
        let result = self.write(lease, record);
        let rejected = |&kind: &TokenKind| record.rejected(kind).is_some();
        match &result {
            Ok(()) => {
                let was_unsaved = unsaved.is_present();
                unsaved.clear();
                if was_unsaved {
                    saver::report(&self.account, &self.events);
                }
            }
            Err(error) if record.is_empty() => {
                unsaved.clear();
                self.failed(StoreStep::Remove, error);
                return Event::Saved(result);
            }
            // What is new in the record is a refusal, and no login token that could be lost.
            Err(error)
                if TokenKind::ALL.iter().any(rejected) && lease.lineage.has_login_of(record) =>
            {
                self.failed(StoreStep::Save, error);
                return Event::Saved(result);
            }
            Err(error) => {
                let account = self.account.key();
                let took = clock::now().monotonic.saturating_sub(start.monotonic);
                let lineage = std::mem::take(&mut lease.lineage).by_login(is_login);
                unsaved.keep(account, record, lineage, &self.store, (error, Some(took)));
                self.events
                    .emit(|| Some(ClientEvent::NotSaved { account, error }));
                if let Some(event) = self.resolve(lease, record, error) {
                    return event;
                }
                self.saver.start(&*self.store);
            }
        }
        self.account.publish(record, clock::now());
        Event::Saved(result)
    }

    /// Finds out what holds after a save that was refused, because this program may have lost its
    /// lease. `None` if it cannot find out now.
    fn resolve(&self, lease: &mut FlowLease, ours: &TokenRecord, error: &Error) -> Option<Event> {
        let duration = self
            .store
            .lease_duration()
            .filter(|_| !error.is_retryable())?;
        let is_held = lease.get().is_some_and(|lease| {
            let confirmed = self.store.confirm(lease, duration);
            confirmed.unwrap_or(true)
        });
        // Without it, another program would send the old refresh token.
        if is_held {
            return None;
        }
        // The next one knows the version that is stored.
        lease.own = None;
        let tried = saver::retry(&self.account, &self.events, None, SaveMode::Brief);
        let SaveOutcome::Saved(stored) = tried else {
            return None;
        };
        let Some(stored) = stored else {
            self.account.publish(ours, clock::now());
            return Some(Event::Saved(Ok(())));
        };
        // By the text: hosts whose clocks are behind may give two tokens one generation.
        let is_ours = |&kind: &TokenKind| same_text(stored.token(kind), ours.token(kind));
        Some(match TokenKind::ALL.iter().all(is_ours) {
            true => Event::Saved(Ok(())),
            false => Event::Loaded(Ok(stored)),
        })
    }

    fn write(&self, lease: &mut FlowLease, record: &TokenRecord) -> Result<(), Error> {
        if lease.get().is_none() {
            let lineage = std::mem::take(&mut lease.lineage);
            *lease = self.try_lease()?;
            lease.lineage = lineage;
        }
        let lease = lease.get().ok_or_else(unsaved::lease_is_taken)?;
        if record.is_empty() {
            return self.ask(StoreStep::Remove, |store| store.remove(lease));
        }
        let text: SecretBytes = record.to_text();
        self.ask(StoreStep::Save, |store| store.save(lease, &text))
    }

    /// Asks the store, and reports what an operator may want to know of it.
    fn ask<R>(
        &self,
        step: StoreStep,
        job: impl FnOnce(&dyn Store) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if !self.events.is_observed() {
            return job(&*self.store);
        }
        let start = clock::now();
        let result = job(&*self.store);
        self.asked(step, start, result.as_ref().err());
        result
    }

    fn asked(&self, step: StoreStep, start: Now, error: Option<&Error>) {
        let account = self.account.key();
        let took = clock::now().monotonic.saturating_sub(start.monotonic);
        if took >= SLOW {
            self.events.emit(|| {
                Some(ClientEvent::StoreSlow {
                    account,
                    step,
                    took,
                })
            });
        }
        let chooses = matches!(step, StoreStep::Load | StoreStep::Save);
        let choice = chooses.then(|| self.store.describe_choice(account));
        if let Some(store) = choice.flatten() {
            if self.account.is_new_choice(&store) {
                let store = store.as_str();
                self.events
                    .emit(|| Some(ClientEvent::StoreChosen { account, store }));
            }
        }
        match (step, error) {
            // Who saves knows what becomes of the record.
            (StoreStep::Save | StoreStep::Remove, _) | (_, None) => {}
            (_, Some(error)) => self.failed(step, error),
        }
    }

    fn failed(&self, step: StoreStep, error: &Error) {
        let account = self.account.key();
        self.events.emit(|| {
            Some(ClientEvent::StoreFailed {
                account,
                step,
                error,
            })
        });
    }

    /// Finds out whether a token record can be saved, before a person is asked for it.
    pub(super) fn check_writable(&self) -> Result<(), Error> {
        let lease = self.try_lease()?;
        match lease.get() {
            Some(lease) => self.ask(StoreStep::Reserve, |store| store.reserve(lease, ROOM)),
            // Another program or another flow saves at this moment.
            None => Ok(()),
        }
    }
}

/// How long a lease holds after the end of its request: time for the save.
const AFTER_RESPONSE: Duration = Duration::from_secs(5);

/// How often a lease is confirmed for one request, if each time takes so long that it may have
/// ended.
const CONFIRMATIONS: usize = 3;

/// How long a store may take until that is an event: longer than any disk, shorter than a user.
const SLOW: Duration = Duration::from_secs(1);

/// Bytes of a token record with long tokens.
const ROOM: usize = 16 << 10;

fn same_text(a: Option<&Arc<Token>>, b: Option<&Arc<Token>>) -> bool {
    a.map(|token| token.expose_secret()) == b.map(|token| token.expose_secret())
}

fn no_lease() -> Error {
    Error::internal("a flow reserves room without the lease")
}

/// Returns whether the text is a token record, also an incomplete one.
fn is_record(text: &[u8]) -> bool {
    text.starts_with(b"{\"version\"")
}

/// The lease of a flow. Returns to the unsaved record of the account when the flow ends, however it
/// ends.
#[derive(Default)]
pub(super) struct FlowLease {
    account: Option<Arc<Account>>,
    own: Option<OwnLease>,
    /// That of a record which the flow saves.
    lineage: Lineage,
}

impl FlowLease {
    pub(super) fn get(&self) -> Option<&Lease> {
        self.own.as_ref().map(|own| &own.lease)
    }
}

impl Drop for FlowLease {
    fn drop(&mut self) {
        if let (Some(account), Some(own)) = (&self.account, self.own.take()) {
            account.unsaved().give_back(own);
        }
    }
}

#[cfg(test)]
mod tests;

//! Saves what could not be saved, in the background and at the end of a client.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{Now, Store};

use super::{
    Common,
    event::{ClientEvent, StoreStep},
    observer::Events,
};
use crate::{
    clock,
    retry::SAVE,
    token::{
        account::{Account, Accounts},
        cached_token::millis,
        unsaved::{OwnLease, QUICK, SaveMode, SaveOutcome, is_saved_in_background},
    },
};

/// How long no account looks at its record after the store did not respond to a look. A call waits
/// for that look, so one in this time may be slow, and not one for each account.
const AWAY: Duration = Duration::from_secs(30);

/// Saves the unsaved records of one client in the background, one after the other, as long as there
/// are any.
pub(super) struct Saver {
    accounts: Arc<Accounts>,
    events: Events,
    is_running: AtomicBool,
    /// Milliseconds of the monotonic clock until which the store is said to be away.
    away_until: AtomicU64,
    /// When the oldest look that has not ended began, in such milliseconds. 0 if there is none.
    looking_since: AtomicU64,
    spawn: Box<dyn Fn(Saving) + Send + Sync>,
}

/// The work of a [`Saver`]: pauses and rounds in turn. It keeps no client in memory, and ends with
/// it. Dropping it lets another one start.
pub(super) struct Saving {
    saver: Weak<Saver>,
    failures: u32,
}

impl Saver {
    pub(super) fn new(
        accounts: &Arc<Accounts>,
        events: &Events,
        spawn: impl Fn(Saving) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            accounts: Arc::clone(accounts),
            events: events.clone(),
            is_running: AtomicBool::new(false),
            away_until: AtomicU64::new(0),
            looking_since: AtomicU64::new(0),
            spawn: Box::new(spawn),
        })
    }

    /// Starts to save to this store, unless it does so already.
    pub(super) fn start(self: &Arc<Self>, store: &dyn Store) {
        if is_saved_in_background(store) && !self.is_running.swap(true, SeqCst) {
            (self.spawn)(Saving {
                saver: Arc::downgrade(self),
                failures: 0,
            });
        }
    }

    /// Notes that the store did not respond to a look at a record.
    pub(super) fn note_away(&self, now: Now) {
        let until = now.monotonic.saturating_add(AWAY);
        self.away_until.store(millis(until), SeqCst);
    }

    /// Notes that a look at a record begins, until what is returned is dropped.
    pub(super) fn begin_look(&self, now: Now) -> Looking<'_> {
        let start = millis(now.monotonic).max(1);
        let is_first = self
            .looking_since
            .compare_exchange(0, start, SeqCst, SeqCst);
        Looking(is_first.is_ok().then_some(&self.looking_since))
    }

    /// Returns whether no record is looked at, because the store has just not responded, or does
    /// not respond to another look.
    pub(super) fn is_away(&self, now: Now) -> bool {
        let now = millis(now.monotonic);
        let since = self.looking_since.load(SeqCst);
        let is_slow = since > 0 && now.saturating_sub(since) > millis(QUICK);
        is_slow || now < self.away_until.load(SeqCst)
    }

    /// Tries each account, until one finds that the store does not respond. Returns whether one was
    /// saved.
    fn try_all(&self, mut unsaved: Vec<Arc<Account>>, round: u32) -> bool {
        let first = round as usize % unsaved.len().max(1);
        unsaved.rotate_left(first); // one that always fails must not keep the others waiting
        let mut progress = false;
        for account in unsaved {
            match retry(&account, &self.events, None, SaveMode::Brief) {
                SaveOutcome::Failed(failure) => {
                    let (account, error) = (account.key(), &failure.error);
                    let event = || ClientEvent::StoreFailed {
                        account,
                        step: StoreStep::Save,
                        error,
                    };
                    // Less and less often: a disk may be full for days.
                    let is_news = (round + 1).is_power_of_two();
                    self.events.emit(|| is_news.then(event));
                    if failure.is_away {
                        break;
                    }
                }
                SaveOutcome::Saved(_) => progress = true,
                SaveOutcome::Busy | SaveOutcome::Nothing => {}
            }
        }
        progress
    }
}

/// A look at a record.
pub(super) struct Looking<'a>(Option<&'a AtomicU64>);

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        if let Some(since) = self.0 {
            since.store(0, SeqCst);
        }
    }
}

impl Saving {
    /// Returns how long to wait before the next round.
    pub(super) fn pause(&self) -> Duration {
        SAVE.wait(self.failures, clock::now())
    }

    /// Tries to save all. Returns whether another round is needed. Blocking.
    pub(super) fn round(&mut self) -> bool {
        let Some(saver) = self.saver.upgrade() else {
            return false;
        };
        let unsaved = saver.accounts.unsaved();
        match saver.try_all(unsaved, self.failures) {
            true => self.failures = 0,
            false => self.failures = self.failures.saturating_add(1),
        }
        if !saver.accounts.unsaved().is_empty() {
            return true;
        }
        saver.is_running.store(false, SeqCst);
        // A record that was kept in this moment found it running.
        let goes_on = !saver.accounts.unsaved().is_empty() && !saver.is_running.swap(true, SeqCst);
        if !goes_on {
            self.saver = Weak::new();
        }
        goes_on
    }
}

impl Drop for Saving {
    fn drop(&mut self) {
        if let Some(saver) = self.saver.upgrade() {
            saver.is_running.store(false, SeqCst);
        }
    }
}

/// Tries to save the unsaved record of an account, and reports it. Blocking.
pub(super) fn retry(
    account: &Account,
    events: &Events,
    lease: Option<&OwnLease>,
    mode: SaveMode,
) -> SaveOutcome {
    let start = clock::now();
    let ours = account.unsaved().login();
    let tried = account.retry_save(lease, mode);
    if let SaveOutcome::Saved(stored) = &tried {
        report(account, events);
        if let (Some((id, token, generation)), Some(stored)) = (ours, stored) {
            let is_kept = match (id, stored.login_id()) {
                (Some(ours), Some(stored)) => ours == stored,
                _ => stored
                    .token(token)
                    .is_some_and(|new| new.generation() == generation),
            };
            let is_other = !is_kept && !stored.is_empty();
            let account = account.key();
            events.emit(|| {
                is_other.then_some(ClientEvent::LoginReplaced {
                    account,
                    token,
                    generation,
                })
            });
        }
        if stored.as_ref().is_some_and(|stored| stored.is_empty()) {
            let took = clock::now().monotonic.saturating_sub(start.monotonic);
            let account = account.key();
            events.emit(|| Some(ClientEvent::LoggedOut { account, took }));
        }
    }
    tried
}

/// Reports that nothing of this account is unsaved.
pub(super) fn report(account: &Account, events: &Events) {
    let account = account.key();
    events.emit(|| Some(ClientEvent::Saved { account }));
}

impl<H> Common<H> {
    /// Returns whether a call tries to save what could not be saved of its account. If that took
    /// long the last time, it is left to the background.
    pub(super) fn may_retry(&self, account: &Account) -> bool {
        self.saver.start(&*self.store); // if the system gave it no thread, or its runtime has ended
        account.unsaved().is_quick()
    }

    /// Tries to save what could not be saved of this account. Blocking.
    pub(super) fn retry_save(&self, account: &Account) {
        retry(account, &self.events, None, SaveMode::Brief);
    }
}

impl<H> Drop for Common<H> {
    /// Saves what could not be saved: no session is left to do it.
    fn drop(&mut self) {
        // Reported when it was not saved before; there is no caller to tell.
        let _ = self.save_all();
        for account in self.accounts.all() {
            account.unsaved().clear();
        }
    }
}

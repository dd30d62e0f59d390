//! The token record that a store could not save: kept in memory under its lease, used, and saved
//! later.
//!
//! A server issues some tokens only once. If the disk is full at that moment, the login would be
//! lost. Other programs, which still see the old refresh token, would use it a second time. So the
//! record stays here with the lease, until a later save succeeds or the program ends.
//!
//! A lease that ends by time may be lost meanwhile. Then another one is taken, and the
//! [`Lineage`] says whether the record is still to be saved.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store, TokenKind, TokenRecord};

use super::lineage::Lineage;
use crate::clock;

/// How long a try may take for a call to make one: a page is not noticeably slower. After a slower
/// one the calls leave it to the background.
pub(crate) const QUICK: Duration = Duration::from_millis(250);

/// When a call tries again after a slow try, if no background job does.
const AGAIN: Duration = Duration::from_secs(60);

/// The unsaved record of one account, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    /// A copy of whether there is one, that is read without the lock.
    present: AtomicBool,
    state: Mutex<State>,
    /// The end of a try.
    tried: Condvar,
}

#[derive(Debug, Default)]
struct State {
    kept: Option<Box<UnsavedRecord>>,
    /// Counts the records that were kept.
    number: u64,
    /// A caller tries to save it, without the lock.
    is_trying: bool,
    /// When a call may try, by the monotonic clock: not soon if the last try took longer than
    /// [`QUICK`].
    not_before: Duration,
}

#[derive(Debug)]
struct UnsavedRecord {
    key: AccountKey,
    record: TokenRecord,
    lineage: Lineage,
    /// `None` while a flow or a try uses it, or if the store granted none.
    lease: Option<OwnLease>,
    store: StoreHandle,
    /// Why the last save failed.
    error: Error,
}

/// A lease, and whether no other program can have had one since the record was read.
#[derive(Debug)]
pub(crate) struct OwnLease {
    pub(crate) lease: Lease,
    pub(crate) is_unbroken: bool,
}

#[derive(Clone)]
struct StoreHandle(Arc<dyn Store>);

impl std::fmt::Debug for StoreHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.describe())
    }
}

/// How long a try may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SaveMode {
    /// Looks first whether the store responds.
    Brief,
    /// Lets the store repeat the save as long as it does, because this is the last try.
    Last,
}

/// The result of a try.
#[derive(Debug)]
pub(crate) enum SaveOutcome {
    /// All is saved.
    Nothing,
    /// Another caller tries, or has replaced the record.
    Busy,
    /// Nothing is unsaved now. With the stored record if that is another one.
    Saved(Option<TokenRecord>),
    Failed(Failure),
}

/// Why a try failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// The store did not respond: other accounts need not try.
    pub(crate) is_away: bool,
    /// The stored record could not be read: another program may have replaced it.
    pub(crate) is_undecided: bool,
}

impl Unsaved {
    /// Returns whether there is an unsaved record. Takes no lock.
    #[inline]
    pub(crate) fn is_present(&self) -> bool {
        self.present.load(Ordering::Relaxed)
    }

    /// Returns why the last save failed, if there is an unsaved record.
    pub(crate) fn error(&self) -> Option<Error> {
        let state = self.lock();
        state.kept.as_ref().map(|kept| kept.error.clone())
    }

    /// Returns whether a call may try to save it: no other one does, and the last try was quick.
    pub(crate) fn is_quick(&self) -> bool {
        let state = self.lock();
        let is_time = clock::now().monotonic >= state.not_before;
        state.kept.is_some() && !state.is_trying && is_time
    }

    /// Returns the record, and the lineage of one that replaces it.
    pub(crate) fn record(&self) -> Option<(TokenRecord, Lineage)> {
        let state = self.lock();
        let kept = state.kept.as_ref()?;
        let lineage = Lineage::default().after(&kept.lineage, &kept.record);
        Some((kept.record.clone(), lineage))
    }

    /// Returns the number of the login that is not saved, with the kind and the generation of its
    /// token: derived for a plain token.
    pub(crate) fn login(&self) -> Option<(Option<u64>, TokenKind, u64)> {
        let state = self.lock();
        let record = &state.kept.as_ref()?.record;
        let of = |kind| Some((record.login_id(), kind, record.token(kind)?.generation()));
        of(TokenKind::Login).or_else(|| of(TokenKind::Derived))
    }

    /// Keeps a record that was not saved within this time, or that the store has lost (`None`): then
    /// an unsaved one stays, which may be newer. Returns whether it is kept. The lease stays with the
    /// flow that tried, until that [gives it back](Self::give_back).
    pub(crate) fn keep(
        &self,
        key: &AccountKey,
        record: &TokenRecord,
        lineage: Lineage,
        store: &Arc<dyn Store>,
        (error, took): (&Error, Option<Duration>),
    ) -> bool {
        let mut state = self.lock();
        if took.is_none() && state.kept.is_some() {
            return false;
        }
        state.not_before = next_try(&**store, took.unwrap_or_default());
        let old = state.kept.take();
        let lineage = match &old {
            Some(old) => lineage.after(&old.lineage, &old.record),
            None => lineage,
        };
        state.number += 1;
        state.kept = Some(Box::new(UnsavedRecord {
            key: key.clone(),
            record: record.clone(),
            lineage,
            lease: old.and_then(|old| old.lease),
            store: StoreHandle(Arc::clone(store)),
            error: error.clone(),
        }));
        self.present.store(true, Ordering::SeqCst);
        true
    }

    /// Forgets the record: a newer one is saved, or the account has logged out.
    pub(crate) fn clear(&self) {
        let kept = {
            let mut state = self.lock();
            self.present.store(false, Ordering::SeqCst);
            state.kept.take()
        };
        drop(kept); // its lease may be a request to a database
    }

    /// Takes the lease for a flow.
    pub(crate) fn take_lease(&self) -> Option<OwnLease> {
        self.lock().kept.as_mut()?.lease.take()
    }

    /// Takes back the lease of a flow that ends. Releases it if all is saved.
    pub(crate) fn give_back(&self, lease: OwnLease) {
        let mut state = self.lock();
        let unused = match &mut state.kept {
            Some(kept) if kept.lease.is_none() => kept.lease.replace(lease),
            _ => Some(lease),
        };
        drop(state);
        drop(unused);
    }

    /// Tries to save the record, under the lease of the calling flow or its own. Blocking; no lock
    /// is held meanwhile.
    pub(crate) fn retry(&self, lease: Option<&OwnLease>, mode: SaveMode) -> SaveOutcome {
        let mut state = self.lock();
        while state.is_trying && mode == SaveMode::Last {
            let waited = self.tried.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_trying {
            return SaveOutcome::Busy;
        }
        let Some(kept) = state.kept.as_mut() else {
            return SaveOutcome::Nothing;
        };
        let mut attempt = Attempt {
            key: kept.key.clone(),
            record: kept.record.clone(),
            lineage: kept.lineage.clone(),
            store: kept.store.clone(),
            own: match lease {
                Some(_) => None,
                None => kept.lease.take(),
            },
        };
        let number = state.number;
        state.is_trying = true;
        drop(state);
        let (trying, start) = (Trying(self), clock::now());
        let result = attempt.run(lease, mode);
        let took = clock::now().monotonic.saturating_sub(start.monotonic);
        let mut state = self.lock();
        state.not_before = next_try(&*attempt.store.0, took);
        let is_same = state.number == number;
        let mut saved = None;
        let done = match (result, state.kept.as_mut().filter(|_| is_same)) {
            (Ok(stored), Some(_)) => {
                self.present.store(false, Ordering::SeqCst);
                saved = state.kept.take();
                SaveOutcome::Saved(stored)
            }
            // A flow has replaced the record meanwhile.
            (Ok(_), None) => SaveOutcome::Busy,
            (Err(failure), kept) => {
                if let Some(kept) = kept {
                    kept.error = failure.error.clone();
                }
                SaveOutcome::Failed(failure)
            }
        };
        drop(state);
        drop(saved); // with a lease that a flow gave back
        if let Some(own) = attempt.own {
            self.give_back(own);
        }
        drop(trying);
        done
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whether the unsaved records of this store are saved in the background. One that can only
/// be read never saves them, and one that may ask a person must not do so again and again.
pub(crate) fn is_saved_in_background(store: &dyn Store) -> bool {
    !store.may_prompt() && !store.is_read_only()
}

/// Returns when a call may try again, after a try that took so long.
fn next_try(store: &dyn Store, took: Duration) -> Duration {
    match (took > QUICK, is_saved_in_background(store)) {
        (false, _) => Duration::ZERO,
        (true, false) => clock::now().monotonic.saturating_add(AGAIN),
        (true, true) => Duration::MAX,
    }
}

/// Ends a try, also one whose store panics.
struct Trying<'a>(&'a Unsaved);

impl Drop for Trying<'_> {
    fn drop(&mut self) {
        self.0.lock().is_trying = false;
        self.0.tried.notify_all();
    }
}

/// One try.
struct Attempt {
    key: AccountKey,
    record: TokenRecord,
    lineage: Lineage,
    store: StoreHandle,
    own: Option<OwnLease>,
}

impl Attempt {
    fn run(
        &mut self,
        given: Option<&OwnLease>,
        mode: SaveMode,
    ) -> Result<Option<TokenRecord>, Failure> {
        let result = self.once(given, mode);
        match &result {
            // Whether the lease was lost could not be found out before.
            Err(failure) if mode == SaveMode::Last && !failure.error.is_retryable() => {
                self.once(given, SaveMode::Brief)
            }
            _ => result,
        }
    }

    fn once(
        &mut self,
        given: Option<&OwnLease>,
        mode: SaveMode,
    ) -> Result<Option<TokenRecord>, Failure> {
        let store = Arc::clone(&self.store.0);
        if given.is_none() {
            self.take_lease(mode)?;
        }
        let missing = || Failure::undecided(lease_is_taken());
        let own = given.or(self.own.as_ref()).ok_or_else(missing)?;
        let is_timed = store.lease_duration().is_some();
        let may_be_replaced = !own.is_unbroken && is_timed;
        let stored = match store.load(&self.key) {
            Ok(stored) => stored.map(|text| TokenRecord::from_text(text.as_ref())),
            Err(error) if may_be_replaced => return Err(Failure::undecided(error)),
            Err(error) if error.is_retryable() && mode == SaveMode::Brief => {
                return Err(Failure::undecided(error));
            }
            // What cannot be read is replaced: the save below says what is wrong with the store.
            Err(_) => Some(Err(Error::internal("unread"))),
        };
        let (lineage, ours) = (&self.lineage, &self.record);
        let has_arrived = match &stored {
            Some(Ok(stored)) => stored.to_text().as_ref() == ours.to_text().as_ref(),
            _ => false,
        };
        let record = match stored {
            None if !own.is_unbroken && lineage.was_stored() => {
                return Ok(Some(TokenRecord::default()));
            }
            None => ours.clone(),
            Some(Ok(stored)) => match lineage.over(ours, &stored) {
                Some(record) => record,
                None => return Ok(Some(stored)),
            },
            Some(Err(error)) if may_be_replaced && lineage.is_known() => {
                return Err(Failure::undecided(error));
            }
            Some(Err(_)) => ours.clone(),
        };
        let text: SecretBytes = record.to_text();
        let unchanged = text.as_ref() == ours.to_text().as_ref();
        match store.save(&own.lease, &text) {
            Ok(()) => Ok((!unchanged).then_some(record)),
            Err(error) => {
                let is_away = error.is_retryable();
                if is_timed && !is_away && (has_arrived || !own.is_unbroken) {
                    // The store may refuse it over the version that this lease knows: an earlier
                    // save did arrive, or another program saved. The next one knows the new
                    // version. Any other reason is no reason to give the lease back: another
                    // program would send the old refresh token.
                    self.own = None;
                }
                Err(Failure {
                    error,
                    is_away,
                    is_undecided: false,
                })
            }
        }
    }

    /// Makes sure of the lease of the record; takes another one if that was lost.
    fn take_lease(&mut self, mode: SaveMode) -> Result<(), Failure> {
        let store = &*self.store.0;
        if let (Some(own), Some(duration)) = (&self.own, store.lease_duration()) {
            match store.confirm(&own.lease, duration) {
                Ok(true) => {}
                Ok(false) => self.own = None,
                Err(error) if mode == SaveMode::Brief => return Err(Failure::undecided(error)),
                // The store knows whether it was lost, and the save shows it.
                Err(_) => {}
            }
        }
        if self.own.is_none() {
            let lease = store.try_lease(&self.key).map_err(Failure::undecided)?;
            let lease = lease.ok_or_else(|| Failure {
                is_away: false,
                ..Failure::undecided(lease_is_taken())
            })?;
            self.own = Some(OwnLease {
                lease,
                is_unbroken: false,
            });
        }
        Ok(())
    }
}

impl Failure {
    fn undecided(error: Error) -> Self {
        Self {
            is_away: error.is_retryable(),
            is_undecided: true,
            error,
        }
    }
}

/// Returns the error of a request that was not sent, because its lease was lost. This program hung,
/// or the store was out of reach, for longer than a lease lasts.
pub(crate) fn lease_is_lost() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "the lease of this account was lost before the request, which was not sent",
    )
    .with_help("try again")
}

/// Returns the error of a renewal whose token was not saved, because another program has stored a
/// later login, twice.
pub(crate) fn login_is_replaced() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "another program has replaced the login of this account while its token was renewed",
    )
    .with_help("try again")
}

/// Returns the error of a save for which another program holds the lease.
pub(crate) fn lease_is_taken() -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "another program holds the lease of this account",
    )
    .with_help("try again")
}

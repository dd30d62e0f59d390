//! An in-memory token with single-flight renewal. Does no I/O; time is an argument.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use auth_core::{Error, Freshness, Now, Token, TokenRequirement};

use super::cached_token::{CachedToken, Marks, is_other_login, is_same, millis};
use crate::{
    retry::AHEAD_OF_TIME,
    sync::single_flight::{Follower, Join, Leader, SingleFlight},
};

/// The result of a renewal, for every caller that waited for it.
pub(crate) type RenewalResult = Result<Arc<Token>, Error>;

/// One token of one account.
pub(crate) struct TokenCell {
    cached: ArcSwap<CachedToken>,
    flight: Arc<SingleFlight<RenewalResult>>,
    /// Whether a token was ever rejected for good, or its login replaced by one with lower
    /// generations. If not, a call need not look at what is known by number.
    is_marked: AtomicBool,
    /// Milliseconds of the monotonic clock before which a renewal ahead of time is not tried again.
    not_before: AtomicU64,
    /// How many renewals have failed since the last success.
    failures: AtomicU32,
}

/// What a look at the stored record changed in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct FollowOutcome {
    /// The record has lost its token.
    pub(crate) is_gone: bool,
    /// The token is of another login.
    pub(crate) is_other: bool,
}

/// The result of looking a token up in memory, and which caller renews it.
pub(crate) enum Lookup {
    /// The token is in memory.
    Ready(Arc<Token>),
    /// The token is in memory and valid, but due for renewal: the caller renews it.
    ReadyButDue(Arc<Token>, Leader<RenewalResult>),
    /// The token is missing: the caller renews it.
    Missing(Leader<RenewalResult>),
    /// Another caller is renewing it.
    InFlight(Follower<RenewalResult>),
}

impl TokenCell {
    pub(crate) fn new() -> Self {
        Self {
            cached: ArcSwap::from_pointee(CachedToken::default()),
            flight: SingleFlight::new(),
            is_marked: AtomicBool::new(false),
            not_before: AtomicU64::new(0),
            failures: AtomicU32::new(0),
        }
    }

    /// Returns the token if it is fresh and the stored record was looked at, or if it is valid
    /// while another caller renews it. No lock, no allocation, one clock reading; a renewal that
    /// hangs delays no caller with a valid token.
    #[inline]
    pub(crate) fn at_hand(
        &self,
        requirement: TokenRequirement,
        wall: SystemTime,
    ) -> Option<Arc<Token>> {
        let cached = self.cached.load();
        let token = cached.token.as_ref()?;
        let serves = (token.is_fresh_at(wall) && wall < cached.look_at)
            || (self.flight.is_flying() && token.is_usable_at(wall));
        (serves && cached.marks.accepts(requirement, token)).then(|| Arc::clone(token))
    }

    /// Returns whether the stored record is to be looked at before the token is used.
    pub(crate) fn is_look_due(&self, now: Now) -> bool {
        let cached = self.cached.load();
        cached.token.is_some() && now.wall.to_system() >= cached.look_at
    }

    /// Sets the token to the one of this login that a look at the record found. Keeps a newer one of
    /// the same login, one that the store does not have, and one that another caller has set since
    /// it had this generation.
    pub(crate) fn follow(
        &self,
        stored: Option<&Arc<Token>>,
        login: Option<u64>,
        before: u64,
        now: Now,
    ) -> FollowOutcome {
        let cached = self.cached.load_full();
        let Some(old) = cached
            .token
            .as_ref()
            .filter(|old| old.generation() == before)
        else {
            return FollowOutcome::default();
        };
        let is_unstored = cached.marks.unstored.load(Ordering::Relaxed) == before;
        let is_other = is_other_login(cached.login, login);
        let is_same = !is_other && cached.login.is_some() && login.is_some();
        let (new, login) = match stored {
            Some(stored) if !is_other => match stored.generation() {
                // With its age by the monotonic clock.
                same if same == before => (Some(old), login),
                // The store has lost a save, or never had it.
                earlier if earlier < before && (is_same || is_unstored) => {
                    (Some(old), cached.login)
                }
                _ => (Some(stored), login),
            },
            stored => (stored, login),
        };
        let (next, is_other) = cached.follow(new.cloned(), login, now);
        self.note_other(is_other);
        let was = self.cached.compare_and_swap(&cached, Arc::new(next));
        match Arc::ptr_eq(&was, &cached) {
            true => FollowOutcome {
                is_gone: new.is_none(),
                is_other,
            },
            false => FollowOutcome::default(),
        }
    }

    /// Notes that the store does not have the token of this generation.
    pub(crate) fn set_unstored(&self, generation: u64) {
        let cached = self.cached.load();
        cached.marks.unstored.store(generation, Ordering::Relaxed);
    }

    /// Puts off the next look at the stored record, unless another caller sets the token meanwhile.
    pub(crate) fn postpone_look(&self, wait: Duration, now: Now) {
        let cached = self.cached.load_full();
        let look_at = now.wall.to_system() + wait;
        let next = CachedToken {
            look_at,
            ..(*cached).clone()
        };
        self.cached.compare_and_swap(&cached, Arc::new(next));
    }

    /// Returns the token, or which caller renews it.
    pub(crate) fn lookup(&self, requirement: TokenRequirement, now: Now) -> Lookup {
        let requirement = self.applicable(requirement);
        if let Some((token, false)) = self.serving(requirement, now) {
            return Lookup::Ready(token);
        }
        match self.flight.join() {
            // A flight may have finished between the first lookup and joining.
            Join::Leader(leader) => match self.serving(requirement, now) {
                Some((token, true)) => Lookup::ReadyButDue(token, leader),
                Some((token, false)) => {
                    leader.finish(Ok(Arc::clone(&token)));
                    Lookup::Ready(token)
                }
                None => Lookup::Missing(leader),
            },
            Join::Follower(follower) => match self.serving(requirement, now) {
                Some((token, _)) => Lookup::Ready(token),
                None => Lookup::InFlight(follower),
            },
        }
    }

    /// Returns the token if it is valid, and whether its renewal is due.
    fn serving(&self, requirement: TokenRequirement, now: Now) -> Option<(Arc<Token>, bool)> {
        let cached = self.cached.load();
        let token = cached.token.as_ref()?;
        if !cached.marks.accepts(requirement, token) {
            return None;
        }
        let token = Arc::clone(token);
        match token.freshness(now) {
            Freshness::Fresh => Some((token, false)),
            Freshness::Due => {
                let due = millis(now.monotonic) >= self.not_before.load(Ordering::Relaxed);
                Some((token, due))
            }
            Freshness::Expired => None,
        }
    }

    /// Adds to the requirement that the program did not mark the token invalid. Also that the
    /// service did not reject it a moment ago.
    pub(crate) fn requirement(&self, requirement: TokenRequirement, now: Now) -> TokenRequirement {
        let cached = self.cached.load();
        let marks = &cached.marks;
        if !marks.is_blocked(now) {
            marks.blocked.store(0, Ordering::Relaxed);
        }
        let refused = marks.invalid.load(Ordering::Relaxed);
        let refused = refused.max(marks.blocked.load(Ordering::Relaxed));
        match (requirement, refused) {
            (requirement, 0) => requirement,
            (TokenRequirement::Any, refused) => TokenRequirement::NewerThan(refused),
            (TokenRequirement::NewerThan(other), refused) => {
                TokenRequirement::NewerThan(refused.max(other))
            }
        }
    }

    /// Returns the token in memory, whatever its age.
    pub(crate) fn latest(&self) -> Option<Arc<Token>> {
        self.cached.load().token.clone()
    }

    /// Returns the login of the last token, if its record had a number for it.
    pub(crate) fn login(&self) -> Option<u64> {
        self.cached.load().login
    }

    /// Returns the token in memory with its login, if a store is to have it.
    pub(crate) fn known(&self) -> Option<(Arc<Token>, u64)> {
        let cached = self.cached.load();
        let token = cached.token.as_ref()?;
        let unstored = cached.marks.unstored.load(Ordering::Relaxed);
        (unstored != token.generation()).then_some((Arc::clone(token), cached.login?))
    }

    /// Sets the token to the one of this login that a renewal ended with. Returns whether that is
    /// another login than before.
    pub(crate) fn publish(&self, token: Option<Arc<Token>>, login: Option<u64>, now: Now) -> bool {
        self.set(|cached| cached.next(token.clone(), login, now))
    }

    /// Sets the token to the one of this login that is stored now. Returns whether that is another
    /// login than before.
    pub(crate) fn adopt(&self, token: Option<Arc<Token>>, login: Option<u64>, now: Now) -> bool {
        self.set(|cached| cached.follow(token.clone(), login, now))
    }

    fn set(&self, next: impl Fn(&CachedToken) -> (CachedToken, bool)) -> bool {
        let mut is_other = false;
        self.cached.rcu(|cached| {
            let set;
            (set, is_other) = next(cached);
            self.note_other(is_other);
            set
        });
        is_other
    }

    /// Notes that the next token is of another login, before it can be seen.
    fn note_other(&self, is_other: bool) {
        if is_other {
            self.is_marked.store(true, Ordering::Relaxed);
        }
    }

    /// Returns whether this is the number of a token whose login is gone: the token in memory is a
    /// lower one, of a later login.
    #[inline]
    pub(crate) fn is_gone(&self, generation: u64) -> bool {
        self.is_marked.load(Ordering::Relaxed) && self.cached.load().is_gone(generation)
    }

    /// Returns the requirement, or none if it is about a token whose login is gone.
    pub(crate) fn applicable(&self, requirement: TokenRequirement) -> TokenRequirement {
        match requirement {
            TokenRequirement::NewerThan(other) if self.is_gone(other) => TokenRequirement::Any,
            _ => requirement,
        }
    }

    /// Marks tokens up to this generation invalid.
    pub(crate) fn invalidate(&self, generation: u64) {
        self.mark(generation, |marks| {
            marks.invalid.fetch_max(generation, Ordering::Relaxed);
        });
    }

    /// Notes that the service rejected the token of this generation for good. It is not tried
    /// before this time.
    pub(crate) fn bury(&self, generation: u64, until: Duration) {
        self.mark(generation, |marks| {
            marks.dead.fetch_max(generation, Ordering::Relaxed);
            marks.blocked_until.store(millis(until), Ordering::Relaxed);
            marks.blocked.fetch_max(generation, Ordering::Relaxed);
        });
    }

    /// Notes that a service rejected the token of this generation for good, some time ago.
    pub(crate) fn set_dead(&self, generation: u64) {
        self.mark(generation, |marks| {
            marks.dead.fetch_max(generation, Ordering::Relaxed);
        });
    }

    /// Makes a note about a generation, unless its login is gone.
    fn mark(&self, generation: u64, note: impl FnOnce(&Marks)) {
        let cached = self.cached.load();
        if !cached.is_gone(generation) {
            self.is_marked.store(true, Ordering::Relaxed);
            note(&cached.marks);
        }
    }

    /// Returns whether a token that was rejected for good is not tried again yet.
    pub(crate) fn is_blocked(&self, now: Now) -> bool {
        self.cached.load().marks.is_blocked(now)
    }

    /// Returns whether the service rejected the token of this generation for good.
    #[inline]
    pub(crate) fn is_dead(&self, generation: u64) -> bool {
        self.is_marked.load(Ordering::Relaxed)
            && self.cached.load().marks.dead.load(Ordering::Relaxed) == generation
    }

    /// Notes that the service accepted a token that it had rejected.
    pub(crate) fn revive(&self) {
        let cached = self.cached.load();
        cached.marks.dead.store(0, Ordering::Relaxed);
        cached.marks.blocked.store(0, Ordering::Relaxed);
    }

    /// Sets the token in memory to the result of a renewal, which is of this login, before its
    /// leader wakes the waiting callers. Returns whether that is another login than before.
    pub(crate) fn settle(&self, result: &RenewalResult, login: Option<u64>, now: Now) -> bool {
        let Ok(token) = result else {
            self.pause(now);
            return false;
        };
        // A token that was saved is in memory already, with its login.
        let cached = self.cached.load_full();
        let is_same_token = cached
            .token
            .as_ref()
            .is_some_and(|cached| is_same(cached, token));
        let login = if is_same_token { cached.login } else { login };
        let is_other = match cached.is_newer(token, login, now) {
            true => false,
            false => self.publish(Some(Arc::clone(token)), login, now),
        };
        if token.freshness(now) == Freshness::Fresh {
            self.failures.store(0, Ordering::Relaxed);
            self.not_before.store(0, Ordering::Relaxed);
        } else {
            // The renewal failed and fell back on the old token, which is still valid.
            self.pause(now);
        }
        is_other
    }

    fn pause(&self, now: Now) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed);
        let later = now.monotonic + AHEAD_OF_TIME.wait(failures, now);
        self.not_before.store(millis(later), Ordering::Relaxed);
    }
}

impl fmt::Debug for TokenCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenCell").field(&self.latest()).finish()
    }
}

//! An in-memory token with single-flight renewal. Does no I/O; time is an argument.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwapOption;
use auth_core::{Error, Freshness, Now, Token, TokenRequirement};

use crate::{
    retry::AHEAD_OF_TIME,
    sync::single_flight::{Follower, Join, Leader, SingleFlight},
};

/// The result of a renewal, for every caller that waited for it.
pub(crate) type RenewalResult = Result<Arc<Token>, Error>;

/// How long a token in memory is used without a look at the stored record. Another program may have
/// logged out, or logged another user in.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(60);

/// One token of one account.
pub(crate) struct TokenCell {
    token: ArcSwapOption<Cached>,
    flight: Arc<SingleFlight<RenewalResult>>,
    /// The generation up to which the program marked tokens invalid.
    invalid: AtomicU64,
    /// The generation of a token that was issued while the store could not be read.
    unstored: AtomicU64,
    /// The generation of a token that the service rejected for good.
    dead: AtomicU64,
    /// The same while it is not tried again: until these milliseconds of the monotonic clock.
    blocked: AtomicU64,
    blocked_until: AtomicU64,
    /// Milliseconds of the monotonic clock before which a renewal ahead of time is not tried again.
    not_before: AtomicU64,
    /// How many renewals have failed since the last success.
    failures: AtomicU32,
}

/// A token in memory, and when the stored record is looked at again.
struct Cached {
    token: Arc<Token>,
    look_at: SystemTime,
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
            token: ArcSwapOption::empty(),
            flight: SingleFlight::new(),
            invalid: AtomicU64::new(0),
            unstored: AtomicU64::new(0),
            dead: AtomicU64::new(0),
            blocked: AtomicU64::new(0),
            blocked_until: AtomicU64::new(0),
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
        let cached = self.token.load();
        let Cached { token, look_at } = &**cached.as_ref()?;
        let serves = (token.is_fresh_at(wall) && wall < *look_at)
            || (self.flight.is_flying() && token.is_usable_at(wall));
        (serves && self.accepts(requirement, token)).then(|| Arc::clone(token))
    }

    /// Returns whether the stored record is to be looked at before the token is used.
    pub(crate) fn is_look_due(&self, now: Now) -> bool {
        let cached = self.token.load();
        cached
            .as_ref()
            .is_some_and(|cached| now.wall.to_system() >= cached.look_at)
    }

    /// Sets the token to the stored one that a look at the record found. Keeps one that the store
    /// does not have, or that another caller has set since it had this generation. Returns whether
    /// there is none any more.
    pub(crate) fn follow(&self, stored: Option<&Arc<Token>>, before: u64, now: Now) -> bool {
        let cached = self.token.load_full();
        let Some(old) = cached.as_ref().map(|cached| &cached.token) else {
            return false;
        };
        if old.generation() != before {
            return false;
        }
        let is_unstored = self.unstored.load(Ordering::Relaxed) == before;
        let new = stored.map(|stored| match stored.generation() {
            // With its age by the monotonic clock.
            same if same == before => old,
            earlier if earlier < before && is_unstored => old,
            _ => stored,
        });
        if new.is_some_and(|new| new.generation() < before) {
            // Of another login, by a clock that is behind: what is known of the old one, by its number,
            // does not hold for this one.
            for known in [
                &self.invalid,
                &self.dead,
                &self.blocked,
                &self.blocked_until,
            ] {
                known.store(0, Ordering::Relaxed);
            }
        }
        let next = new.map(|token| Cached::new(Arc::clone(token), now));
        self.swap(&cached, next) && new.is_none()
    }

    /// Notes that the store does not have the token of this generation.
    pub(crate) fn set_unstored(&self, generation: u64) {
        self.unstored.store(generation, Ordering::Relaxed);
    }

    /// Puts off the next look at the stored record, unless another caller sets the token meanwhile.
    pub(crate) fn postpone_look(&self, wait: Duration, now: Now) {
        let cached = self.token.load_full();
        if let Some(old) = &cached {
            let look_at = now.wall.to_system() + wait;
            let token = Arc::clone(&old.token);
            self.swap(&cached, Some(Arc::new(Cached { token, look_at })));
        }
    }

    fn swap(&self, old: &Option<Arc<Cached>>, new: Option<Arc<Cached>>) -> bool {
        let before = self.token.compare_and_swap(old, new);
        before.as_ref().map(Arc::as_ptr) == old.as_ref().map(Arc::as_ptr)
    }

    #[inline]
    fn accepts(&self, requirement: TokenRequirement, token: &Token) -> bool {
        let generation = token.generation();
        requirement.accepts(generation)
            && generation > self.invalid.load(Ordering::Relaxed)
            && generation > self.blocked.load(Ordering::Relaxed)
    }

    /// Returns the token, or which caller renews it.
    pub(crate) fn lookup(&self, requirement: TokenRequirement, now: Now) -> Lookup {
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
        let token = self.latest()?;
        if !self.accepts(requirement, &token) {
            return None;
        }
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
        if !self.is_blocked(now) {
            self.blocked.store(0, Ordering::Relaxed);
        }
        let refused = self.invalid.load(Ordering::Relaxed);
        let refused = refused.max(self.blocked.load(Ordering::Relaxed));
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
        let cached = self.token.load();
        cached.as_ref().map(|cached| Arc::clone(&cached.token))
    }

    /// Sets the token to the one that is stored now.
    pub(crate) fn publish(&self, token: Option<Arc<Token>>, now: Now) {
        self.unblock(token.as_deref());
        self.token.store(token.map(|token| Cached::new(token, now)));
    }

    /// Ends the block of a token that was rejected for good if this is a newer one.
    fn unblock(&self, token: Option<&Token>) {
        let newer = |token: &Token| token.generation() > self.blocked.load(Ordering::Relaxed);
        if token.is_some_and(newer) {
            self.blocked_until.store(0, Ordering::Relaxed);
        }
    }

    /// Marks tokens up to this generation invalid.
    pub(crate) fn invalidate(&self, generation: u64) {
        self.invalid.fetch_max(generation, Ordering::Relaxed);
    }

    /// Notes that the service rejected the token of this generation for good. It is not tried
    /// before this time.
    pub(crate) fn bury(&self, generation: u64, until: Duration) {
        self.set_dead(generation);
        self.blocked_until.store(millis(until), Ordering::Relaxed);
        self.blocked.fetch_max(generation, Ordering::Relaxed);
    }

    /// Notes that a service rejected the token of this generation for good, some time ago.
    pub(crate) fn set_dead(&self, generation: u64) {
        self.dead.fetch_max(generation, Ordering::Relaxed);
    }

    /// Returns whether a token that was rejected for good is not tried again yet.
    pub(crate) fn is_blocked(&self, now: Now) -> bool {
        self.blocked_until.load(Ordering::Relaxed) > millis(now.monotonic)
    }

    /// Returns whether the service rejected the token of this generation for good.
    #[inline]
    pub(crate) fn is_dead(&self, generation: u64) -> bool {
        self.dead.load(Ordering::Relaxed) == generation
    }

    /// Notes that the service accepted a token that it had rejected.
    pub(crate) fn revive(&self) {
        self.dead.store(0, Ordering::Relaxed);
        self.blocked.store(0, Ordering::Relaxed);
    }

    /// Ends a renewal. Sets the token in memory before it wakes the waiting callers.
    pub(crate) fn finish(&self, leader: Leader<RenewalResult>, result: &RenewalResult, now: Now) {
        match result {
            Ok(token) => {
                self.publish(Some(Arc::clone(token)), now);
                if token.freshness(now) == Freshness::Fresh {
                    self.failures.store(0, Ordering::Relaxed);
                    self.not_before.store(0, Ordering::Relaxed);
                } else {
                    // The renewal failed and fell back on the old token, which is still valid.
                    self.pause(now);
                }
            }
            Err(_) => self.pause(now),
        }
        leader.finish(result.clone());
    }

    fn pause(&self, now: Now) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed);
        let later = now.monotonic + AHEAD_OF_TIME.wait(failures, now);
        self.not_before.store(millis(later), Ordering::Relaxed);
    }
}

impl Cached {
    fn new(token: Arc<Token>, now: Now) -> Arc<Self> {
        let look_at = now.wall.to_system() + LOOK_EVERY;
        Arc::new(Self { token, look_at })
    }
}

impl fmt::Debug for TokenCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenCell").field(&self.latest()).finish()
    }
}

/// Returns a time of the monotonic clock in milliseconds.
pub(crate) fn millis(up: Duration) -> u64 {
    u64::try_from(up.as_millis()).unwrap_or(u64::MAX)
}

//! A token in memory, and all that is known of its login's tokens by their number: replaced as one.
//!
//! Generations count within one login. Those of another login may be lower, if the clock of its host
//! is behind. Then nothing that is known by number is carried over to it. What is known of lower
//! numbers does no harm.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use auth_core::{Freshness, Now, Token, TokenRequirement};

/// How long a token in memory is used without a look at the stored record. Another program may have
/// logged out, or logged another user in.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(60);

/// A token in memory, and what is known of its login.
#[derive(Clone)]
pub(crate) struct CachedToken {
    pub(crate) token: Option<Arc<Token>>,
    /// When the stored record is looked at again.
    pub(crate) look_at: SystemTime,
    /// The login of the last token ([`TokenRecord::login_id`](auth_core::TokenRecord::login_id)).
    pub(crate) login: Option<u64>,
    /// The generation of the last token.
    pub(crate) last: u64,
    /// The last generation of the logins before; 0 if none is known.
    pub(crate) gone: u64,
    pub(crate) marks: Arc<Marks>,
}

/// What is known of the tokens of one login, by generation; 0 if nothing is.
#[derive(Default)]
pub(crate) struct Marks {
    /// The generation up to which the program marked tokens invalid.
    pub(crate) invalid: AtomicU64,
    /// The generation of a token that was issued while the store could not be read.
    pub(crate) unstored: AtomicU64,
    /// The generation of a token that the service rejected for good.
    pub(crate) dead: AtomicU64,
    /// The same while it is not tried again: until these milliseconds of the monotonic clock.
    pub(crate) blocked: AtomicU64,
    pub(crate) blocked_until: AtomicU64,
}

impl Default for CachedToken {
    fn default() -> Self {
        Self {
            token: None,
            look_at: SystemTime::UNIX_EPOCH,
            login: None,
            last: 0,
            gone: 0,
            marks: Arc::default(),
        }
    }
}

impl CachedToken {
    /// Returns what replaces this: a token of this login. Also whether what is known by number does
    /// not hold for it.
    pub(crate) fn next(
        &self,
        token: Option<Arc<Token>>,
        login: Option<u64>,
        now: Now,
    ) -> (Self, bool) {
        let is_other = token.as_ref().is_some_and(|token| {
            token.generation() <= self.last && is_other_login(self.login, login)
        });
        (self.with(token, login, is_other, now), is_other)
    }

    /// The same with a token that the store has now. Without the number of its login, a lower
    /// generation tells that it is another one, by a clock that is behind.
    pub(crate) fn follow(
        &self,
        token: Option<Arc<Token>>,
        login: Option<u64>,
        now: Now,
    ) -> (Self, bool) {
        let is_known = login.is_some() && self.login.is_some();
        let is_lower = token
            .as_ref()
            .is_some_and(|token| token.generation() < self.last);
        match is_lower && !is_known {
            true => (self.with(token, login, true, now), true),
            false => self.next(token, login, now),
        }
    }

    fn with(
        &self,
        token: Option<Arc<Token>>,
        login: Option<u64>,
        is_other: bool,
        now: Now,
    ) -> Self {
        let mut next = self.clone();
        next.look_at = now.wall.to_system() + LOOK_EVERY;
        if is_other {
            next.marks = Arc::default();
            next.gone = self.gone.max(self.last);
        }
        if let Some(token) = &token {
            (next.login, next.last) = (login, token.generation());
            if next.last > next.marks.blocked.load(Ordering::Relaxed) {
                // Ends the block of a token that was rejected for good, with a newer one.
                next.marks.blocked_until.store(0, Ordering::Relaxed);
            }
        }
        next.token = token;
        next
    }

    /// Returns whether this is the number of a token whose login is gone: the last token is a lower
    /// one, of a later login.
    pub(crate) fn is_gone(&self, generation: u64) -> bool {
        generation <= self.gone && generation > self.last
    }

    /// Returns whether this is a newer token of the same login, which another caller has set.
    pub(crate) fn is_newer(&self, token: &Token, login: Option<u64>, now: Now) -> bool {
        let is_newer = |cached: &Arc<Token>| {
            cached.generation() > token.generation() && cached.freshness(now) == Freshness::Fresh
        };
        let is_same_login = login.is_some() && login == self.login;
        is_same_login && self.token.as_ref().is_some_and(is_newer)
    }
}

impl Marks {
    #[inline]
    pub(crate) fn accepts(&self, requirement: TokenRequirement, token: &Token) -> bool {
        let generation = token.generation();
        requirement.accepts(generation)
            && generation > self.invalid.load(Ordering::Relaxed)
            && generation > self.blocked.load(Ordering::Relaxed)
    }

    pub(crate) fn is_blocked(&self, now: Now) -> bool {
        self.blocked_until.load(Ordering::Relaxed) > millis(now.monotonic)
    }
}

/// Returns whether both are the same token.
pub(crate) fn is_same(one: &Token, other: &Token) -> bool {
    one.generation() == other.generation() && one.expose_secret() == other.expose_secret()
}

/// Returns whether these are two logins. A record may have no number for its login.
pub(crate) fn is_other_login(one: Option<u64>, other: Option<u64>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

/// Returns a time of the monotonic clock in milliseconds.
pub(crate) fn millis(up: Duration) -> u64 {
    u64::try_from(up.as_millis()).unwrap_or(u64::MAX)
}

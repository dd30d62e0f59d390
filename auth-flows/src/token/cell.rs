//! One token in memory, behind a gate that lets one renewal through at a time. Time is an argument.

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
    retry,
    sync::single_flight::{Follower, Join, Leader, SingleFlight},
};

/// What a renewal came to, told to everybody who waited for it.
pub(crate) type RenewalResult = Result<Arc<Token>, Error>;

/// One token of one account.
pub(crate) struct TokenCell {
    token: ArcSwapOption<Token>,
    gate: Arc<SingleFlight<RenewalResult>>,
    /// The generation up to which the program has said that tokens are dead.
    dead: AtomicU64,
    /// Milliseconds of the monotonic clock before which a renewal ahead of time is not tried again.
    not_before: AtomicU64,
    /// How many renewals have failed since the last that did not.
    failures: AtomicU32,
}

/// How a token is got, as seen from memory.
pub(crate) enum Lookup {
    /// It is here.
    Ready(Arc<Token>),
    /// It is here and serves, but it is time for the next one, and nobody is getting it: that is for us to do.
    ReadyButDue(Arc<Token>, Leader<RenewalResult>),
    /// It is not here, and getting it is for us to do.
    Missing(Leader<RenewalResult>),
    /// Somebody is getting it.
    InFlight(Follower<RenewalResult>),
}

/// After a first renewal ahead of time has failed, the next is tried this much later; then twice as much, and so on.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

impl TokenCell {
    pub(crate) fn new() -> Self {
        Self {
            token: ArcSwapOption::empty(),
            gate: SingleFlight::new(),
            dead: AtomicU64::new(0),
            not_before: AtomicU64::new(0),
            failures: AtomicU32::new(0),
        }
    }

    /// A token from memory that needs no thought: it is fresh, or it serves and somebody is getting the next one already. No
    /// lock, no allocation, one clock reading; a renewal that is stuck costs nobody anything.
    #[inline]
    pub(crate) fn at_hand(&self, need: TokenRequirement, wall: SystemTime) -> Option<Arc<Token>> {
        let token = self.token.load_full()?;
        let serves = token.is_fresh_at(wall) || (self.gate.is_flying() && token.is_usable_at(wall));
        (serves && self.accepts(need, &token)).then_some(token)
    }

    #[inline]
    fn accepts(&self, need: TokenRequirement, token: &Token) -> bool {
        let generation = token.generation();
        need.accepts(generation) && generation > self.dead.load(Ordering::Relaxed)
    }

    /// The token if it is here, otherwise what to do about it.
    pub(crate) fn lookup(&self, need: TokenRequirement, now: Now) -> Lookup {
        if let Some((token, false)) = self.serving(need, now) {
            return Lookup::Ready(token);
        }
        match self.gate.join() {
            // Somebody may have landed between our look and our joining.
            Join::Lead(lead) => match self.serving(need, now) {
                Some((token, true)) => Lookup::ReadyButDue(token, lead),
                Some((token, false)) => {
                    lead.finish(Ok(Arc::clone(&token)));
                    Lookup::Ready(token)
                }
                None => Lookup::Missing(lead),
            },
            Join::Wait(wait) => match self.serving(need, now) {
                Some((token, _)) => Lookup::Ready(token),
                None => Lookup::InFlight(wait),
            },
        }
    }

    /// The token, if it serves, and whether it is time to get the next one.
    fn serving(&self, need: TokenRequirement, now: Now) -> Option<(Arc<Token>, bool)> {
        let token = self.token.load_full()?;
        if !self.accepts(need, &token) {
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

    /// What is needed, and not one that the program has said to be dead.
    pub(crate) fn need(&self, need: TokenRequirement) -> TokenRequirement {
        match (need, self.dead.load(Ordering::Relaxed)) {
            (need, 0) => need,
            (TokenRequirement::Any, dead) => TokenRequirement::NewerThan(dead),
            (TokenRequirement::NewerThan(refused), dead) => {
                TokenRequirement::NewerThan(refused.max(dead))
            }
        }
    }

    /// The token in memory, whatever its age.
    pub(crate) fn latest(&self) -> Option<Arc<Token>> {
        self.token.load_full()
    }

    /// What the store holds now.
    pub(crate) fn publish(&self, token: Option<Arc<Token>>) {
        self.token.store(token);
    }

    /// Tokens up to this generation are dead.
    pub(crate) fn invalidate(&self, generation: u64) {
        self.dead.fetch_max(generation, Ordering::Relaxed);
    }

    /// Ends a renewal: the token goes into memory first, then everybody is told.
    pub(crate) fn finish(&self, lead: Leader<RenewalResult>, landed: &RenewalResult, now: Now) {
        match landed {
            Ok(token) => {
                self.token.store(Some(Arc::clone(token)));
                if token.freshness(now) == Freshness::Fresh {
                    self.failures.store(0, Ordering::Relaxed);
                    self.not_before.store(0, Ordering::Relaxed);
                } else {
                    // An old one that still serves: the renewal failed.
                    self.pause(now);
                }
            }
            Err(_) => self.pause(now),
        }
        lead.finish(landed.clone());
    }

    fn pause(&self, now: Now) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).min(10);
        let pause = (FIRST_PAUSE * (1 << failures)).min(LONGEST_PAUSE);
        let later = now.monotonic + retry::shortened(pause, now);
        self.not_before.store(millis(later), Ordering::Relaxed);
    }
}

impl fmt::Debug for TokenCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Slot").field(&self.token.load()).finish()
    }
}

fn millis(up: Duration) -> u64 {
    u64::try_from(up.as_millis()).unwrap_or(u64::MAX)
}

//! What the server has refused lately, so that a thousand calls on a dead login do not ask a thousand times.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use auth_core::{Error, ErrorKind, Now};

use super::login_source::{Way, With};

/// The refusals of one account, until something new is stored for it.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Vec<Refusal>>);

#[derive(Debug)]
struct Refusal {
    with: With,
    /// The generation of the token that was refused; 0 where it was none.
    generation: u64,
    /// Held, so that no other way can come to lie at its address.
    way: Arc<Way>,
    error: Error,
    until: Option<Duration>,
}

/// For so long a refusal is believed without asking again. A server may have been wrong, a registration may be mended.
const BELIEVED_FOR: Duration = Duration::from_secs(60);

impl Refusals {
    /// The refusal of just this attempt, if it was made a short while ago.
    pub(crate) fn recall(
        &self,
        with: With,
        generation: u64,
        way: &Arc<Way>,
        now: Now,
    ) -> Option<Error> {
        let mut refusals = self.lock();
        refusals.retain(|refusal| refusal.until.is_none_or(|until| now.up < until));
        let found = refusals
            .iter()
            .find(|refusal| refusal.is_of(with, generation, way));
        found.map(|refusal| refusal.error.clone())
    }

    /// Remembers a refusal. What may go away by itself is not one. A person is not asked again by themselves: until something
    /// new is stored, or the program says so.
    pub(crate) fn remember(
        &self,
        with: With,
        generation: u64,
        way: &Arc<Way>,
        error: &Error,
        now: Now,
    ) {
        let refused = matches!(
            error.kind(),
            ErrorKind::NeedsLogin | ErrorKind::Denied | ErrorKind::Configuration
        );
        if with != With::Person && (!refused || error.is_retryable()) {
            return;
        }
        let mut refusals = self.lock();
        refusals.retain(|refusal| !refusal.is_of(with, generation, way));
        refusals.push(Refusal {
            with,
            generation,
            way: Arc::clone(way),
            error: error.clone(),
            until: (with != With::Person).then(|| now.up + BELIEVED_FOR),
        });
    }

    /// Something new was stored: what was refused is past.
    pub(crate) fn forget(&self) {
        *self.lock() = Vec::new();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Refusal>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Refusal {
    /// A token is refused whoever sends it; user name and password, and a person, are one session's.
    fn is_of(&self, with: With, generation: u64, way: &Arc<Way>) -> bool {
        let own = matches!(with, With::Password | With::Person);
        self.with == with && self.generation == generation && (!own || Arc::ptr_eq(&self.way, way))
    }
}

#[cfg(test)]
mod tests {
    use auth_core::UnixTime;

    use super::*;

    fn at(seconds: u64) -> Now {
        Now {
            wall: UnixTime::default(),
            up: Duration::from_secs(seconds),
        }
    }

    #[test]
    fn the_same_attempt_is_believed_for_a_while() {
        let refusals = Refusals::default();
        let (way, other) = (Arc::new(Way::Stored), Arc::new(Way::Stored));
        let dead = Error::login_needed("dead");
        refusals.remember(With::RefreshToken, 7, &way, &dead, at(0));
        let check = |with, generation, way, seconds, expect| {
            let recalled = refusals.recall(with, generation, way, at(seconds));
            assert_eq!(
                recalled.is_some(),
                expect,
                "{with:?} {generation} {seconds}"
            );
        };
        check(With::RefreshToken, 7, &way, 1, true);
        check(With::RefreshToken, 7, &other, 1, true);
        check(With::RefreshToken, 8, &way, 1, false);
        check(With::LoginToken, 7, &way, 1, false);
        refusals.remember(With::Password, 0, &way, &dead, at(2));
        check(With::Password, 0, &way, 3, true);
        check(With::Password, 0, &other, 3, false);
        check(With::RefreshToken, 7, &way, 60, false);
        check(With::Password, 0, &way, 61, true);
        refusals.forget();
        check(With::Password, 0, &way, 61, false);
    }

    #[test]
    fn what_may_go_away_is_not_remembered_but_for_a_person() {
        let way = Arc::new(Way::Stored);
        let check = |with, error: Error, expect| {
            let refusals = Refusals::default();
            refusals.remember(with, 1, &way, &error, at(0));
            let later = refusals.recall(with, 1, &way, at(59));
            assert_eq!(later.is_some(), expect, "{with:?} {error}");
        };
        let of = |kind| Error::new(kind, "so it is");
        check(With::RefreshToken, of(ErrorKind::Transport), false);
        check(With::RefreshToken, of(ErrorKind::Refused), false);
        check(With::ClientCredentials, of(ErrorKind::Configuration), true);
        check(With::Password, of(ErrorKind::Denied), true);
        check(With::Person, of(ErrorKind::TimedOut), true);
        let refusals = Refusals::default();
        refusals.remember(With::Person, 0, &way, &of(ErrorKind::TimedOut), at(0));
        assert!(
            refusals
                .recall(With::Person, 0, &way, at(1 << 40))
                .is_some()
        );
    }
}

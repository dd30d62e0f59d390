//! What the server has refused lately, so that a thousand calls on a dead login do not ask a thousand times.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use auth_core::{Error, ErrorKind, Now};

use super::login_source::{LoginSource, RenewalMethod};

/// The refusals of one account, until something new is stored for it.
#[derive(Debug, Default)]
pub(crate) struct NegativeCache(Mutex<Vec<Refusal>>);

#[derive(Debug)]
struct Refusal {
    with: RenewalMethod,
    /// The generation of the token that was refused; 0 where it was none.
    generation: u64,
    /// Held, so that no other way can come to lie at its address.
    way: Arc<LoginSource>,
    error: Error,
    until: Option<Duration>,
}

/// For so long a refusal is believed without asking again. A server may have been wrong, a registration may be mended.
const BELIEVED_FOR: Duration = Duration::from_secs(60);

impl NegativeCache {
    /// The refusal of just this attempt, if it was made a short while ago.
    pub(crate) fn get(
        &self,
        with: RenewalMethod,
        generation: u64,
        way: &Arc<LoginSource>,
        now: Now,
    ) -> Option<Error> {
        let mut refusals = self.lock();
        refusals.retain(|refusal| refusal.until.is_none_or(|until| now.monotonic < until));
        let found = refusals
            .iter()
            .find(|refusal| refusal.is_of(with, generation, way));
        found.map(|refusal| refusal.error.clone())
    }

    /// Remembers a refusal. What may go away by itself is not one. A person is not asked again by themselves: until something
    /// new is stored, or the program says so.
    pub(crate) fn insert(
        &self,
        with: RenewalMethod,
        generation: u64,
        way: &Arc<LoginSource>,
        error: &Error,
        now: Now,
    ) {
        let refused = matches!(
            error.kind(),
            ErrorKind::NeedsLogin
                | ErrorKind::ConsentDenied
                | ErrorKind::BadCredentials
                | ErrorKind::AccountSuspended
                | ErrorKind::Configuration
        );
        if with != RenewalMethod::Person && (!refused || error.is_retryable()) {
            return;
        }
        let mut refusals = self.lock();
        refusals.retain(|refusal| !refusal.is_of(with, generation, way));
        refusals.push(Refusal {
            with,
            generation,
            way: Arc::clone(way),
            error: error.clone(),
            until: (with != RenewalMethod::Person).then(|| now.monotonic + BELIEVED_FOR),
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
    fn is_of(&self, with: RenewalMethod, generation: u64, way: &Arc<LoginSource>) -> bool {
        let own = matches!(with, RenewalMethod::Password | RenewalMethod::Person);
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
            monotonic: Duration::from_secs(seconds),
        }
    }

    #[test]
    fn the_same_attempt_is_believed_for_a_while() {
        let refusals = NegativeCache::default();
        let (way, other) = (Arc::new(LoginSource::Stored), Arc::new(LoginSource::Stored));
        let dead = Error::login_needed("dead");
        refusals.insert(RenewalMethod::RefreshToken, 7, &way, &dead, at(0));
        let check = |with, generation, way, seconds, expect| {
            let recalled = refusals.get(with, generation, way, at(seconds));
            assert_eq!(
                recalled.is_some(),
                expect,
                "{with:?} {generation} {seconds}"
            );
        };
        check(RenewalMethod::RefreshToken, 7, &way, 1, true);
        check(RenewalMethod::RefreshToken, 7, &other, 1, true);
        check(RenewalMethod::RefreshToken, 8, &way, 1, false);
        check(RenewalMethod::LoginToken, 7, &way, 1, false);
        refusals.insert(RenewalMethod::Password, 0, &way, &dead, at(2));
        check(RenewalMethod::Password, 0, &way, 3, true);
        check(RenewalMethod::Password, 0, &other, 3, false);
        check(RenewalMethod::RefreshToken, 7, &way, 60, false);
        check(RenewalMethod::Password, 0, &way, 61, true);
        refusals.forget();
        check(RenewalMethod::Password, 0, &way, 61, false);
    }

    #[test]
    fn what_may_go_away_is_not_remembered_but_for_a_person() {
        let way = Arc::new(LoginSource::Stored);
        let check = |with, error: Error, expect| {
            let refusals = NegativeCache::default();
            refusals.insert(with, 1, &way, &error, at(0));
            let later = refusals.get(with, 1, &way, at(59));
            assert_eq!(later.is_some(), expect, "{with:?} {error}");
        };
        let of = |kind| Error::new(kind, "so it is");
        check(RenewalMethod::RefreshToken, of(ErrorKind::Transport), false);
        check(RenewalMethod::RefreshToken, of(ErrorKind::Refused), false);
        check(
            RenewalMethod::ClientCredentials,
            of(ErrorKind::Configuration),
            true,
        );
        check(RenewalMethod::Password, of(ErrorKind::BadCredentials), true);
        check(
            RenewalMethod::Password,
            of(ErrorKind::AccountSuspended),
            true,
        );
        check(
            RenewalMethod::LoginToken,
            of(ErrorKind::ConsentDenied),
            true,
        );
        check(RenewalMethod::Person, of(ErrorKind::TimedOut), true);
        let refusals = NegativeCache::default();
        refusals.insert(
            RenewalMethod::Person,
            0,
            &way,
            &of(ErrorKind::TimedOut),
            at(0),
        );
        assert!(
            refusals
                .get(RenewalMethod::Person, 0, &way, at(1 << 40))
                .is_some()
        );
    }
}

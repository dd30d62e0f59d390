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
    attempt: Attempt,
    error: Error,
    until: Option<Duration>,
}

/// One attempt to get a token. Two are equal if a refusal of the one is a refusal of the other.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) method: RenewalMethod,
    /// The generation of the token that it is made with; 0 without one.
    pub(crate) generation: u64,
    /// Owned, so that no other login source can be at its address.
    pub(crate) login_source: Arc<LoginSource>,
}

impl PartialEq for Attempt {
    /// A token is refused from every session; user name and password, and a person, belong to one.
    fn eq(&self, other: &Self) -> bool {
        let own = matches!(self.method, RenewalMethod::Password | RenewalMethod::Person);
        (self.method, self.generation) == (other.method, other.generation)
            && (!own || Arc::ptr_eq(&self.login_source, &other.login_source))
    }
}

/// How long a refusal is cached. Short: the server may be wrong, or a registration be fixed.
const CACHED_FOR: Duration = Duration::from_secs(60);

impl NegativeCache {
    /// The refusal of just this attempt, if it was made a short while ago.
    pub(crate) fn get(&self, attempt: &Attempt, now: Now) -> Option<Error> {
        let mut refusals = self.lock();
        refusals.retain(|refusal| refusal.until.is_none_or(|until| now.monotonic < until));
        let found = refusals.iter().find(|refusal| refusal.attempt == *attempt);
        found.map(|refusal| refusal.error.clone())
    }

    /// Remembers a refusal. What may go away by itself is not one. A person is not asked again by themselves: until something
    /// new is stored, or the program says so.
    pub(crate) fn insert(&self, attempt: Attempt, error: &Error, now: Now) {
        let of_person = attempt.method == RenewalMethod::Person;
        let refused = matches!(
            error.kind(),
            ErrorKind::NeedsLogin
                | ErrorKind::ConsentDenied
                | ErrorKind::BadCredentials
                | ErrorKind::AccountSuspended
                | ErrorKind::Configuration
        );
        if !of_person && (!refused || error.is_retryable()) {
            return;
        }
        let mut refusals = self.lock();
        refusals.retain(|refusal| refusal.attempt != attempt);
        refusals.push(Refusal {
            attempt,
            error: error.clone(),
            until: (!of_person).then(|| now.monotonic + CACHED_FOR),
        });
    }

    /// Something new was stored: what was refused is past.
    pub(crate) fn clear(&self) {
        *self.lock() = Vec::new();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Refusal>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn attempt(method: RenewalMethod, generation: u64, login_source: &Arc<LoginSource>) -> Attempt {
        Attempt {
            method,
            generation,
            login_source: Arc::clone(login_source),
        }
    }

    #[test]
    fn the_same_attempt_is_believed_for_a_while() {
        let cache = NegativeCache::default();
        let (source, other) = (Arc::new(LoginSource::Stored), Arc::new(LoginSource::Stored));
        let dead = Error::login_needed("dead");
        let refresh = attempt(RenewalMethod::RefreshToken, 7, &source);
        cache.insert(refresh, &dead, at(0));
        let check = |method, generation, source, seconds, expect| {
            let cached = cache.get(&attempt(method, generation, source), at(seconds));
            assert_eq!(
                cached.is_some(),
                expect,
                "{method:?} {generation} {seconds}"
            );
        };
        check(RenewalMethod::RefreshToken, 7, &source, 1, true);
        check(RenewalMethod::RefreshToken, 7, &other, 1, true);
        check(RenewalMethod::RefreshToken, 8, &source, 1, false);
        check(RenewalMethod::LoginToken, 7, &source, 1, false);
        cache.insert(attempt(RenewalMethod::Password, 0, &source), &dead, at(2));
        check(RenewalMethod::Password, 0, &source, 3, true);
        check(RenewalMethod::Password, 0, &other, 3, false);
        check(RenewalMethod::RefreshToken, 7, &source, 60, false);
        check(RenewalMethod::Password, 0, &source, 61, true);
        cache.clear();
        check(RenewalMethod::Password, 0, &source, 61, false);
    }

    #[test]
    fn what_may_go_away_is_not_remembered_but_for_a_person() {
        let source = Arc::new(LoginSource::Stored);
        let check = |method, error: Error, seconds, expect| {
            let cache = NegativeCache::default();
            cache.insert(attempt(method, 1, &source), &error, at(0));
            let later = cache.get(&attempt(method, 1, &source), at(seconds));
            assert_eq!(later.is_some(), expect, "{method:?} {error}");
        };
        let of = |kind| Error::new(kind, "so it is");
        let (refresh, person) = (RenewalMethod::RefreshToken, RenewalMethod::Person);
        check(refresh, of(ErrorKind::Transport), 59, false);
        check(refresh, of(ErrorKind::Refused), 59, false);
        let configuration = of(ErrorKind::Configuration);
        check(RenewalMethod::ClientCredentials, configuration, 59, true);
        check(
            RenewalMethod::Password,
            of(ErrorKind::BadCredentials),
            59,
            true,
        );
        check(
            RenewalMethod::Password,
            of(ErrorKind::AccountSuspended),
            59,
            true,
        );
        check(
            RenewalMethod::LoginToken,
            of(ErrorKind::ConsentDenied),
            59,
            true,
        );
        check(person, of(ErrorKind::TimedOut), 59, true);
        check(person, of(ErrorKind::TimedOut), 1 << 40, true);
    }
}

//! What the server has said about an account's tokens: refusals, failures, tokens that it rejected
//! although they were new. Every renewal reads it, so that many calls do not send many requests.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use auth_core::{Error, ErrorKind, ExposeSecret, Now, TokenKind, TokenRequirement};
use subtle::ConstantTimeEq;

use super::login_source::{LoginSource, RenewalMethod};
use crate::retry::AHEAD_OF_TIME;

/// The memory of one account.
#[derive(Debug, Default)]
pub(crate) struct NegativeCache {
    /// Empty until there is something to remember, which for most accounts is never.
    memory: Mutex<Option<Box<Memory>>>,
    /// The newest generation of each kind that the API has accepted.
    accepted: [AtomicU64; TokenKind::ALL.len()],
}

#[derive(Debug, Default)]
struct Memory {
    refusals: Vec<Refusal>,
    failures: [Option<Failure>; TokenKind::ALL.len()],
    rejections: [Option<Rejection>; TokenKind::ALL.len()],
    /// The newest generation of each kind that a service rejected. A newer token may also be required
    /// because it must last longer.
    rejected: [u64; TokenKind::ALL.len()],
}

/// A definite verdict of the server on one attempt.
#[derive(Debug)]
struct Refusal {
    attempt: Attempt,
    error: Error,
    until: Option<Duration>,
}

/// A renewal that failed for now, by whatever method.
#[derive(Debug)]
struct Failure {
    error: Error,
    /// No further renewal starts before this time.
    not_before: Duration,
    /// Earlier failures since the last success.
    count: u32,
}

/// A token that was renewed because the API had rejected the one before.
#[derive(Debug)]
struct Rejection {
    /// The generation of the new token.
    generation: u64,
    not_before: Duration,
    /// How many tokens in a row the API rejected.
    count: u32,
}

/// One attempt to get a token. Two are equal if a refusal of the one is a refusal of the other.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) method: RenewalMethod,
    /// The generation of the token that it is made with; 0 without one.
    pub(crate) generation: u64,
    pub(crate) login_source: Arc<LoginSource>,
}

impl PartialEq for Attempt {
    /// By value: a program may open a session at each call. A person is one per account.
    fn eq(&self, other: &Self) -> bool {
        (self.method, self.generation) == (other.method, other.generation)
            && (self.method != RenewalMethod::Password
                || same_password(&self.login_source, &other.login_source))
    }
}

/// Compares user name and password. In constant time, because either may come from a request.
fn same_password(a: &LoginSource, b: &LoginSource) -> bool {
    fn credentials(source: &LoginSource) -> Option<(&[u8], &[u8])> {
        match source {
            LoginSource::Password { username, password } => {
                Some((username.as_bytes(), password.expose_secret().as_bytes()))
            }
            _ => None,
        }
    }
    let (Some(a), Some(b)) = (credentials(a), credentials(b)) else {
        return false;
    };
    (a.0.ct_eq(b.0) & a.1.ct_eq(b.1)).into()
}

/// How long a refusal is cached. Short: the server may be wrong, or a registration be fixed.
const CACHED_FOR: Duration = Duration::from_secs(60);

/// How long a new token counts as new: a rejection of it in this time is the API's verdict on the
/// operation, and another renewal would change nothing.
const NEW_FOR: Duration = Duration::from_secs(30);

/// How many tokens in a row are replaced at once that the API had accepted before it rejected them:
/// a server may revoke tokens often. Where one operation is accepted and another never, this is the
/// bound.
const MOST_REPLACED: u32 = 12;

impl NegativeCache {
    /// Returns the refusal of just this attempt, if it is cached.
    pub(crate) fn get(&self, attempt: &Attempt, now: Now) -> Option<Error> {
        let mut memory = self.lock();
        let refusals = &mut memory.as_mut()?.refusals;
        refusals.retain(|refusal| refusal.until.is_none_or(|until| now.monotonic < until));
        let found = refusals.iter().find(|refusal| refusal.attempt == *attempt);
        found.map(|refusal| refusal.error.clone())
    }

    /// Caches a definite refusal and returns true; false if the error is not one. A person who did
    /// not log in is not asked again by the session, until a new token is stored.
    pub(crate) fn insert(&self, attempt: Attempt, error: &Error, now: Now) -> bool {
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
            return false;
        }
        let mut memory = self.lock();
        let refusals = &mut memory.get_or_insert_default().refusals;
        refusals.retain(|refusal| refusal.attempt != attempt);
        refusals.push(Refusal {
            attempt,
            error: error.clone(),
            until: (!of_person).then(|| now.monotonic + CACHED_FOR),
        });
        true
    }

    /// Returns the error of an earlier renewal, if its verdict or its wait holds for another one.
    pub(crate) fn not_yet(
        &self,
        kind: TokenKind,
        requirement: TokenRequirement,
        now: Now,
    ) -> Option<Error> {
        let rejected = match requirement {
            TokenRequirement::NewerThan(rejected) => self.rejected(kind, rejected, now),
            TokenRequirement::Any => None,
        };
        rejected.or_else(|| self.paused(kind, now))
    }

    /// Notes that a renewal of this kind has failed: none starts before the wait is over that the
    /// server asked for, or one that grows from 5 s to 5 min. Returns the error with that wait.
    pub(crate) fn pause(&self, kind: TokenKind, error: Error, now: Now) -> Error {
        let mut memory = self.lock();
        let failure = &mut memory.get_or_insert_default().failures[kind as usize];
        let count = failure.as_ref().map_or(0, |failure| failure.count + 1);
        let wait = error.retry_after().unwrap_or_default();
        let wait = wait.max(AHEAD_OF_TIME.wait(count, now));
        *failure = Some(Failure {
            error: error.clone(),
            not_before: now.monotonic.saturating_add(wait),
            count,
        });
        error.with_retry_after(wait)
    }

    /// Returns the error of the last renewal of this kind, with the time that is left, if no other
    /// may start yet.
    fn paused(&self, kind: TokenKind, now: Now) -> Option<Error> {
        let memory = self.lock();
        let failure = memory.as_ref()?.failures[kind as usize].as_ref()?;
        let left = failure.not_before.checked_sub(now.monotonic)?;
        (!left.is_zero()).then(|| failure.error.clone().with_retry_after(left))
    }

    /// Notes that a service rejected the token of this generation. What a program invalidates is not
    /// noted: it may know better, and a pause would stop calls that the token is good for.
    pub(crate) fn note_rejected(&self, kind: TokenKind, generation: u64) {
        let mut memory = self.lock();
        let newest = &mut memory.get_or_insert_default().rejected[kind as usize];
        *newest = generation.max(*newest);
    }

    /// Notes that the API accepted the token of this generation.
    #[inline]
    pub(crate) fn accepted(&self, kind: TokenKind, generation: u64) {
        let newest = &self.accepted[kind as usize];
        // Read first: a write at each call would move the cache line between processors.
        if newest.load(Ordering::Relaxed) < generation {
            newest.fetch_max(generation, Ordering::Relaxed);
        }
    }

    /// Notes that the token of generation `new` was obtained in place of `rejected`. Ignores it if no
    /// service has rejected that one.
    pub(crate) fn renewed(&self, kind: TokenKind, rejected: u64, new: u64, now: Now) {
        let mut memory = self.lock();
        let Some(memory) = memory.as_mut() else {
            return;
        };
        if memory.rejected[kind as usize] < rejected {
            return;
        }
        let rejection = &mut memory.rejections[kind as usize];
        let last = rejection.take().filter(|last| last.generation == rejected);
        let count = last.map_or(0, |last| last.count + 1);
        *rejection = Some(Rejection {
            generation: new,
            not_before: now.monotonic + NEW_FOR.max(AHEAD_OF_TIME.wait(count, now)),
            count,
        });
    }

    /// Returns the error of a caller whose token of generation `rejected` the API has rejected, if
    /// that token was obtained moments ago for this very reason.
    fn rejected(&self, kind: TokenKind, rejected: u64, now: Now) -> Option<Error> {
        let memory = self.lock();
        let memory = memory.as_ref()?;
        let last = memory.rejections[kind as usize].as_ref()?;
        if memory.rejected[kind as usize] < rejected {
            return None;
        }
        let left = last.not_before.checked_sub(now.monotonic)?;
        let accepted = self.accepted[kind as usize].load(Ordering::Relaxed) >= rejected;
        let replaced = accepted && last.count < MOST_REPLACED;
        (last.generation == rejected && !left.is_zero() && !replaced).then(|| {
            Error::new(ErrorKind::Refused, "the service rejected a new token")
                .with_status(http::StatusCode::UNAUTHORIZED)
                .with_retry_after(left)
                .with_help("check that the account may use this operation; else log in again")
        })
    }

    /// Ends all refusals and failures: something new was stored.
    pub(crate) fn clear(&self) {
        if let Some(memory) = self.lock().as_mut() {
            (memory.refusals, memory.failures) = Default::default();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Memory>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
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
        let password = |text: &str| {
            Arc::new(LoginSource::Password {
                username: "alice".into(),
                password: text.into(),
            })
        };
        let (source, same, other) = (password("a"), password("a"), password("b"));
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
        check(RenewalMethod::Password, 0, &same, 3, true);
        check(RenewalMethod::Password, 0, &other, 3, false);
        check(RenewalMethod::RefreshToken, 7, &source, 60, false);
        check(RenewalMethod::Password, 0, &source, 61, true);
        cache.clear();
        check(RenewalMethod::Password, 0, &source, 61, false);
    }

    #[test]
    fn what_may_go_away_is_not_remembered_but_for_a_person() {
        let source = Arc::new(LoginSource::Password {
            username: "alice".into(),
            password: "a".into(),
        });
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

    #[test]
    fn a_failure_pauses_all_methods_until_the_server_said() {
        let cache = NegativeCache::default();
        let kind = TokenKind::Login;
        let failed = |wait: Option<u64>| {
            let error = Error::new(ErrorKind::Refused, "busy");
            match wait {
                Some(wait) => error.with_retry_after(Duration::from_secs(wait)),
                None => error,
            }
        };
        let left = |seconds| {
            let error = cache.paused(kind, at(seconds))?;
            error.retry_after().map(|left| left.as_secs())
        };
        assert_eq!(left(0), None);
        cache.pause(kind, failed(Some(3600)), at(0));
        assert_eq!(
            (left(1), left(3599), left(3600)),
            (Some(3599), Some(1), None)
        );
        assert!(cache.paused(TokenKind::Derived, at(1)).is_none());
        cache.clear();
        assert_eq!(left(1), None);
        // Without a wait: 5 s, doubled up to 5 min, a quarter less by chance.
        let mut now = 0;
        for full in [5, 10, 20, 40, 80, 160, 300, 300] {
            cache.pause(kind, failed(None), at(now));
            let wait = left(now).expect("a pause");
            assert!(wait <= full && wait + 1 >= full * 3 / 4, "{wait} of {full}");
            now += full;
            assert_eq!(left(now), None);
        }
        // Extreme waits stay waits.
        cache.pause(kind, failed(Some(u64::MAX)), at(now));
        assert!(cache.paused(kind, at(1 << 50)).is_some());
    }

    #[test]
    fn a_token_that_was_renewed_for_a_rejection_is_not_renewed_again_at_once() {
        let cache = NegativeCache::default();
        let kind = TokenKind::Derived;
        // A newer token that must only last longer is no matter of rejection.
        cache.renewed(kind, 1, 2, at(0));
        assert!(cache.rejected(kind, 2, at(1)).is_none());
        let is = |generation, seconds| {
            cache.note_rejected(kind, generation);
            cache.rejected(kind, generation, at(seconds)).is_some()
        };
        cache.note_rejected(kind, 1);
        cache.renewed(kind, 1, 2, at(0));
        assert!(is(2, 1) && is(2, 29) && !is(2, 30) && !is(1, 1) && !is(3, 1));
        // Stored by the same renewal: the memory of it outlives that.
        cache.clear();
        assert!(is(2, 1));
        // The API goes on rejecting: the waits grow.
        for (n, full) in (2..).zip([30, 30, 40, 80, 160, 300, 300]) {
            let start = n * 1000;
            cache.note_rejected(kind, n);
            cache.renewed(kind, n, n + 1, at(start));
            assert!(is(n + 1, start + full * 3 / 4 - 1), "{n} {full}");
            assert!(!is(n + 1, start + full), "{n} {full}");
        }
        // A token that the API had accepted is replaced at once, some times.
        for n in 0..20 {
            let generation = 30 + n;
            cache.note_rejected(kind, generation);
            cache.renewed(kind, generation, generation + 1, at(15_000));
            assert!(is(generation + 1, 15_001));
            cache.accepted(kind, generation + 1);
            assert_eq!(is(generation + 1, 15_001), n >= 12, "{n}");
        }
        // Another token in between begins anew.
        cache.note_rejected(kind, 100);
        cache.renewed(kind, 100, 101, at(20_000));
        assert!(!is(101, 20_030));
    }
}

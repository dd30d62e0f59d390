//! Caches what the server has said about an account's tokens: refusals, failures, tokens that it
//! rejected although they were new. Every renewal reads it, so that many calls do not send many
//! requests.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use auth_core::{
    Error, ErrorKind, ExposeSecret, Freshness, Now, Token, TokenKind, TokenRequirement,
};
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
    /// The newest generation of each kind that a service rejected. A newer token may also be
    /// required because it must last longer.
    rejected: [u64; TokenKind::ALL.len()],
    /// When the renewals of brief tokens would have happened, one in [`BRIEF`].
    brief_until: [Duration; TokenKind::ALL.len()],
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
pub(crate) const CACHED_FOR: Duration = Duration::from_secs(60);

/// How long a new token counts as new. A rejection of it in this time is the API's verdict on the
/// operation, and another renewal would change nothing.
const NEW_FOR: Duration = Duration::from_secs(30);

/// How many tokens in a row are replaced at once that the API had accepted before it rejected them:
/// a server may revoke tokens often. Where one operation is accepted and another never, this is the
/// bound.
const MOST_REPLACED: u32 = 12;

/// The shortest time between two renewals of one token, on average. A server whose tokens last
/// less gets no more than these, after some at once.
pub(crate) const BRIEF: Duration = Duration::from_secs(5);
const MOST_BRIEF: u32 = 12;

/// How many refused attempts are cached, each for [`CACHED_FOR`]. One more is not sent: a service
/// may pass on the passwords that a visitor guesses.
const MOST_REFUSALS: usize = 12;

impl NegativeCache {
    /// Returns the refusal of just this attempt, if it is cached. Returns the last one, with the
    /// time until another attempt may be made, if too many others were refused.
    pub(crate) fn get(&self, attempt: &Attempt, now: Now) -> Option<Error> {
        let mut memory = self.lock();
        let refusals = &mut memory.as_mut()?.refusals;
        refusals.retain(|refusal| refusal.until.is_none_or(|until| now.monotonic < until));
        let found = refusals.iter().find(|refusal| refusal.attempt == *attempt);
        if let Some(refusal) = found {
            return Some(refusal.error.clone());
        }
        let of_person = attempt.method == RenewalMethod::Person;
        let server = || refusals.iter().filter(|refusal| refusal.until.is_some());
        if of_person || server().count() < MOST_REFUSALS {
            return None;
        }
        let oldest = server().filter_map(|refusal| refusal.until).min()?;
        let wait = oldest.saturating_sub(now.monotonic);
        server()
            .next_back()
            .map(|refusal| refusal.error.clone().with_retry_after(wait))
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

    /// Notes that a renewal of this kind has failed. The next one starts after the wait that the
    /// server asked for, or after one that grows from 5 s to 5 min. Returns the error with that
    /// wait.
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

    /// Notes that a service rejected the token of this generation. What a program invalidates is
    /// not noted: it may know better, and a pause would stop calls that the token is good for.
    pub(crate) fn note_rejected(&self, kind: TokenKind, generation: u64) {
        let mut memory = self.lock();
        let newest = &mut memory.get_or_insert_default().rejected[kind as usize];
        *newest = generation.max(*newest);
    }

    /// Returns whether a service rejected the token of this generation.
    pub(crate) fn has_rejected(&self, kind: TokenKind, generation: u64) -> bool {
        let memory = self.lock();
        let rejected = memory
            .as_ref()
            .map_or(0, |memory| memory.rejected[kind as usize]);
        rejected >= generation
    }

    /// Notes that the API accepted the token of this generation. Returns whether it is the first
    /// time.
    #[inline]
    pub(crate) fn accepted(&self, kind: TokenKind, generation: u64) -> bool {
        let newest = &self.accepted[kind as usize];
        // Read first: a write at each call would move the cache line between processors.
        if newest.load(Ordering::Relaxed) >= generation {
            return false;
        }
        newest.fetch_max(generation, Ordering::Relaxed) < generation
    }

    /// Forgets that the API has accepted tokens of this kind.
    pub(crate) fn forget_accepted(&self, kind: TokenKind) {
        self.accepted[kind as usize].store(0, Ordering::Relaxed);
    }

    /// Forgets what is known of tokens of this kind by their generation: those of another login begin
    /// anew. What bounds the requests of the account stays.
    pub(crate) fn forget_generations(&self, kind: TokenKind) {
        if let Some(memory) = self.lock().as_mut() {
            memory.rejected[kind as usize] = 0;
            memory.rejections[kind as usize] = None;
            if kind == TokenKind::Login {
                // Every token with which another one is requested is a login token.
                memory
                    .refusals
                    .retain(|refusal| refusal.attempt.generation == 0);
            }
        }
        self.forget_accepted(kind);
    }

    /// Returns whether a service has given a verdict that could mean the end of a token.
    pub(crate) fn has_verdict(&self) -> bool {
        self.lock().as_ref().is_some_and(|memory| {
            !memory.refusals.is_empty() || memory.rejected.iter().any(|rejected| *rejected > 0)
        })
    }

    /// Returns whether the service rejected this token: in a call, or in its renewal once it had
    /// expired. That the renewal was refused while the token is still good is not its end.
    pub(crate) fn is_rejected(&self, kind: TokenKind, token: &Token, now: Now) -> bool {
        let memory = self.lock();
        let Some(memory) = memory.as_ref() else {
            return false;
        };
        let refused = memory.refusals.iter().any(|refusal| {
            refusal.attempt.method == RenewalMethod::RefreshToken
                && refusal.attempt.generation == token.generation()
                && refusal.error.needs_login()
        });
        let expired = token.freshness(now) == Freshness::Expired;
        memory.rejected[kind as usize] >= token.generation()
            || (kind == TokenKind::Login && refused && expired)
    }

    /// Notes that the token of generation `new` was obtained in place of `rejected`. Ignores it if
    /// no service has rejected that one.
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

    /// Returns whether a service has rejected the token of this generation, and never accepted it.
    pub(crate) fn was_never_accepted(&self, kind: TokenKind, generation: u64) -> bool {
        let memory = self.lock();
        let rejected = memory
            .as_ref()
            .map_or(0, |memory| memory.rejected[kind as usize]);
        rejected >= generation && self.accepted[kind as usize].load(Ordering::Relaxed) < generation
    }

    /// Notes that the token of this generation was obtained so long ago after so many in a row that
    /// the API rejected, by whatever programs. Ignores some: a server may revoke tokens often, and
    /// each program learns only from its own calls that a token was accepted in between.
    pub(crate) fn replaced(
        &self,
        kind: TokenKind,
        generation: u64,
        count: u32,
        age: Duration,
        now: Now,
    ) {
        if count <= MOST_REPLACED {
            return;
        }
        let mut memory = self.lock();
        let rejection = &mut memory.get_or_insert_default().rejections[kind as usize];
        if rejection
            .as_ref()
            .is_none_or(|last| last.generation != generation)
        {
            let wait = NEW_FOR.max(AHEAD_OF_TIME.wait(count - MOST_REPLACED, now));
            *rejection = Some(Rejection {
                generation,
                not_before: now.monotonic.saturating_add(wait.saturating_sub(age)),
                count,
            });
        }
    }

    /// Returns the error of a caller whose token of generation `rejected` the API has rejected.
    /// `None` unless that token was obtained moments ago for this reason.
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

    /// Counts a renewal whose token lasts less than [`BRIEF`].
    pub(crate) fn brief(&self, kind: TokenKind, now: Now) {
        let mut memory = self.lock();
        let until = &mut memory.get_or_insert_default().brief_until[kind as usize];
        *until = (*until).max(now.monotonic).saturating_add(BRIEF);
    }

    /// Returns how long no token is renewed that expired within seconds; `None` if one may be.
    pub(crate) fn brief_wait(&self, kind: TokenKind, now: Now) -> Option<Duration> {
        let memory = self.lock();
        let until = memory.as_ref()?.brief_until[kind as usize];
        let wait = until.checked_sub(now.monotonic.saturating_add(BRIEF * MOST_BRIEF))?;
        (!wait.is_zero()).then_some(wait)
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
mod tests;

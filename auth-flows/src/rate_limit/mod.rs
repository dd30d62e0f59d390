//! The rate limit of a service: one ledger per client, shared across processes if the store can
//! share notes.

mod entries;
mod ledger;
mod note_clock;

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use auth_core::{Error, ErrorKind, Now, PermitKind, RateLimit, Service, Store};

use self::{
    ledger::{Ledger, Unshared},
    note_clock::NoteClock,
};
use crate::clock;

/// How long a client counts alone after the note could not be changed, so that not every request
/// waits for the same failure.
const ALONE: Duration = Duration::from_secs(5);

/// The longest such time. It doubles as long as the note fails slowly: callers wait for that, also
/// those with a valid token.
const ALONE_AT_MOST: Duration = Duration::from_secs(60);

/// A failure of the note that takes longer is a slow one.
const QUICK: Duration = Duration::from_millis(250);

/// Limits the requests of one client; all its sessions share it.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    rate: Arc<RateLimit>,
    service: String,
    /// The note's name in the store.
    note: String,
    /// The callers that want a permit. The first of them serves all with one change
    /// of the note, so that a crowd costs as much as one caller.
    requests: Mutex<Vec<Arc<PermitRequest>>>,
    serving: Mutex<Own>,
}

/// What the client knows by itself, by the monotonic clock, which nothing sets back.
#[derive(Debug)]
struct Own {
    /// All that this client was allowed, by the note too, so that it can continue alone.
    ledger: Ledger,
    /// What the note does not know yet.
    unshared: Unshared,
    note_clock: NoteClock,
    /// The note is not tried again before.
    alone_until: Duration,
    /// How long the client counts alone after the next failure.
    alone_for: Duration,
    /// The note failed, and that was reported.
    is_reported: bool,
}

/// A caller, and its permit: the time by the monotonic clock, or how far ahead it would be.
#[derive(Debug)]
struct PermitRequest {
    kind: PermitKind,
    /// It wants a permit only if it need not wait.
    at_once: bool,
    permit: OnceLock<Result<Duration, Duration>>,
}

/// The right to send one request at a time of the monotonic clock, or a little later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permit {
    at: Duration,
    good_for: Duration,
}

/// How often a caller whose permits come too late asks for another one. Then it goes ahead: the
/// machine is too busy to keep times.
pub(crate) const MAX_LATE: usize = 5;

impl Permit {
    pub(crate) const ALWAYS: Self = Self {
        at: Duration::ZERO,
        good_for: Duration::MAX,
    };

    /// Returns how long to wait for it.
    pub(crate) fn wait(&self) -> Duration {
        self.at.saturating_sub(clock::now().monotonic)
    }

    /// Returns whether a request now would come so late that it counts in a window to which other
    /// requests were admitted. It needs another permit.
    pub(crate) fn is_late(&self) -> bool {
        clock::now().monotonic.saturating_sub(self.at) > self.good_for
    }
}

/// What was done to the ledger.
struct Changed<R> {
    /// The time that it was done at.
    now: Now,
    result: R,
    /// Whether the note has it.
    is_shared: bool,
    /// What is to be reported of the note: that it failed, or that it works again.
    news: Option<Result<(), Error>>,
}

impl RateLimiter {
    pub(crate) fn of(service: &Service) -> Option<Self> {
        let rate = Arc::clone(service.rate_limit()?);
        Some(Self {
            service: service.id().to_owned(),
            note: note(service.id(), rate.address()),
            requests: Mutex::default(),
            serving: Mutex::new(Own {
                ledger: Ledger::new(&rate),
                unshared: Unshared::default(),
                note_clock: NoteClock::default(),
                alone_until: Duration::ZERO,
                alone_for: ALONE,
                is_reported: false,
            }),
            rate,
        })
    }

    /// Reserves a permit for one request. Fails if the wait for it is over the limit's `max_wait`,
    /// or, `at_once`, if there is any. Blocking, because it may use the store.
    ///
    /// Calls `report` with the error when the note cannot be changed for the first time: the client
    /// then counts alone. Calls it again when the note works again.
    pub(crate) fn permit(
        &self,
        store: &dyn Store,
        kind: PermitKind,
        at_once: bool,
        report: impl Fn(Result<(), &Error>),
    ) -> Result<Permit, Error> {
        let request = Arc::new(PermitRequest {
            kind,
            at_once,
            permit: OnceLock::new(),
        });
        lock(&self.requests).push(Arc::clone(&request));
        let mut own = lock(&self.serving);
        let mut news = None;
        if request.permit.get().is_none() {
            let all = mem::take(&mut *lock(&self.requests));
            news = self.serve(&mut own, store, &all);
        }
        drop(own);
        if let Some(news) = news {
            report(news.as_ref().copied());
        }
        match request.permit.get() {
            Some(Ok(at)) => Ok(Permit {
                at: *at,
                good_for: ledger::good_for(&self.rate),
            }),
            Some(Err(wait)) => Err(self.limit_reached(*wait)),
            None => Err(Error::internal("a request got no permit")),
        }
    }

    /// Gives all callers their permits, in the order of their requests.
    fn serve(
        &self,
        own: &mut Own,
        store: &dyn Store,
        all: &[Arc<PermitRequest>],
    ) -> Option<Result<(), Error>> {
        let changed = self.change(own, store, |ledger, now| {
            let permit = |request: &Arc<PermitRequest>| {
                let media = match request.kind {
                    PermitKind::Token => return ledger.token_permit(&self.rate, now),
                    PermitKind::Call => false,
                    PermitKind::Media => true,
                };
                match request.at_once {
                    true => ledger.permit_at_once(&self.rate, now, media),
                    false => ledger.permit(&self.rate, now, media),
                }
            };
            let permits: Vec<_> = all.iter().map(permit).collect();
            (now, permits)
        });
        let (start, permits) = changed.result;
        for (request, permit) in all.iter().zip(permits) {
            let wait = |at| Duration::from_millis(at - start);
            let permit = match permit {
                Ok(at) => {
                    let at = changed.now.monotonic + wait(at);
                    match changed.is_shared {
                        true => own.ledger.record(millis(at), millis(changed.now.monotonic)),
                        false => own.unshared.requests += 1,
                    }
                    Ok(at)
                }
                Err(at) => Err(wait(at)),
            };
            // The first and only value.
            let _ = request.permit.set(permit);
        }
        changed.news
    }

    /// Delays all requests by what a 429 response asked for. Blocking, as above.
    pub(crate) fn pause(
        &self,
        store: &dyn Store,
        pause: Option<Duration>,
        report: impl Fn(Result<(), &Error>),
    ) {
        let pause = pause.filter(|pause| !pause.is_zero());
        let pause = pause.unwrap_or_else(|| self.rate.pause_after_429());
        self.note(store, report, 0, |ledger, now| {
            ledger.pause(now, pause);
        });
    }

    /// Counts bytes of media that were received. Blocking, as above.
    pub(crate) fn count(&self, store: &dyn Store, bytes: u64, report: impl Fn(Result<(), &Error>)) {
        self.note(store, report, bytes, |ledger, now| {
            ledger.count(now, bytes);
        });
    }

    /// Notes something that happened, in both ledgers.
    fn note(
        &self,
        store: &dyn Store,
        report: impl Fn(Result<(), &Error>),
        bytes: u64,
        note: impl Fn(&mut Ledger, u64),
    ) {
        let mut own = lock(&self.serving);
        let changed = self.change(&mut own, store, &note);
        match changed.is_shared {
            true => note(&mut own.ledger, millis(changed.now.monotonic)),
            false => own.unshared.bytes += bytes,
        }
        drop(own);
        if let Some(news) = changed.news {
            report(news.as_ref().copied());
        }
    }

    /// Changes the store's ledger, by the time that processes share, or else the client's own.
    /// Reads the clock under the note's lock, because the wait for that may be long.
    fn change<R>(
        &self,
        own: &mut Own,
        store: &dyn Store,
        change: impl Fn(&mut Ledger, u64) -> R,
    ) -> Changed<R> {
        let mut done = None;
        let mut news = None;
        let mut note_clock = own.note_clock;
        let start = clock::now().monotonic;
        if own.alone_until <= start {
            let updated = store.update_note(&self.note, &mut |text| {
                let now = clock::now();
                let mut ledger = Ledger::new(&self.rate).read(text);
                let mut shared = own.note_clock;
                let time = shared.time(now, &ledger.stamp);
                ledger.stamp.set(time, now.wall.as_millis());
                ledger.add_unknown(time, &own.ledger, millis(now.monotonic), own.unshared);
                done = Some((now, change(&mut ledger, time)));
                note_clock = shared;
                ledger.to_text()
            });
            match updated {
                Ok(_) => own.note_clock = note_clock,
                // A note that cannot be changed must not stop requests.
                Err(failed) => {
                    done = None;
                    let now = clock::now().monotonic;
                    own.alone_until = now + own.alone_for;
                    own.alone_for = match now.saturating_sub(start) > QUICK {
                        true => (own.alone_for * 2).min(ALONE_AT_MOST),
                        false => ALONE,
                    };
                    news = Some(Err(failed)).filter(|_| !own.is_reported);
                    own.is_reported = true;
                }
            }
        }
        let is_shared = done.is_some();
        if is_shared {
            own.unshared = Unshared::default();
            own.alone_for = ALONE;
            if mem::take(&mut own.is_reported) {
                news = Some(Ok(()));
            }
        }
        let (now, result) = done.unwrap_or_else(|| {
            let now = clock::now();
            (now, change(&mut own.ledger, millis(now.monotonic)))
        });
        Changed {
            now,
            result,
            is_shared,
            news,
        }
    }

    fn limit_reached(&self, wait: Duration) -> Error {
        let now = clock::now();
        let what = format!("rate limit of {} reached", self.service);
        Error::new(ErrorKind::TimedOut, what)
            .with_retry_after(wait)
            .with_help(format!("retry after {}", now.wall.plus(wait)))
    }
}

/// Names the note for the hosts that send from one address. The name is stored, so it keeps the
/// word of its first version.
fn note(service: &str, address: &str) -> String {
    match address {
        "" => format!("pace-{service}"),
        address => format!("pace-{service}@{address}"),
    }
}

fn millis(since: Duration) -> u64 {
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX / 4)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

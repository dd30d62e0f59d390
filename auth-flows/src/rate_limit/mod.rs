//! The rate limit of a service: one ledger per client, shared across processes if the store can
//! share notes.

mod ledger;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use auth_core::{Error, ErrorKind, Now, PermitKind, RateLimit, Service, Store};

use self::ledger::Ledger;

/// Limits the requests of one client; all its sessions share it.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    rate: Arc<RateLimit>,
    service: String,
    own: Mutex<Ledger>,
}

impl RateLimiter {
    pub(crate) fn of(service: &Service) -> Option<Self> {
        let rate = Arc::clone(service.rate_limit()?);
        Some(Self {
            own: Mutex::new(Ledger::new(&rate)),
            service: service.id().to_owned(),
            rate,
        })
    }

    /// Reserves a permit for one request and returns how long to wait for it. Fails if the wait is
    /// over the limit's `max_wait`. Blocking, because it may use the store.
    pub(crate) fn permit(
        &self,
        store: &dyn Store,
        kind: PermitKind,
        now: Now,
    ) -> Result<Duration, Error> {
        self.change(store, now, |ledger, now| {
            let permit = match kind {
                PermitKind::Token => ledger.token_permit(&self.rate, now),
                PermitKind::Call => ledger.permit(&self.rate, now, false),
                PermitKind::Media => ledger.permit(&self.rate, now, true),
            };
            permit
                .map(|at| Duration::from_millis(at - now))
                .map_err(|at| Duration::from_millis(at - now))
        })
        .map_err(|wait| self.limit_reached(wait, now))
    }

    /// Delays all requests by what a 429 response asked for. Blocking, as above.
    pub(crate) fn pause(&self, store: &dyn Store, pause: Option<Duration>, now: Now) {
        let pause = pause.filter(|pause| !pause.is_zero());
        let pause = pause.unwrap_or_else(|| self.rate.pause_after_429());
        self.change(store, now, |ledger, now| ledger.pause(now, pause));
    }

    /// Counts bytes of media that were received. Blocking, as above.
    pub(crate) fn count(&self, store: &dyn Store, bytes: u64, now: Now) {
        self.change(store, now, |ledger, now| ledger.count(now, bytes));
    }

    /// Changes the store's ledger, by the wall clock, which processes share. If the store has none,
    /// changes the client's own, by the monotonic clock, which nothing sets back.
    fn change<R>(
        &self,
        store: &dyn Store,
        now: Now,
        mut change: impl FnMut(&mut Ledger, u64) -> R,
    ) -> R {
        let mut out = None;
        // A note that cannot be read or written must not stop requests: the own ledger then
        // applies. Its name is stored, so it keeps the word of its first version.
        let _ = store.update_note(&format!("pace-{}", self.service), &mut |text| {
            let mut ledger = Ledger::new(&self.rate).read(text);
            out = Some(change(&mut ledger, now.wall.as_millis()));
            ledger.to_text()
        });
        out.unwrap_or_else(|| {
            let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            change(
                &mut own,
                u64::try_from(now.monotonic.as_millis()).unwrap_or(u64::MAX / 4),
            )
        })
    }

    fn limit_reached(&self, wait: Duration, now: Now) -> Error {
        let what = format!("rate limit of {} reached", self.service);
        Error::new(ErrorKind::TimedOut, what)
            .with_retry_after(wait)
            .with_help(format!("retry after {}", now.wall.plus(wait)))
    }
}

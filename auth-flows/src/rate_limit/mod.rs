//! Keeping to a service's pace: one ledger for each client, shared across processes where the store can.

mod ledger;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use auth_core::{Error, ErrorKind, Now, RateLimit, Service, Store};

use self::ledger::Ledger;

/// The ledger of one client.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    pace: Arc<RateLimit>,
    service: String,
    own: Mutex<Ledger>,
}

impl RateLimiter {
    pub(crate) fn of(service: &Service) -> Option<Self> {
        let pace = Arc::clone(service.rate_limit()?);
        Some(Self {
            own: Mutex::new(Ledger::new(&pace)),
            service: service.id().to_owned(),
            pace,
        })
    }

    /// How long to wait for a turn, which is given with this. It may ask the store: blocking.
    pub(crate) fn turn(
        &self,
        store: &dyn Store,
        media: bool,
        pause: Option<Duration>,
        now: Now,
    ) -> Result<Duration, Error> {
        let pause = pause.map(|pause| {
            if pause.is_zero() {
                self.pace.pause_after_429()
            } else {
                pause
            }
        });
        self.change(store, now, |ledger, now| {
            if let Some(pause) = pause {
                ledger.pause(&self.pace, now, pause);
            }
            let turn = ledger.turn(&self.pace, now, media);
            turn.map(|at| Duration::from_millis(at - now))
                .map_err(|at| Duration::from_millis(at - now))
        })
        .map_err(|wait| self.used_up(wait, now))
    }

    /// So many bytes of media have come.
    pub(crate) fn count(&self, store: &dyn Store, bytes: u64, now: Now) {
        self.change(store, now, |ledger, now| ledger.count(now, bytes));
    }

    /// Changes the shared ledger where there is one, by the wall clock; otherwise the client's own, by the monotonic one.
    fn change<R>(
        &self,
        store: &dyn Store,
        now: Now,
        mut change: impl FnMut(&mut Ledger, u64) -> R,
    ) -> R {
        let mut out = None;
        // A note that cannot be read or written is no reason to stand still.
        let _ = store.update_note(&format!("pace-{}", self.service), &mut |text| {
            let mut ledger = Ledger::new(&self.pace).read(text);
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

    fn used_up(&self, wait: Duration, now: Now) -> Error {
        let what = format!(
            "as many requests as {} wants to see have been made; the next may go on {}",
            self.service,
            now.wall.plus(wait)
        );
        Error::new(ErrorKind::TimedOut, what)
            .with_retry_after(wait)
            .with_help("go on then; what was done is not lost")
    }
}

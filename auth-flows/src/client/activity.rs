//! Counts what a client is doing: its calls, renewals, logins and logouts. Knows whether it is
//! closed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use auth_core::{Error, ErrorKind};

use crate::sync::in_flight::{Idle, InFlight, Running};

#[derive(Default)]
pub(super) struct Activity {
    calls: Arc<InFlight>,
    /// Renewals, logins and logouts.
    changes: Arc<InFlight>,
    closed: AtomicBool,
}

impl Activity {
    /// Begins a call.
    #[inline]
    pub(super) fn call(&self) -> Result<Running, Error> {
        let running = self.calls.begin();
        self.check_open()?;
        Ok(running)
    }

    /// Begins a login or a logout.
    pub(super) fn change(&self) -> Result<Running, Error> {
        let running = self.changes.begin();
        self.check_open()?;
        Ok(running)
    }

    /// Begins a renewal, which a call that is in flight may need after the client was closed.
    pub(super) fn renewal(&self) -> Running {
        self.changes.begin()
    }

    pub(super) fn check_open(&self) -> Result<(), Error> {
        match self.closed.load(Ordering::SeqCst) {
            false => Ok(()),
            true => Err(Error::new(ErrorKind::Usage, "this client is closed")
                .with_help("create another client, or close this one later")),
        }
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub(super) fn no_calls(&self) -> Idle {
        self.calls.idle()
    }

    pub(super) fn no_changes(&self) -> Idle {
        self.changes.idle()
    }
}

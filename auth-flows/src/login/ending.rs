//! The end of a login, for which several compete.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use auth_core::{CodeGrant, Error};

use super::listener::port::Port;
use crate::sync::oneshot::Sender;

/// The end of a login, for which several compete: the redirect, the deadline, a pasted text, a
/// canceller, the drop. The first one counts.
pub(super) struct Ending {
    sender: Sender<Result<CodeGrant, Error>>,
    is_over: AtomicBool,
    /// The listener's port.
    port: Option<Arc<Port>>,
}

impl Ending {
    pub(super) fn new(sender: Sender<Result<CodeGrant, Error>>, port: Option<Arc<Port>>) -> Self {
        Self {
            sender,
            is_over: AtomicBool::new(false),
            port,
        }
    }

    /// Returns true to the first caller, which then ends the login.
    pub(super) fn claim(&self) -> bool {
        !self.is_over.swap(true, Ordering::Relaxed)
    }

    /// Ends the login, unless it is over: frees the port, then sends the result.
    pub(super) fn finish(&self, outcome: Result<CodeGrant, Error>) {
        if self.claim() {
            self.close();
            self.send(outcome);
        }
    }

    /// Sends the result after [`claim`](Self::claim); discards a second one.
    pub(super) fn send(&self, outcome: Result<CodeGrant, Error>) {
        self.sender.send(outcome);
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    pub(super) fn close(&self) {
        if let Some(port) = &self.port {
            port.close();
        }
    }
}

impl std::fmt::Debug for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ending")
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}

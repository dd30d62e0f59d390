//! Who learns of events: the observer that the program has set, and a subscriber of `tracing`.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use auth_core::{AccountKey, Store};

use super::{
    event::{ClientEvent, WaitReason},
    trace,
};

type Observer = dyn Fn(&ClientEvent<'_>) + Send + Sync;

/// What a store calls when it waits for its user.
pub(super) type StoreWaits = dyn Fn(&AccountKey, Duration) + Send + Sync;

/// The observer of a client, if it has one. A clone shares it.
#[derive(Clone, Default)]
pub(super) struct Events(Arc<OnceLock<Box<Observer>>>);

impl Events {
    /// Sets the observer. Does nothing if there is one.
    pub(super) fn set(&self, observer: impl Fn(&ClientEvent<'_>) + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(observer)); // by its docs the first one counts
    }

    /// Returns whether there is an observer or a subscriber of the crate `tracing`.
    #[inline]
    pub(super) fn is_observed(&self) -> bool {
        self.0.get().is_some() || trace::is_on()
    }

    /// Reports an event, which is made only if there is an observer.
    #[inline]
    pub(super) fn emit<'a>(&self, event: impl FnOnce() -> Option<ClientEvent<'a>>) {
        if self.is_observed() {
            if let Some(event) = event() {
                self.report(&event);
            }
        }
    }

    /// Reports when the store waits for its user. Until what is returned is dropped.
    pub(super) fn of_store(&self, store: &dyn Store) -> Arc<StoreWaits> {
        let events = self.clone();
        let waits: Arc<StoreWaits> = Arc::new(move |account: &AccountKey, wait: Duration| {
            events.emit(|| {
                Some(ClientEvent::Waiting {
                    account: Some(account),
                    reason: WaitReason::StoreUser,
                    wait,
                })
            });
        });
        store.observe_waits(Arc::downgrade(&waits));
        waits
    }

    fn report(&self, event: &ClientEvent<'_>) {
        trace::event(event);
        if let Some(observer) = self.0.get() {
            observer(event);
        }
    }
}

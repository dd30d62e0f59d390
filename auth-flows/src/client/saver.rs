//! Saves what could not be saved.

use super::{Common, event::ClientEvent, observer::Events};
use crate::{
    clock,
    token::{
        account::Account,
        unsaved::{OwnLease, Patience, Tried},
    },
};

/// Tries to save the unsaved record of an account, and reports it. Blocking.
pub(super) fn retry(
    account: &Account,
    events: &Events,
    lease: Option<&OwnLease>,
    patience: Patience,
) -> Tried {
    let start = clock::now();
    let tried = account.retry_save(lease, patience);
    if let Tried::Saved(stored) = &tried {
        report(account, events);
        if stored.as_ref().is_some_and(|stored| stored.is_empty()) {
            let took = clock::now().monotonic.saturating_sub(start.monotonic);
            let account = account.key();
            events.emit(|| Some(ClientEvent::LoggedOut { account, took }));
        }
    }
    tried
}

/// Reports that nothing of this account is unsaved.
pub(super) fn report(account: &Account, events: &Events) {
    let account = account.key();
    events.emit(|| Some(ClientEvent::Saved { account }));
}

impl<H> Common<H> {
    /// Tries to save what could not be saved of this account. Blocking.
    pub(super) fn retry_save(&self, account: &Account) {
        retry(account, &self.events, None, Patience::Brief);
    }
}

impl<H> Drop for Common<H> {
    /// Saves what could not be saved: no session is left to do it.
    fn drop(&mut self) {
        // Reported when it was not saved before; there is no caller to tell.
        let _ = self.save_all();
        for account in self.accounts.all() {
            account.unsaved().clear();
        }
    }
}

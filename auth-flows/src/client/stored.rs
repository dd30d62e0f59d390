//! The store as a driver uses it: token records instead of bytes, and what could not be saved.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Error, ExposeSecret, Lease, Limits, SecretBytes, Service, Store, TokenKind, TokenRecord,
};

use super::event::{ClientEvent, Events};
use crate::{
    clock,
    token::{account::Account, plain_token, unsaved},
};

/// One account in its store. Every method blocks.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) store: Arc<dyn Store>,
    pub(super) service: Arc<Service>,
    pub(super) account: Arc<Account>,
    pub(super) events: Events,
}

impl Stored {
    /// Loads the token record: the unsaved one, if that cannot be saved now either.
    pub(super) fn load(&self, lease: Option<&Lease>) -> Result<TokenRecord, Error> {
        if self.account.unsaved().is_present() {
            self.account.retry_save(lease);
            if let Some(record) = self.account.unsaved().record() {
                return Ok(record);
            }
        }
        self.load_stored()
    }

    /// Looks at the stored record, which another program may have changed since it was read: a token
    /// that is gone from it serves no more, and one that is newer serves from now on. If it cannot be
    /// read, the token in memory serves.
    pub(super) fn look(&self) {
        let before = self.account.generations();
        let record = match self.store.may_prompt() {
            true => return self.account.postpone_look(clock::now()),
            false => self.load_stored(),
        };
        let account = self.account.key();
        match record {
            // The record in memory is newer, or another caller looks after it.
            _ if self.account.unsaved().is_present() => {}
            Ok(record) => {
                if self.account.follow(&record, before, clock::now()) && record.is_empty() {
                    let event = ClientEvent::LoggedOut { account };
                    self.events.emit(|observer| observer(&event));
                }
            }
            Err(error) => {
                self.account.postpone_look(clock::now());
                let event = ClientEvent::NotRead {
                    account,
                    error: &error,
                };
                self.events.emit(|observer| observer(&event));
            }
        }
    }

    fn load_stored(&self) -> Result<TokenRecord, Error> {
        let (store, service) = (&*self.store, &*self.service);
        let Some(text) = store.load(self.account.key())? else {
            return Ok(TokenRecord::default());
        };
        let record = match TokenRecord::from_text(text.expose_secret()) {
            Err(_) if store.holds_plain_token() && !is_record(text.expose_secret()) => {
                plain_token::record(service, text.expose_secret(), clock::now())
            }
            record => record,
        };
        let record = record.map_err(|error| error.with_setting(store.describe()))?;
        self.account.note_rejected(&record);
        Ok(record)
    }

    /// Takes the lease: the one that an unsaved record has, or the store's.
    pub(super) fn try_lease(&self) -> Result<FlowLease, Error> {
        let lease = match self.account.unsaved().take_lease() {
            Some(lease) => Some(lease),
            None => self.store.try_lease(self.account.key())?,
        };
        Ok(FlowLease {
            account: Some(Arc::clone(&self.account)),
            lease,
        })
    }

    /// Returns whether a lease has to be confirmed before a request under it.
    pub(super) fn must_confirm(&self, lease: &FlowLease) -> bool {
        lease.get().is_some() && self.store.lease_duration().is_some()
    }

    /// Makes sure that the lease holds for a request with these limits.
    ///
    /// # Errors
    /// If it was lost: another program may be using the refresh token.
    pub(super) fn confirm(&self, lease: &FlowLease, limits: &Limits) -> Result<(), Error> {
        let Some(lease) = lease.get() else {
            return Ok(());
        };
        let longest = limits.total_timeout().unwrap_or(limits.timeout());
        match self.store.confirm(lease, longest + AFTER_RESPONSE)? {
            true => Ok(()),
            false => Err(unsaved::lease_is_lost()),
        }
    }

    pub(super) fn reserve(&self, lease: &FlowLease, bytes: usize) -> Result<(), Error> {
        self.store.reserve(lease.get().ok_or_else(no_lease)?, bytes)
    }

    /// Saves the record and sets the tokens in memory. A record that cannot be saved stays in memory,
    /// unless it has no token or none that is still good.
    pub(super) fn save(&self, lease: &mut FlowLease, record: &TokenRecord) -> Result<(), Error> {
        let unsaved = self.account.unsaved();
        let result = self.write(lease, record);
        let rejected = |&kind: &TokenKind| record.rejected(kind).is_some();
        match &result {
            Ok(()) => unsaved.clear(),
            Err(_) if record.is_empty() => {
                unsaved.clear();
                return result;
            }
            Err(_) if TokenKind::ALL.iter().any(rejected) => return result,
            Err(error) => {
                let account = self.account.key();
                unsaved.keep(account, record, &self.store, error);
                let event = ClientEvent::NotSaved { account, error };
                self.events.emit(|observer| observer(&event));
            }
        }
        self.account.publish(record, clock::now());
        result
    }

    fn write(&self, lease: &mut FlowLease, record: &TokenRecord) -> Result<(), Error> {
        if lease.get().is_none() {
            *lease = self.try_lease()?;
        }
        let lease = lease.get().ok_or_else(unsaved::lease_is_taken)?;
        if record.is_empty() {
            return self.store.remove(lease);
        }
        let text: SecretBytes = record.to_text();
        self.store.save(lease, &text)
    }

    /// Finds out whether a token record can be saved, before a person is asked for it.
    pub(super) fn check_writable(&self) -> Result<(), Error> {
        let lease = self.try_lease()?;
        match lease.get() {
            Some(lease) => self.store.reserve(lease, ROOM),
            // Another program or another flow saves at this moment.
            None => Ok(()),
        }
    }
}

/// How long a lease holds after the end of its request: time for the save.
const AFTER_RESPONSE: Duration = Duration::from_secs(5);

/// Bytes of a token record with long tokens.
const ROOM: usize = 16 << 10;

fn no_lease() -> Error {
    Error::internal("a flow reserves room without the lease")
}

/// Returns whether the text is a token record, also an incomplete one.
fn is_record(text: &[u8]) -> bool {
    text.starts_with(b"{\"version\"")
}

/// The lease of a flow. Returns to the unsaved record of the account when the flow ends, however it
/// ends.
#[derive(Default)]
pub(super) struct FlowLease {
    account: Option<Arc<Account>>,
    lease: Option<Lease>,
}

impl FlowLease {
    pub(super) fn get(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }
}

impl Drop for FlowLease {
    fn drop(&mut self) {
        if let (Some(account), Some(lease)) = (&self.account, self.lease.take()) {
            account.unsaved().give_back(lease);
        }
    }
}

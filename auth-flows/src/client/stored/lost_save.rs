//! What becomes of a token whose save the store has lost: it is kept as an unsaved one.

use auth_core::{Error, ErrorKind, Store, TokenRecord};

use super::{FlowLease, Stored};
use crate::{
    client::{event::ClientEvent, saver},
    token::{
        lineage::Lineage,
        unsaved::{SaveMode, SaveOutcome},
    },
};

impl Stored {
    /// Keeps a record that the store has lost as an unsaved one, and tries to save it. Returns the
    /// record that is the account's now: another program may have used the old refresh token first.
    pub(super) fn save_lost(
        &self,
        lease: &mut FlowLease,
        ours: TokenRecord,
        stored: &TokenRecord,
    ) -> TokenRecord {
        self.keep_lost(&ours, stored);
        let own = lease.own.as_ref();
        let tried = saver::retry(&self.account, &self.events, own, SaveMode::Brief);
        match (tried, self.account.unsaved().record()) {
            (_, Some((record, lineage))) => {
                lease.lineage = lineage;
                record
            }
            (SaveOutcome::Saved(Some(record)), None) => {
                lease.lineage = Lineage::of(&record);
                record
            }
            (_, None) => {
                lease.lineage = Lineage::of(&ours);
                ours
            }
        }
    }

    /// Keeps a record that the store has lost as an unsaved one, unless there is one.
    pub(super) fn keep_lost(&self, ours: &TokenRecord, stored: &TokenRecord) {
        let (account, error) = (self.account.key(), &save_is_lost(&*self.store));
        let lineage = Lineage::of_lost(ours, stored);
        let unsaved = self.account.unsaved();
        if !unsaved.keep(account, ours, lineage, &self.store, (error, None)) {
            return;
        }
        self.events
            .emit(|| Some(ClientEvent::NotSaved { account, error }));
        self.saver.start(&*self.store);
    }
}

/// Returns the error of a store that holds an older token than this program has saved there.
fn save_is_lost(store: &dyn Store) -> Error {
    Error::new(
        ErrorKind::Store,
        "the store has lost the last save of this account",
    )
    .with_setting(store.describe())
    .with_help(
        "find out whether a replica that was behind took over, or a backup was restored; \
         the token is saved again",
    )
}

//! How long a driver waits for a lease that another program holds, and what ends that sooner.

use std::time::Duration;

use auth_core::{BoxFuture, Store};

use super::stored::Stored;
use crate::clock;

/// The pause between two looks at a store on this machine, at first: two looks cost some 50 µs.
const LOCAL: Duration = Duration::from_millis(20);

/// The pause grows to this part of the wait so far. The caller is then served at most a sixteenth
/// later than possible, and a holder that hangs for 40 s costs some 200 looks.
const PART: u32 = 16;

/// How many messages may end a pause of one wait. A fleet frees a lease once or twice meanwhile; a
/// store that says so all the time would be asked without a pause.
const MESSAGES: u32 = 50;

/// The wait of one flow for its lease.
#[derive(Default)]
pub(super) struct LeaseWait {
    began: Option<Duration>,
    /// When the pause ends without a message.
    until: Duration,
    messages: u32,
    /// Asked for before the last look, so that no change between the two is missed.
    change: Option<BoxFuture<'static, ()>>,
}

impl LeaseWait {
    /// Returns the pause until the next look, at most `wait`, and the message that ends it sooner,
    /// if the store sends any.
    pub(super) fn begin(
        &mut self,
        stored: &Stored,
        wait: Duration,
    ) -> (Duration, Option<BoxFuture<'static, ()>>) {
        let (now, store) = (clock::now().monotonic, &*stored.store);
        let waited = now.saturating_sub(*self.began.get_or_insert(now));
        let change = self.change.take();
        let change = change.or_else(|| self.next_change(stored));
        // One that may ask its user, as a keyring does, is not asked this often.
        let is_local = store.lease_duration().is_none() && !store.may_prompt();
        let wait = match is_local {
            true => wait.min(LOCAL.max(waited / PART)),
            false => wait,
        };
        self.until = now + wait;
        (wait, change)
    }

    /// Asks for the next message, before the flow looks at the record and the lease.
    pub(super) fn end(&mut self, stored: &Stored) {
        self.messages += u32::from(clock::now().monotonic < self.until);
        self.change = self.next_change(stored);
    }

    fn next_change(&self, stored: &Stored) -> Option<BoxFuture<'static, ()>> {
        match self.messages < MESSAGES {
            true => stored.store.next_change(stored.account.key()),
            false => None,
        }
    }
}

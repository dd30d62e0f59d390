//! The end of a flow's lease, off the threads of the runtime.

use super::AsyncSession;
use crate::client::stored::{FlowLease, Stored};

impl AsyncSession {
    /// Ends the lease. Where it is in a database, that is a request to it.
    pub(super) async fn release(&self, lease: &mut FlowLease) {
        let held = std::mem::take(lease);
        let is_remote = |stored: Stored| stored.must_confirm(&held);
        if held.get().is_some() && self.client.0.stored(&self.identity).is_ok_and(is_remote) {
            let job = move || {
                drop(held);
                Ok(())
            };
            // A runtime that has shut down drops the job, and with it the lease.
            let _ = self.client.offload(job).await;
        }
    }
}

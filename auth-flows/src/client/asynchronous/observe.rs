//! Observing a client.

use super::AsyncClient;
use crate::client::event::ClientEvent;

impl AsyncClient {
    /// Sets an observer of what the client does by itself: [`ClientEvent`] lists it. For logs, and
    /// for [`Counters`](crate::Counters). Set it before the first session; only the first observer
    /// counts, also for clones. It runs between the steps: hand slow work, such as a write to a
    /// database, to a channel ([`std::sync::mpsc::Sender::send`]).
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_client(async |client| {
    /// let client = client.on_event(|event| eprintln!("{event}"));
    /// # let session = client.account("me");
    /// session.log_in_with_password("alice", "password").await?; // … logged in
    /// # Ok(()) });
    /// ```
    #[doc(alias("log", "tracing", "metrics", "hook"))]
    #[must_use]
    pub fn on_event(self, observer: impl Fn(&ClientEvent<'_>) + Send + Sync + 'static) -> Self {
        self.0.events.set(observer);
        self
    }
}

//! Observing a client.

use super::Client;
use crate::client::event::ClientEvent;

impl Client {
    /// Sets an observer of what the client does by itself: [`ClientEvent`] lists it. For logs, and
    /// for [`Counters`](crate::Counters). Set it before the first session; only the first observer
    /// counts, also for clones. It runs between the steps: hand slow work, such as a write to a
    /// database, to a channel ([`std::sync::mpsc::Sender::send`]).
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, client) = setup::infoflora();
    /// let client = client.on_event(|event| eprintln!("{event}"));
    /// client.client_session().send(api_infoflora::observations::List::new())?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias("log", "tracing", "metrics", "hook"))]
    #[must_use]
    pub fn on_event(self, observer: impl Fn(&ClientEvent<'_>) + Send + Sync + 'static) -> Self {
        self.0.events.set(observer);
        self
    }
}

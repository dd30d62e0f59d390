//! Counts what the client does by itself, for an operator's dashboard and alarms.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use auth_flows::ClientEvent;

/// The counters, since the start of the service. Their names have no account: there may be
/// thousands.
#[derive(Default)]
pub(crate) struct Metrics {
    renewals: AtomicU64,
    renewals_elsewhere: AtomicU64,
    renewals_failed: AtomicU64,
    renewals_refused: AtomicU64,
    renewals_held_back: AtomicU64,
    logins: AtomicU64,
    logins_failed: AtomicU64,
    logins_replaced: AtomicU64,
    pauses: AtomicU64,
    store_failed: AtomicU64,
    not_saved: AtomicU64,
    saved: AtomicU64,
}

impl Metrics {
    pub(crate) fn count(&self, event: &ClientEvent<'_>) {
        let counter = match event {
            ClientEvent::RenewalFinished { requests: 0, .. } => &self.renewals_elsewhere,
            ClientEvent::RenewalFinished { .. } => &self.renewals,
            // Nothing was sent: an earlier error still holds, which has been counted, the store failed,
            // or another host renews.
            ClientEvent::RenewalYielded { .. }
            | ClientEvent::RenewalFailed { requests: 0, .. }
            | ClientEvent::RenewalRefused { requests: 0, .. } => &self.renewals_held_back,
            ClientEvent::RenewalFailed { .. } => &self.renewals_failed,
            ClientEvent::RenewalRefused { .. } => &self.renewals_refused,
            ClientEvent::LoggedIn { .. } => &self.logins,
            ClientEvent::LoginReplaced { .. } => &self.logins_replaced,
            ClientEvent::LoginFailed { .. } => &self.logins_failed,
            ClientEvent::Paused { .. } => &self.pauses,
            ClientEvent::StoreFailed { .. } | ClientEvent::NoteNotWritten { .. } => {
                &self.store_failed
            }
            ClientEvent::NotSaved { .. } => &self.not_saved,
            ClientEvent::Saved { .. } => &self.saved,
            _ => return,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// Returns the counters in the text format of Prometheus.
    pub(crate) fn text(&self) -> String {
        let counters = [
            ("renewals", &self.renewals, "Renewed tokens."),
            (
                "renewals_elsewhere",
                &self.renewals_elsewhere,
                "Tokens found in the store: renewed by another host, or before a restart.",
            ),
            (
                "renewals_failed",
                &self.renewals_failed,
                "Renewals that Info Flora failed for now, also while the old token is valid.",
            ),
            (
                "renewals_refused",
                &self.renewals_refused,
                "Renewals that the server refused: these visitors must log in.",
            ),
            (
                "renewals_held_back",
                &self.renewals_held_back,
                "Renewals that sent nothing: an earlier error holds, the store failed, or another host renews.",
            ),
            ("logins", &self.logins, "Visitors who have logged in."),
            ("logins_failed", &self.logins_failed, "Logins that failed."),
            (
                "logins_replaced",
                &self.logins_replaced,
                "Logins that a later one at another host replaced before they were saved.",
            ),
            ("pauses", &self.pauses, "Pauses that Info Flora asked for."),
            (
                "store_failed",
                &self.store_failed,
                "Failures of the store, also those that no visitor saw.",
            ),
            (
                "not_saved",
                &self.not_saved,
                "Tokens that the store did not take; they are in memory.",
            ),
            (
                "saved",
                &self.saved,
                "Tokens that were in memory only, and are saved now.",
            ),
        ];
        let lines = counters.map(|(name, value, help)| {
            let value = value.load(Relaxed);
            format!("# HELP infoflora_{name}_total {help}\n# TYPE infoflora_{name}_total counter\ninfoflora_{name}_total {value}\n")
        });
        lines.concat()
    }
}

//! How long each thing may take while the engine is silent.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// To open a connection, with TLS and the login, at all addresses of the URL together. Shorter than
    /// an operation, whose end says less.
    pub(super) open: Duration,
    /// One operation, with the connection that it may have to open.
    pub(super) operation: Duration,
    /// How long a save is repeated, counted from its beginning: longer than a database takes to
    /// restart or to fail over. The lease may end meanwhile, because it was confirmed before the
    /// request, for the request's limit and 5 s more. A record that another host has saved by then
    /// has a newer version, which no late save replaces.
    pub(super) save: Duration,
    /// How long a program waits for the end of its lease, so that a short one does not end before.
    pub(super) free: Duration,
    /// How long the engine may be silent at a change of a note before the program counts alone.
    pub(super) note: Duration,
    /// How long such a change is repeated while other hosts change the note before it each time:
    /// the engine works, so it is their turn first.
    pub(super) races: Duration,
    /// To create the tables or bring them up to date: longer than it takes to delete many rows.
    #[cfg(feature = "postgres")]
    pub(super) migrate: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(4),
            operation: Duration::from_secs(5),
            save: Duration::from_secs(30),
            free: Duration::from_secs(1),
            note: Duration::from_secs(2),
            races: Duration::from_secs(10),
            #[cfg(feature = "postgres")]
            migrate: Duration::from_secs(60),
        }
    }
}

//! The store in a PostgreSQL database.

mod builder;
mod connection;
mod engine;
mod schema;

use std::{fmt, time::Duration};

use auth_core::{AccountKey, BoxFuture, Error, Lease, SecretBytes, Store};

pub use self::builder::PostgresBuilder;
use self::engine::PostgresEngine;
use super::remote::Remote;

/// A store in a PostgreSQL database, which all hosts of a service share. Feature `postgres`.
///
/// [`builder`](Self::builder) makes one. Its
/// [`open`](PostgresBuilder::open) asks for a key and returns it
/// [`Sealed`](crate::Sealed), so that the database and its backups contain no token.
///
/// **Leases are rows** that end by the database's clock: 10 s after the heartbeat of their holder
/// stops. They work behind PgBouncer in every mode, and survive a lost connection and a restart of
/// the server. A program that was stopped for longer does not use its refresh token: it confirms
/// the lease before the request. A late save never replaces a newer record.
///
/// **A save is durable** when it returns (`synchronous_commit` is switched on for it), and is
/// repeated for 30 s if the server does not respond: a restart or a failover loses no login.
///
/// **One connection** serves all accounts of a process, on one thread. Clones share it. While a
/// caller waits for a lease, and for a minute after that, a second one listens for its end, so that
/// the caller continues within milliseconds. Behind a pooler that hands out connections for single
/// transactions, `LISTEN` brings nothing: the store finds that out, and callers look again after 20
/// to 250 ms. No method needs a runtime, and all may be called inside one, where they block.
///
/// ```no_run
/// use keystore::{EncryptionKey, Postgres};
///
/// let key = EncryptionKey::in_variable("NIGHTLY_KEY")?; // openssl rand -hex 32
/// let builder = Postgres::in_variable("NIGHTLY_DATABASE")?; // postgres://nightly:…@db/nightly
/// builder.migrate()?; // once, as the owner of the database; or by PostgresBuilder::schema
/// let store = builder.open(key)?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Postgres(Remote<PostgresEngine>);

impl Store for Postgres {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.0.load(key)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.0.try_lease(key)
    }

    fn lease_duration(&self) -> Option<Duration> {
        self.0.lease_duration()
    }

    fn next_change(&self, key: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        self.0.next_change(key)
    }

    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        self.0.confirm(lease, at_least)
    }

    fn health(&self) -> Result<(), Error> {
        self.0.health()
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.0.save(lease, record)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.0.remove(lease)
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        self.0.accounts()
    }

    fn describe(&self) -> String {
        self.0.describe()
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        self.0.update_note(note, change)
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postgres").field(&self.0.describe()).finish()
    }
}

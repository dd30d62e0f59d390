//! The store in a PostgreSQL database.

mod addresses;
mod advice;
mod builder;
mod connection;
mod engine;
mod options;
mod rights;
mod schema;

use std::fmt;

use auth_core::Store as _;

pub use self::builder::PostgresBuilder;
use self::engine::PostgresEngine;
use super::{over_remote, remote::Remote};

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
/// **A save is durable** when it returns (`synchronous_commit` is switched on for it). It is
/// repeated for 30 s if the server does not respond, so a restart or a failover loses no login.
///
/// **One connection** serves all accounts of a process, on one thread. Clones share it. While a
/// caller waits for a lease, and for a minute after that, a second one listens for its end. So the
/// caller continues within milliseconds. Behind a pooler that hands out connections for single
/// transactions, `LISTEN` brings nothing. The store finds that out, and callers look again after 20
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

over_remote!(Postgres, 0);

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postgres").field(&self.0.describe()).finish()
    }
}

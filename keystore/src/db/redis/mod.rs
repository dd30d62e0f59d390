//! The store in Redis or Valkey.

mod builder;
mod connection;
mod engine;
mod errors;
mod scripts;

use std::{fmt, sync::Arc};

use auth_core::Store as _;

pub use self::builder::RedisBuilder;
use self::engine::RedisEngine;
use super::{over_remote, remote::Remote};

/// A store in Redis or Valkey, which all hosts of a service share. Feature `redis`.
///
/// [`builder`](Self::builder) makes one. Its [`open`](RedisBuilder::open) asks for a key and
/// returns it [`Sealed`](crate::Sealed), so that the server and its files contain no token.
///
/// **A save is durable only if the server is set up for it**: `appendonly yes`,
/// `appendfsync always`, `maxmemory-policy noeviction`. Opening checks that, and fails if the
/// server says otherwise. [`warnings`](Self::warnings) says so if it does not tell.
///
/// **A failover to a replica may lose the last saves**, because replication does not wait. Then a
/// rotated refresh token is lost, and its user has to log in again. Where that must not happen, use
/// [`Postgres`](https://docs.rs/keystore), or let no replica take over.
///
/// **Leases are keys** that end by the server's clock: 10 s after the heartbeat of their holder
/// stops. A program that was stopped for longer does not use its refresh token: it confirms the
/// lease before the request. A late save never replaces a newer record.
///
/// **One connection** serves all accounts of a process, on one thread. Clones share it. While a
/// caller waits for a lease, and for a minute after that, a second one is subscribed to its end. So
/// the caller continues within milliseconds. A user that may not publish or subscribe costs only
/// that: callers then look again after 20 to 250 ms. No method needs a runtime, and all may be
/// called inside one, where they block.
///
/// ```no_run
/// use keystore::{EncryptionKey, Redis};
///
/// let key = EncryptionKey::in_variable("NIGHTLY_KEY")?; // openssl rand -hex 32
/// let store = Redis::in_variable("NIGHTLY_REDIS")?.open(key)?; // rediss://:password@cache/0
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "valkey")]
#[derive(Clone)]
pub struct Redis {
    remote: Remote<RedisEngine>,
    warnings: Arc<[String]>,
}

impl Redis {
    /// Returns what could not be found out about the server's durability, and whether the user may
    /// not publish or subscribe, in words for its operator.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

over_remote!(Redis, remote);

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Redis")
            .field(&self.remote.describe())
            .finish()
    }
}

//! Stores in a database that the hosts of a service share: PostgreSQL, Redis.
//!
//! Both follow one model, in [`remote`]; [`engine`] is what a database has to offer for it:
//!
//! - A record has a version. A save replaces the version that was read under the lease, or fails:
//!   a late save never replaces a newer record.
//! - A lease has an end by the database's clock, a number that grows with each holder, and a
//!   heartbeat. It is confirmed right before a request for longer than the request may last.
//! - Freeing a lease is a message to the processes that wait for it, see [`listener`].
//! - Every operation may be repeated. A save is, until it is saved or half a minute has passed.

mod engine;
mod id;
mod limits;
mod listener;
mod over_remote;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "redis")]
pub(crate) mod redis;
mod remote;
#[cfg(all(test, unix, feature = "postgres", feature = "redis"))]
mod silent;
mod slot;
mod system;
mod thread;
mod tls;
mod url;

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use auth_core::{Error, ErrorKind};

use self::over_remote::over_remote;

/// Returns a random word, to tell this process from others.
fn random_word() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|source| {
        Error::new(ErrorKind::Store, "the system returned no random bytes").with_source(source)
    })?;
    Ok(digits(&bytes))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs both at once; the first one is sent first.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut other) = (None, None);
    poll_fn(|context| {
        if one.is_none() {
            if let Poll::Ready(output) = first.as_mut().poll(context) {
                one = Some(output);
            }
        }
        if other.is_none() {
            if let Poll::Ready(output) = second.as_mut().poll(context) {
                other = Some(output);
            }
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            (left, right) => {
                (one, other) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}

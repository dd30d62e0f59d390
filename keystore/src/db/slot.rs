//! The open connection of a store: one caller opens it for all, at the first address that responds.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use auth_core::Error;
use tokio::time::{Instant, timeout};

/// A place for one connection.
pub(super) struct Slot<C> {
    open: Mutex<Option<C>>,
    /// Held by the caller that opens it. What closes it never waits for that.
    opening: tokio::sync::Mutex<()>,
}

impl<C: Clone> Slot<C> {
    pub(super) fn new() -> Self {
        Self {
            open: Mutex::new(None),
            opening: tokio::sync::Mutex::new(()),
        }
    }

    /// Returns the connection, if it is usable, or opens one.
    pub(super) async fn get<F: Future<Output = Result<C, Error>>>(
        &self,
        is_usable: impl Fn(&C) -> bool,
        open: impl FnOnce() -> F,
    ) -> Result<C, Error> {
        let usable = || self.now().filter(&is_usable);
        if let Some(connection) = usable() {
            return Ok(connection);
        }
        let _other_callers_wait = self.opening.lock().await;
        if let Some(connection) = usable() {
            return Ok(connection);
        }
        let opened = open().await?;
        self.set(Some(opened.clone()));
        Ok(opened)
    }

    /// Closes the connection. The next caller opens another one.
    pub(super) fn clear(&self) {
        self.set(None);
    }

    fn now(&self) -> Option<C> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.clone()
    }

    fn set(&self, connection: Option<C>) {
        // The one before is dropped without the lock.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let _before = std::mem::replace(&mut *open, connection);
        drop(open);
    }
}

/// Tries one address after the other, until `limit` is over: one that is silent leaves the others their
/// share of it. Returns the last error, or rather the last one that may pass.
pub(super) async fn first<A, C, F: Future<Output = Result<C, Error>>>(
    addresses: Vec<A>,
    limit: Duration,
    open: impl Fn(A) -> F,
    silent: impl Fn() -> Error,
) -> Result<C, Error> {
    let (end, mut left) = (Instant::now() + limit, addresses.len());
    let mut failed: Option<Error> = None;
    for address in addresses {
        let share =
            end.saturating_duration_since(Instant::now()) / u32::try_from(left).unwrap_or(1);
        left -= 1;
        let error = match timeout(share, open(address)).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error,
            Err(_) => silent(),
        };
        if error.is_retryable() || failed.as_ref().is_none_or(|last| !last.is_retryable()) {
            failed = Some(error);
        }
    }
    Err(failed.unwrap_or_else(silent))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use auth_core::ErrorKind;
    use tokio::runtime::Builder;

    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(work)
    }

    #[test]
    fn a_connection_is_opened_once_and_closed_while_another_one_opens() {
        let (slot, opened) = (Slot::new(), AtomicUsize::new(0));
        let open = || async { Ok::<_, Error>(opened.fetch_add(1, SeqCst)) };
        let get = || slot.get(|_| true, open);
        run(async {
            assert_eq!(get().await.unwrap(), 0);
            assert_eq!(get().await.unwrap(), 0);
            slot.clear();
            assert_eq!(get().await.unwrap(), 1);
            assert_eq!(slot.get(|open| *open > 1, open).await.unwrap(), 2);
            slot.clear();
            let silent = slot.get(
                |_| true,
                || async {
                    slot.clear();
                    std::future::pending().await
                },
            );
            timeout(Duration::from_millis(10), silent)
                .await
                .unwrap_err();
            assert_eq!(get().await.unwrap(), 3);
        });
    }

    #[test]
    fn a_silent_address_leaves_the_others_their_share() {
        #[derive(Clone, Copy)]
        enum Is {
            Silent,
            Refuses,
            Away,
            Fine,
        }
        let error = |kind| Err(Error::new(kind, "that"));
        let check = |addresses: &[Is], expect: Result<usize, ErrorKind>| {
            let addresses: Vec<_> = addresses.iter().copied().enumerate().collect();
            let open = |(at, is)| async move {
                match is {
                    Is::Silent => std::future::pending().await,
                    Is::Refuses => error(ErrorKind::Configuration),
                    Is::Away => error(ErrorKind::Transport),
                    Is::Fine => Ok(at),
                }
            };
            let silent = || Error::new(ErrorKind::TimedOut, "silent");
            let limit = Duration::from_millis(100);
            let found = run(first(addresses, limit, open, silent));
            assert_eq!(found.map_err(|error| error.kind()), expect);
        };
        check(&[Is::Silent, Is::Fine], Ok(1));
        check(&[Is::Silent, Is::Silent, Is::Refuses, Is::Fine], Ok(3));
        check(&[Is::Silent, Is::Silent], Err(ErrorKind::TimedOut));
        check(&[Is::Refuses, Is::Away], Err(ErrorKind::Transport));
        check(&[Is::Away, Is::Refuses], Err(ErrorKind::Transport));
        check(&[Is::Refuses], Err(ErrorKind::Configuration));
        check(&[], Err(ErrorKind::TimedOut));
    }
}

//! The open connection of a store: one caller opens it for all, at the first address that responds.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use auth_core::Error;
use tokio::time::timeout;

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

/// The addresses of a name that takes long to look up.
pub(super) type Late<A> = Pin<Box<dyn Future<Output = Result<Vec<A>, Error>> + Send>>;

/// Tries the addresses until `limit` is over, in their order, and takes the first one that responds. The
/// next one begins when one has failed, or has been silent for a short while; that one goes on. So each of
/// them has half of the time at least; `late` ones begin when they are found. Returns the last error, or
/// rather the last one that may pass.
pub(super) async fn first<A, C, F: Future<Output = Result<C, Error>>>(
    addresses: Vec<A>,
    mut late: Vec<Late<A>>,
    limit: Duration,
    open: impl Fn(A) -> F,
    silent: impl Fn() -> Error,
) -> Result<C, Error> {
    // Not less than a slow handshake needs, where few addresses leave the time.
    let parts = u32::try_from(2 * addresses.len()).unwrap_or(u32::MAX);
    let pause = limit / parts.max(8);
    let trying = async {
        let (mut waiting, mut running) = (VecDeque::from(addresses), Vec::new());
        let mut failed: Option<Error> = None;
        loop {
            running.extend(waiting.pop_front().map(|address| Box::pin(open(address))));
            if running.is_empty() && late.is_empty() {
                return Err(failed.unwrap_or_else(&silent));
            }
            let next = poll_fn(|context| match poll_any(&mut running, context) {
                Poll::Ready(opened) => Poll::Ready(opened.map(Ok)),
                Poll::Pending => poll_any(&mut late, context).map_ok(Err),
            });
            match timeout(pause, next).await {
                Ok(Ok(Ok(connection))) => return Ok(connection),
                Ok(Ok(Err(found))) => waiting.extend(found),
                Ok(Err(error)) => {
                    if error.is_retryable()
                        || failed.as_ref().is_none_or(|last| !last.is_retryable())
                    {
                        failed = Some(error);
                    }
                }
                Err(_) => {}
            }
        }
    };
    let tried = timeout(limit, trying).await;
    tried.unwrap_or_else(|_| Err(silent()))
}

/// Removes the first of these that is done, and returns what it gave.
#[cfg(feature = "postgres")]
pub(super) async fn any<F: Future + ?Sized>(running: &mut Vec<Pin<Box<F>>>) -> F::Output {
    poll_fn(|context| poll_any(running, context)).await
}

fn poll_any<F: Future + ?Sized>(
    running: &mut Vec<Pin<Box<F>>>,
    context: &mut Context<'_>,
) -> Poll<F::Output> {
    for at in 0..running.len() {
        if let Poll::Ready(output) = running[at].as_mut().poll(context) {
            drop(running.remove(at));
            return Poll::Ready(output);
        }
    }
    Poll::Pending
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use auth_core::ErrorKind;
    use tokio::{runtime::Builder, time::Instant};

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

    #[derive(Clone, Copy)]
    enum Is {
        Silent,
        Refuses,
        Away,
        Fine,
        /// It responds after this part of the limit, in percent.
        Slow(u64),
    }

    const LIMIT: Duration = Duration::from_secs(4);

    async fn percent(part: u64) {
        tokio::time::sleep(LIMIT * u32::try_from(part).unwrap() / 100).await;
    }

    /// Returns the number of the address, or the kind of the error, and how long it took in percent.
    fn open(addresses: &[Is]) -> (Result<usize, ErrorKind>, u128) {
        open_with(addresses, &[])
    }

    /// The same with an address that is found after this part of the limit, or not at all.
    fn open_with(addresses: &[Is], late: &[(u64, Option<Is>)]) -> (Result<usize, ErrorKind>, u128) {
        let known = addresses.len();
        let late = late.iter().copied().enumerate().map(|(at, (after, is))| {
            Box::pin(async move {
                percent(after).await;
                let error = || Error::new(ErrorKind::Configuration, "no address");
                is.map(|is| vec![(known + at, is)]).ok_or_else(error)
            }) as Late<_>
        });
        let late = late.collect();
        let addresses: Vec<_> = addresses.iter().copied().enumerate().collect();
        let error = |kind| Err(Error::new(kind, "that"));
        let open = |(at, is)| async move {
            match is {
                Is::Silent => std::future::pending().await,
                Is::Refuses => error(ErrorKind::Configuration),
                Is::Away => error(ErrorKind::Transport),
                Is::Fine => Ok(at),
                Is::Slow(part) => {
                    percent(part).await;
                    Ok(at)
                }
            }
        };
        let silent = || Error::new(ErrorKind::TimedOut, "silent");
        // The clock goes on when all wait.
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(async {
            let start = Instant::now();
            let found = first(addresses, late, LIMIT, open, silent).await;
            let took = start.elapsed().as_millis() * 100 / LIMIT.as_millis();
            (found.map_err(|error| error.kind()), took)
        })
    }

    #[test]
    fn a_silent_address_leaves_the_others_their_share() {
        let check = |addresses: &[Is], expect: Result<usize, ErrorKind>| {
            assert_eq!(open(addresses).0, expect);
        };
        check(&[Is::Silent, Is::Fine], Ok(1));
        check(&[Is::Silent, Is::Silent, Is::Refuses, Is::Fine], Ok(3));
        check(&[Is::Silent, Is::Silent], Err(ErrorKind::TimedOut));
        check(&[Is::Refuses, Is::Away], Err(ErrorKind::Transport));
        check(&[Is::Away, Is::Refuses], Err(ErrorKind::Transport));
        check(&[Is::Refuses], Err(ErrorKind::Configuration));
        check(&[], Err(ErrorKind::TimedOut));
    }

    #[test]
    fn each_of_many_addresses_has_half_of_the_time_at_least() {
        for count in [1, 2, 4, 20] {
            for at in 0..count {
                let mut addresses = vec![Is::Silent; count];
                addresses[at] = Is::Slow(50);
                let (found, took) = open(&addresses);
                assert_eq!(found, Ok(at), "{at} of {count} after {took} %");
            }
        }
        assert_eq!(open(&[Is::Slow(95)]), (Ok(0), 95));
        assert_eq!(open(&[Is::Slow(95), Is::Silent]), (Ok(0), 95));
    }

    #[test]
    fn the_first_one_that_responds_is_taken_and_one_that_fails_costs_no_time() {
        assert_eq!(open(&[Is::Fine, Is::Fine]), (Ok(0), 0));
        assert_eq!(open(&[Is::Slow(5), Is::Fine]), (Ok(0), 5));
        assert_eq!(open(&[Is::Slow(90), Is::Slow(10)]), (Ok(1), 22));
        assert_eq!(open(&[Is::Away, Is::Refuses, Is::Fine]), (Ok(2), 0));
        let none = (Err(ErrorKind::Transport), 0);
        assert_eq!(open(&[Is::Away, Is::Refuses]), none);
        let all = (Err(ErrorKind::TimedOut), 100);
        assert_eq!(open(&[Is::Silent, Is::Refuses]), all);
    }

    #[test]
    fn an_address_that_is_found_late_is_tried_as_well() {
        let check = |addresses: &[Is], late: &[(u64, Option<Is>)], expect| {
            assert_eq!(open_with(addresses, late), expect);
        };
        check(&[Is::Refuses], &[(40, Some(Is::Fine))], (Ok(1), 40));
        check(&[Is::Fine], &[(40, Some(Is::Fine))], (Ok(0), 0));
        check(&[], &[(60, None), (40, Some(Is::Slow(10)))], (Ok(1), 50));
        check(
            &[Is::Silent],
            &[(30, None), (90, Some(Is::Fine))],
            (Ok(2), 90),
        );
        let none = (Err(ErrorKind::Transport), 30);
        check(&[Is::Away], &[(30, None)], none);
        let none = (Err(ErrorKind::Configuration), 30);
        check(&[], &[(30, None)], none);
        let silent = (Err(ErrorKind::TimedOut), 100);
        check(&[Is::Away], &[(200, None)], silent);
    }
}

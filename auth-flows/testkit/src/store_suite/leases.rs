//! Cases: at most one lease of an account at a time, and it always comes back.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{AccountKey, BoxFuture, Store};

use super::{
    CROWD, Case, Outcome, StoreSuite, ensure, holds, is_free, key, lease, number_of, numbered,
    remove, text,
};

/// A time that a lease is confirmed for.
const LONGER: Duration = Duration::from_millis(500);
/// How long a store may take until it tells of changes; one that takes longer is not examined.
const CONNECTING: Duration = Duration::from_millis(100);
/// How long a message may take.
const TOLD: Duration = Duration::from_millis(500);
/// How often the crowd competes for a lease.
const ROUNDS: usize = 50;
/// How far each member of the crowd counts.
pub(super) const STEPS: u64 = 20;
/// How long the token of a counted record is: longer than what systems write at once.
pub(super) const REPEATED: usize = 1024;

pub(super) const CASES: &[Case] = &[
    ("an account has one lease at a time", |suite| {
        let (store, other, own) = (suite.open(), suite.open(), key("lease"));
        let first = lease(&*store, &own)?;
        ensure!(first.key() == &own, "the lease is of {:?}", first.key());
        ensure!(!is_free(&*store, &own)?, "the same store gives it twice");
        ensure!(!is_free(&*other, &own)?, "another store gives it as well");
        ensure!(is_free(&*other, &key("Lease"))?, "it is another account's");
        holds(&*other, &own, None)?; // reading requires no lease
        drop(first);
        drop(lease(&*other, &own)?);
        drop(lease(&*store, &own)?);
        Ok(())
    }),
    ("a save or a removal keeps the lease", |suite| {
        let (store, own) = (suite.open(), key("kept lease"));
        let held = lease(&*store, &own)?;
        for number in 0..3 {
            store.save(&held, &numbered(number, 1)).map_err(text)?;
            ensure!(!is_free(&*suite.open(), &own)?, "a save freed it");
        }
        store.remove(&held).map_err(text)?;
        ensure!(!is_free(&*suite.open(), &own)?, "a removal freed it");
        drop(held);
        ensure!(is_free(&*store, &own)?, "it does not end");
        Ok(())
    }),
    ("a lease is confirmed as long as it is held", |suite| {
        let (store, own) = (suite.open(), key("confirmed lease"));
        let held = lease(&*store, &own)?;
        for at_least in [Duration::ZERO, LONGER, Duration::ZERO] {
            let confirmed = store.confirm(&held, at_least).map_err(text)?;
            ensure!(confirmed, "it was lost");
            ensure!(!is_free(&*suite.open(), &own)?, "confirming freed it");
        }
        if let Some(duration) = store.lease_duration() {
            // Held for longer than it would last by itself, and than it was confirmed for.
            thread::sleep(duration.max(LONGER) + duration / 2);
            ensure!(!is_free(&*suite.open(), &own)?, "it ends while it is held");
            let confirmed = store.confirm(&held, LONGER).map_err(text)?;
            ensure!(confirmed, "it was lost while it was held");
        }
        store.save(&held, &numbered(1, 1)).map_err(text)?;
        store.remove(&held).map_err(text)?;
        drop(held);
        ensure!(is_free(&*suite.open(), &own)?, "it does not end");
        Ok(())
    }),
    (
        "a store that tells of changes tells of the end of a lease",
        |suite| {
            let (store, other, own) = (suite.open(), suite.open(), key("awaited lease"));
            // It may have to connect first.
            if until(CONNECTING, || store.next_change(&own)).is_none() {
                return Ok(());
            }
            // One message may be lost; drivers look again.
            for _ in 0..3 {
                let held = lease(&*other, &own)?;
                let change = until(CONNECTING, || store.next_change(&own));
                drop(held);
                if let Some(mut change) = change {
                    if until(TOLD, || is_ready(&mut change)).is_some() {
                        return Ok(());
                    }
                }
            }
            Err("three leases ended without a word".to_owned())
        },
    ),
    ("a lease moves to another thread and ends there", |suite| {
        let (store, own) = (suite.open(), key("moved lease"));
        let held = lease(&*store, &own)?;
        let saved = thread::scope(|scope| {
            let saver = scope.spawn(|| {
                let saved = store.save(&held, &numbered(1, 1));
                drop(held);
                saved
            });
            saver.join().unwrap_or_else(|panic| resume_unwind(panic))
        });
        saved.map_err(text)?;
        ensure!(is_free(&*suite.open(), &own)?, "it does not end");
        holds(&*store, &own, Some(&numbered(1, 1)))?;
        remove(&*store, &own)
    }),
    ("a thread that panics gives the lease back", |suite| {
        let (store, own) = (suite.open(), key("panic"));
        let held = lease(&*store, &own)?;
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _held = held;
            // Silent: the panic hook is not called.
            resume_unwind(Box::new("on purpose"));
        }));
        ensure!(panicked.is_err(), "the case is wrong");
        ensure!(is_free(&*store, &own)?, "it does not end");
        Ok(())
    }),
    ("of many threads exactly one gets the lease", exactly_one),
    (
        "no change of a record is lost among many threads",
        |suite| {
            let own = key("threads");
            let failed = thread::scope(|scope| {
                let count = || count(&*suite.open(), &own);
                let all: Vec<_> = (0..CROWD).map(|_| scope.spawn(count)).collect();
                let join = |one: thread::ScopedJoinHandle<'_, Outcome>| {
                    one.join().unwrap_or_else(|panic| resume_unwind(panic))
                };
                all.into_iter().find_map(|one| join(one).err())
            });
            if let Some(why) = failed {
                return Err(why);
            }
            counted(&*suite.open(), &own, CROWD as u64 * STEPS)
        },
    ),
];

/// Tries for this long.
fn until<T>(limit: Duration, mut check: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        match check() {
            None if Instant::now() < end => thread::sleep(Duration::from_millis(5)),
            found => return found,
        }
    }
}

fn is_ready(future: &mut BoxFuture<'static, ()>) -> Option<()> {
    let mut context = Context::from_waker(Waker::noop());
    future.as_mut().poll(&mut context).is_ready().then_some(())
}

fn exactly_one(suite: &StoreSuite<'_>) -> Outcome {
    let own = key("crowd");
    for _ in 0..ROUNDS {
        let holders = AtomicUsize::new(0);
        let barrier = Barrier::new(CROWD);
        thread::scope(|scope| {
            for _ in 0..CROWD {
                scope.spawn(|| {
                    let store = suite.open();
                    barrier.wait();
                    let lease = store.try_lease(&own);
                    let count = usize::from(matches!(lease, Ok(Some(_))));
                    holders.fetch_add(count, Ordering::SeqCst);
                    barrier.wait(); // every thread has tried before one releases the lease
                });
            }
        });
        let holders = holders.into_inner();
        ensure!(holders == 1, "{holders} threads got it");
    }
    Ok(())
}

/// Counts in the token record, one step per lease, as renewals do.
pub(super) fn count(store: &dyn Store, own: &AccountKey) -> Outcome {
    const PAUSE: Duration = Duration::from_micros(200);
    /// Half a minute of pauses without one step.
    const MOST_TRIES: u32 = 120_000;
    let (mut done, mut tries) = (0, 0);
    while done < STEPS {
        let Some(lease) = store.try_lease(own).map_err(text)? else {
            tries += 1;
            ensure!(tries < MOST_TRIES, "the lease does not come back");
            thread::sleep(PAUSE); // lets the others run
            continue;
        };
        let number = match store.load(own).map_err(text)? {
            None => 0,
            Some(record) => number_of(&record, REPEATED)?,
        };
        store
            .save(&lease, &numbered(number + 1, REPEATED))
            .map_err(text)?;
        (done, tries) = (done + 1, 0);
    }
    Ok(())
}

/// Checks how far was counted, and removes the record.
pub(super) fn counted(store: &dyn Store, own: &AccountKey, expect: u64) -> Outcome {
    let record = store.load(own).map_err(text)?.ok_or("nothing was saved")?;
    let number = number_of(&record, REPEATED)?;
    ensure!(number == expect, "{number} of {expect} steps are left");
    remove(store, own)
}

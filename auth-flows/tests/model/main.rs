//! Model tests of the single flight: the source of `sync/` and of the token cell, on a lock and
//! threads of shuttle, which schedules them in random orders. [`get`] repeats what the drivers do
//! around it.

// The threads of shuttle cannot panic in programs that MinGW linked. No system's call is modelled.
#![cfg(not(windows))]

#[path = "../../src/retry.rs"]
mod retry;
#[expect(
    dead_code,
    reason = "the model waits without a clock, and for threads only"
)]
#[path = "../../src/sync"]
mod sync {
    mod lock;
    pub(crate) mod oneshot;
    pub(crate) mod park;
    pub(crate) mod single_flight;

    /// In place of the standard library's.
    mod primitives {
        pub(crate) use shuttle::{
            sync::{Mutex, MutexGuard},
            thread,
        };
    }
}
#[expect(
    dead_code,
    reason = "the model waits without a clock, and for threads only"
)]
#[path = "../../src/token"]
mod token {
    pub(crate) mod cached_token;
    pub(crate) mod cell;
}

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{
    Error, ErrorKind, Lifetime, Now, Token, TokenRequirement, TokenResponse, UnixTime,
};
use shuttle::thread;

use crate::{
    sync::{
        oneshot::channel,
        park::park_on,
        single_flight::{Join, SingleFlight},
    },
    token::cell::{Lookup, RenewalResult, TokenCell},
};

/// How many orders each model runs.
const ORDERS: usize = 3_000;

const THREADS: usize = 4;

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        monotonic: Duration::from_secs(1000 + seconds),
    }
}

fn token(now: Now, generation: u64) -> Arc<Token> {
    let response = TokenResponse::new("t0ken", Lifetime::For(Duration::from_secs(3600)));
    let token = response.and_then(|response| response.into_token(now, generation));
    Arc::new(token.expect("a token"))
}

/// One token cell, and a server that counts renewals.
struct World {
    cell: TokenCell,
    now: Now,
    generations: AtomicU64,
    renewals: AtomicUsize,
}

impl World {
    fn new(now: Now) -> Arc<Self> {
        Arc::new(Self {
            cell: TokenCell::new(),
            now,
            generations: AtomicU64::new(1),
            renewals: AtomicUsize::new(0),
        })
    }

    fn holding(now: Now) -> Arc<Self> {
        let world = Self::new(now);
        world.cell.publish(Some(token(at(0), 1)), None, at(0));
        world
    }

    fn renew(&self) -> RenewalResult {
        let count = self.renewals.fetch_add(1, SeqCst);
        thread::yield_now();
        assert_eq!(
            self.renewals.load(SeqCst),
            count + 1,
            "two at the same time"
        );
        Ok(token(self.now, self.generations.fetch_add(1, SeqCst) + 1))
    }
}

/// Gets a token as the drivers do.
fn get(
    world: &World,
    requirement: TokenRequirement,
    renew: impl Fn(&World) -> Option<RenewalResult>,
) -> RenewalResult {
    if let Some(token) = world.cell.at_hand(requirement, world.now.wall.to_system()) {
        return Ok(token);
    }
    loop {
        let leader = match world.cell.lookup(requirement, world.now) {
            Lookup::Ready(token) => return Ok(token),
            Lookup::ReadyButDue(token, leader) => {
                let result = renew(world).unwrap_or_else(|| Ok(token));
                world.cell.settle(&result, None, world.now);
                leader.finish(result.clone());
                return result;
            }
            Lookup::InFlight(wait) => match park_on(wait, Duration::MAX).flatten() {
                Some(Ok(token)) if requirement.accepts(token.generation()) => return Ok(token),
                Some(Err(error)) => return Err(error),
                _ => continue,
            },
            Lookup::Missing(leader) => leader,
        };
        // A leader may vanish: then `lead` is dropped, and it comes back as a caller.
        if let Some(result) = renew(world) {
            world.cell.settle(&result, None, world.now);
            leader.finish(result.clone());
            return result;
        }
    }
}

fn crowd(
    world: &Arc<World>,
    requirement: TokenRequirement,
    renew: fn(&World) -> Option<RenewalResult>,
) -> Vec<RenewalResult> {
    let callers: Vec<_> = (0..THREADS)
        .map(|_| {
            let world = Arc::clone(world);
            thread::spawn(move || get(&world, requirement, renew))
        })
        .collect();
    callers
        .into_iter()
        .map(|caller| caller.join().expect("no panic"))
        .collect()
}

#[test]
fn a_crowd_without_a_token_renews_once() {
    shuttle::check_random(
        || {
            let world = World::new(at(0));
            for result in crowd(&world, TokenRequirement::Any, |world| Some(world.renew())) {
                result.expect("a token");
            }
            assert_eq!(world.renewals.load(SeqCst), 1);
        },
        ORDERS,
    );
}

#[test]
fn a_crowd_that_was_refused_renews_once() {
    shuttle::check_pct(
        || {
            let world = World::holding(at(60));
            for result in crowd(&world, TokenRequirement::NewerThan(1), |world| {
                Some(world.renew())
            }) {
                assert_eq!(result.expect("a token").generation(), 2);
            }
            assert_eq!(world.renewals.load(SeqCst), 1);
        },
        ORDERS,
        3,
    );
}

#[test]
fn past_the_renewal_point_at_most_one_renews_at_a_time() {
    shuttle::check_random(
        || {
            let world = World::holding(at(3400));
            for result in crowd(&world, TokenRequirement::Any, |world| Some(world.renew())) {
                result.expect("a token");
            }
            assert_eq!(world.renewals.load(SeqCst), 1);
        },
        ORDERS,
    );
}

#[test]
fn a_failure_reaches_all_waiting_callers() {
    shuttle::check_random(
        || {
            let world = World::new(at(0));
            let results = crowd(&world, TokenRequirement::Any, |world| {
                Some(match world.renewals.load(SeqCst) {
                    0 => world
                        .renew()
                        .and(Err(Error::new(ErrorKind::Transport, "no network"))),
                    _ => world.renew(),
                })
            });
            // Callers that join after the failure renew again, and there is no third renewal.
            let renewals = world.renewals.load(SeqCst);
            let failed = results.iter().filter(|result| result.is_err()).count();
            assert!(
                (1..=2).contains(&renewals) && failed >= 1,
                "{renewals} {failed}"
            );
            assert_eq!(failed == THREADS, renewals == 1);
        },
        ORDERS,
    );
}

#[test]
fn a_leader_that_vanishes_has_a_successor() {
    static VANISHED: AtomicUsize = AtomicUsize::new(0);
    shuttle::check_random(
        || {
            let world = World::new(at(0));
            VANISHED.store(0, SeqCst);
            let renew = |world: &World| match VANISHED.fetch_add(1, SeqCst) {
                0 | 1 => None,
                _ => Some(world.renew()),
            };
            for result in crowd(&world, TokenRequirement::Any, renew) {
                result.expect("a token");
            }
            assert_eq!(world.renewals.load(SeqCst), 1);
        },
        ORDERS,
    );
}

#[test]
fn a_caller_that_times_out_does_not_affect_the_others() {
    shuttle::check_random(
        || {
            let flight = SingleFlight::<u32>::new();
            let Join::Leader(leader) = flight.join() else {
                panic!("idle")
            };
            let callers: Vec<_> = (0..THREADS)
                .map(|caller| {
                    let flight = Arc::clone(&flight);
                    thread::spawn(move || match flight.join() {
                        Join::Follower(wait) if caller % 2 == 0 => {
                            park_on(wait, Duration::MAX).flatten()
                        }
                        // Times out at once.
                        Join::Follower(wait) => park_on(wait, Duration::ZERO).flatten().or(Some(7)),
                        Join::Leader(own) => {
                            own.finish(7);
                            Some(7)
                        }
                    })
                })
                .collect();
            leader.finish(7);
            for caller in callers {
                assert_eq!(caller.join().expect("no panic"), Some(7));
            }
        },
        ORDERS,
    );
}

#[test]
fn a_sent_value_arrives_once() {
    shuttle::check_random(
        || {
            let (sender, receiver) = channel();
            let thread = thread::spawn(move || {
                sender.send(1);
                sender.send(2);
            });
            assert_eq!(park_on(receiver, Duration::MAX), Some(Some(1)));
            thread.join().expect("no panic");
        },
        ORDERS,
    );
    shuttle::check_random(
        || {
            let (sender, receiver) = channel::<u32>();
            let thread = thread::spawn(move || drop(sender));
            assert_eq!(park_on(receiver, Duration::MAX), Some(None));
            thread.join().expect("no panic");
        },
        ORDERS,
    );
}

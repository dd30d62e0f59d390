//! The single flight, the token cell around it, and the one-shot channel, on real threads. The
//! model in `tests/model` checks all orders of threads.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Wake, Waker},
    time::Duration,
};

use auth_core::{Lifetime, Now, TokenRequirement, TokenResponse, UnixTime};

use crate::{
    sync::{
        oneshot::channel,
        park::{park_on, within},
        semaphore::Semaphore,
        single_flight::{Join, SingleFlight},
    },
    token::cell::{Lookup, TokenCell},
};

#[test]
fn one_caller_leads_and_all_get_the_value() {
    let flight = SingleFlight::<u32>::new();
    let Join::Leader(leader) = flight.join() else {
        panic!("idle")
    };
    let flights = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let waiters: Vec<_> = (0..32)
            .map(|_| {
                let Join::Follower(follower) = flight.join() else {
                    panic!("flying")
                };
                scope.spawn(move || park_on(follower, Duration::from_secs(30)))
            })
            .collect();
        flights.fetch_add(1, SeqCst);
        leader.finish(7);
        for waiter in waiters {
            assert_eq!(waiter.join().expect("no panic"), Some(Some(7)));
        }
    });
    assert!(matches!(flight.join(), Join::Leader(_)), "idle again");
}

#[test]
fn a_dropped_leader_frees_its_followers() {
    let flight = SingleFlight::<u32>::new();
    let Join::Leader(leader) = flight.join() else {
        panic!("idle")
    };
    let Join::Follower(follower) = flight.join() else {
        panic!("flying")
    };
    drop(leader);
    assert_eq!(park_on(follower, Duration::from_secs(30)), Some(None));
}

#[test]
fn a_dropped_follower_leaves_no_waker() {
    let flight = SingleFlight::<u32>::new();
    let Join::Leader(leader) = flight.join() else {
        panic!("idle")
    };
    let Join::Follower(follower) = flight.join() else {
        panic!("flying")
    };
    struct NoopWaker;
    impl Wake for NoopWaker {
        fn wake(self: Arc<Self>) {}
    }
    let noop = Arc::new(NoopWaker);
    {
        let waker = Waker::from(Arc::clone(&noop));
        let follower = pin!(follower);
        assert!(follower.poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(Arc::strong_count(&noop), 1);
    leader.finish(1);
}

#[test]
fn a_value_is_received_once() {
    let (giver, taker) = channel();
    let thread = std::thread::spawn(move || {
        giver.send(1);
        giver.send(2);
    });
    assert_eq!(park_on(taker, Duration::from_secs(30)), Some(Some(1)));
    thread.join().expect("no panic");
}

#[test]
fn a_dropped_sender_frees_the_receiver() {
    let (giver, taker) = channel::<u32>();
    drop(giver);
    assert_eq!(park_on(taker, Duration::from_secs(30)), Some(None));
}

#[test]
fn a_clock_that_is_ready_first_ends_the_wait() {
    let never = std::future::pending::<u32>();
    assert_eq!(
        park_on(within(never, async {}), Duration::from_secs(30)),
        Some(None)
    );
    let at_once = async { 1 };
    assert_eq!(
        park_on(
            within(at_once, std::future::pending()),
            Duration::from_secs(30)
        ),
        Some(Some(1))
    );
}

#[test]
fn during_a_renewal_the_old_token_is_returned_until_it_expires() {
    let at = |seconds: u64| Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        monotonic: Duration::from_secs(1000 + seconds),
    };
    let hour = Lifetime::For(Duration::from_secs(3600));
    let token =
        TokenResponse::new("t0ken", hour).and_then(|response| response.into_token(at(0), 1));
    let cell = TokenCell::new();
    cell.publish(Some(Arc::new(token.expect("a token"))), None, at(1));
    let at_hand = |need, seconds| cell.at_hand(need, at(seconds).wall.to_system()).is_some();
    assert!(at_hand(TokenRequirement::Any, 60));
    assert!(
        !at_hand(TokenRequirement::Any, 3500),
        "due, and no caller renews it"
    );
    let Lookup::ReadyButDue(_, leader) = cell.lookup(TokenRequirement::Any, at(3500)) else {
        panic!("it is due");
    };
    assert!(at_hand(TokenRequirement::Any, 3500), "a caller renews it");
    assert!(
        !at_hand(TokenRequirement::NewerThan(1), 3500),
        "it was refused"
    );
    assert!(!at_hand(TokenRequirement::Any, 3550), "it has expired");
    drop(leader);
    assert!(
        !at_hand(TokenRequirement::Any, 3500),
        "no caller renews it any more"
    );
}

#[test]
fn followers_that_leave_free_their_places() {
    let flight = SingleFlight::<u32>::new();
    let Join::Leader(leader) = flight.join() else {
        panic!("idle")
    };
    let wakes = Arc::new(AtomicUsize::new(0));
    struct Count(Arc<AtomicUsize>);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let waker = Waker::from(Arc::new(Count(Arc::clone(&wakes))));
    let mut context = Context::from_waker(&waker);
    let mut follow = || {
        let Join::Follower(follower) = flight.join() else {
            panic!("flying")
        };
        let mut follower = Box::pin(follower);
        assert!(follower.as_mut().poll(&mut context).is_pending());
        follower
    };
    // In any order; the places of those that left are used again.
    let mut followers: Vec<_> = (0..100).map(|_| follow()).collect();
    for round in 0..10 {
        followers.swap_remove(7 * round);
        followers.swap_remove(0);
        followers.push(follow());
        followers.push(follow());
    }
    followers.truncate(60);
    leader.finish(7);
    assert_eq!(
        wakes.load(SeqCst),
        60,
        "those that are still there, once each"
    );
    // A follower of the old flight does not take the place of one of the next.
    let Join::Leader(next) = flight.join() else {
        panic!("idle")
    };
    let mut late = follow();
    drop(followers);
    next.finish(8);
    assert_eq!(wakes.load(SeqCst), 61);
    assert!(late.as_mut().poll(&mut context).is_ready());
}

#[test]
fn permits_pass_from_one_to_the_next_in_line() {
    let semaphore = Semaphore::new(2);
    let ask = || {
        let mut context = Context::from_waker(Waker::noop());
        let mut asked = Box::pin({
            let semaphore = Arc::clone(&semaphore);
            async move { semaphore.acquire().await }
        });
        let polled = asked.as_mut().poll(&mut context);
        (asked, polled)
    };
    let (first, second) = (ask().1, ask().1);
    assert!(first.is_ready() && second.is_ready());
    // A thousand that leave the line, and one that stays.
    let gone: Vec<_> = (0..1000).map(|_| ask().0).collect();
    let (mut third, waits) = ask();
    assert!(waits.is_pending());
    drop(gone);
    drop(first);
    let mut context = Context::from_waker(Waker::noop());
    assert!(third.as_mut().poll(&mut context).is_ready());
    drop(second);
    let again = ask().1;
    assert!(again.is_ready());
}

//! The single flight, the token cell around it, and the one-shot channel, on real threads. The model in
//! `tests/model` goes through the orders in which threads meet.

use std::{
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
        single_flight::{Join, SingleFlight},
    },
    token::cell::{Lookup, TokenCell},
};

#[test]
fn one_leads_and_all_land() {
    let flight = SingleFlight::<u32>::new();
    let Join::Lead(leader) = flight.join() else {
        panic!("idle")
    };
    let flights = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let waiters: Vec<_> = (0..32)
            .map(|_| {
                let Join::Wait(follower) = flight.join() else {
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
    assert!(matches!(flight.join(), Join::Lead(_)), "idle again");
}

#[test]
fn a_leader_that_vanishes_strands_nobody() {
    let flight = SingleFlight::<u32>::new();
    let Join::Lead(leader) = flight.join() else {
        panic!("idle")
    };
    let Join::Wait(follower) = flight.join() else {
        panic!("flying")
    };
    drop(leader);
    assert_eq!(park_on(follower, Duration::from_secs(30)), Some(None));
}

#[test]
fn a_waiter_that_gives_up_leaves_no_waker() {
    let flight = SingleFlight::<u32>::new();
    let Join::Lead(leader) = flight.join() else {
        panic!("idle")
    };
    let Join::Wait(follower) = flight.join() else {
        panic!("flying")
    };
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    let nobody = Arc::new(Nobody);
    {
        let waker = Waker::from(Arc::clone(&nobody));
        let follower = pin!(follower);
        assert!(follower.poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(Arc::strong_count(&nobody), 1);
    leader.finish(1);
}

#[test]
fn a_value_is_given_once() {
    let (giver, taker) = channel();
    let thread = std::thread::spawn(move || {
        giver.send(1);
        giver.send(2);
    });
    assert_eq!(park_on(taker, Duration::from_secs(30)), Some(Some(1)));
    thread.join().expect("no panic");
}

#[test]
fn a_giver_that_vanishes_strands_nobody() {
    let (giver, taker) = channel::<u32>();
    drop(giver);
    assert_eq!(park_on(taker, Duration::from_secs(30)), Some(None));
}

#[test]
fn the_clock_may_win() {
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
fn while_the_next_token_is_fetched_the_old_one_is_at_hand_until_its_end() {
    let at = |seconds: u64| Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        monotonic: Duration::from_secs(1000 + seconds),
    };
    let hour = Lifetime::For(Duration::from_secs(3600));
    let token =
        TokenResponse::new("t0ken", hour).and_then(|response| response.into_token(at(0), 1));
    let cell = TokenCell::new();
    cell.publish(Some(Arc::new(token.expect("a token"))));
    let at_hand = |need, seconds| cell.at_hand(need, at(seconds).wall.to_system()).is_some();
    assert!(at_hand(TokenRequirement::Any, 60));
    assert!(
        !at_hand(TokenRequirement::Any, 3500),
        "due, and nobody is fetching the next one"
    );
    let Lookup::ReadyButDue(_, leader) = cell.lookup(TokenRequirement::Any, at(3500)) else {
        panic!("it is due");
    };
    assert!(at_hand(TokenRequirement::Any, 3500), "somebody is");
    assert!(
        !at_hand(TokenRequirement::NewerThan(1), 3500),
        "it was refused"
    );
    assert!(!at_hand(TokenRequirement::Any, 3550), "it is past its time");
    drop(leader);
    assert!(!at_hand(TokenRequirement::Any, 3500), "nobody is any more");
}

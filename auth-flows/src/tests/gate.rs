//! The gate and the one-shot cell, on real threads. The model in `tests/model` goes through the orders in which threads meet.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Wake, Waker},
    time::Duration,
};

use crate::gate::{Gate, Join, park_on, promise, within};

#[test]
fn one_leads_and_all_land() {
    let gate = Gate::<u32>::new();
    let Join::Lead(lead) = gate.join() else {
        panic!("idle")
    };
    let flights = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let waiters: Vec<_> = (0..32)
            .map(|_| {
                let Join::Wait(wait) = gate.join() else {
                    panic!("flying")
                };
                scope.spawn(move || park_on(wait, Duration::from_secs(30)))
            })
            .collect();
        flights.fetch_add(1, SeqCst);
        lead.land(7);
        for waiter in waiters {
            assert_eq!(waiter.join().expect("no panic"), Some(Some(7)));
        }
    });
    assert!(matches!(gate.join(), Join::Lead(_)), "idle again");
}

#[test]
fn a_leader_that_vanishes_strands_nobody() {
    let gate = Gate::<u32>::new();
    let Join::Lead(lead) = gate.join() else {
        panic!("idle")
    };
    let Join::Wait(wait) = gate.join() else {
        panic!("flying")
    };
    drop(lead);
    assert_eq!(park_on(wait, Duration::from_secs(30)), Some(None));
}

#[test]
fn a_waiter_that_gives_up_leaves_no_waker() {
    let gate = Gate::<u32>::new();
    let Join::Lead(lead) = gate.join() else {
        panic!("idle")
    };
    let Join::Wait(wait) = gate.join() else {
        panic!("flying")
    };
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    let nobody = Arc::new(Nobody);
    {
        let waker = Waker::from(Arc::clone(&nobody));
        let wait = pin!(wait);
        assert!(wait.poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(Arc::strong_count(&nobody), 1);
    lead.land(1);
}

#[test]
fn a_value_is_given_once() {
    let (giver, taker) = promise();
    let thread = std::thread::spawn(move || {
        giver.give(1);
        giver.give(2);
    });
    assert_eq!(park_on(taker, Duration::from_secs(30)), Some(Some(1)));
    thread.join().expect("no panic");
}

#[test]
fn a_giver_that_vanishes_strands_nobody() {
    let (giver, taker) = promise::<u32>();
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

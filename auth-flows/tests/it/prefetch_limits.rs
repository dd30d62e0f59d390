//! Pages that are requested ahead under a rate limit: only where it has room, never in a queue.

use std::{
    cell::Cell,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use auth_core::{ErrorKind, RateLimit};
use auth_flows::{Client, ClientEvent, WaitReason};
use keystore::Memory;

use crate::{
    common::{MAX_WAIT, World},
    prefetch::{AnyPages, FIRST},
    rate_limit::{AFAR, Counting, service},
};

/// The waits for a permit that a client reported.
#[derive(Clone, Default)]
struct Waits(Arc<Mutex<Vec<Duration>>>);

impl Waits {
    fn note(&self, event: &ClientEvent<'_>) {
        if let ClientEvent::Waiting { reason, wait, .. } = event {
            assert_eq!(*reason, WaitReason::RateLimit, "{event}");
            self.0.lock().expect("no panic").push(*wait);
        }
    }

    fn all(&self) -> Vec<Duration> {
        self.0.lock().expect("no panic").clone()
    }
}

/// A program of each world with a rate limit, over a transport that counts and sends nothing. It
/// responds with these statuses, and then with 200.
fn both(rate: &RateLimit, statuses: &[u16], check: impl Fn(&Counting, &World, &Waits)) {
    let service = || service(AFAR, rate.clone());
    for which in [0, 1] {
        let counting = Counting::first(&statuses.iter().rev().copied().collect::<Vec<_>>());
        let (waits, transport) = (Waits::default(), counting.clone());
        let noted = waits.clone();
        let client = match which {
            0 => World::Blocking(Client::new(service(), transport, Memory::new())),
            _ => World::in_tasks(service(), transport, Memory::new()),
        };
        let client = client.on_event(move |event| noted.note(event));
        check(&counting, &client, &waits);
    }
}

/// Waits until so many requests were sent.
fn wait_for(transport: &Counting, count: usize) {
    let end = Instant::now() + MAX_WAIT;
    while transport.count() < count {
        assert!(Instant::now() < end, "{} of {count}", transport.count());
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_page_is_requested_ahead_while_there_is_room() {
    let day = Duration::from_secs(86_400);
    let rate = RateLimit::unlimited().with_window(3, day);
    both(&rate, &[], |transport, world, waits| {
        let mut pages = AnyPages::ahead(&world.anonymous(), FIRST);
        pages.take(1);
        pages.take(2);
        wait_for(transport, 3);
        pages.take(3);
        // In its place the error as ever, with the time to retry.
        let error = pages.next().expect("a page").expect_err("limit reached");
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        assert!(error.retry_after() > Some(day / 2), "{error}");
        assert_eq!(pages.cursor(), Some(4));
        assert_eq!((transport.count(), waits.all().len()), (3, 0));
    });
}

#[test]
fn a_page_ahead_never_queues() {
    // Room for two at once; each further one has to wait.
    let spacing = Duration::from_millis(300);
    let rate = RateLimit::every(spacing).with_burst(2);
    let was_quick = Cell::new(false);
    for _ in 0..10 {
        was_quick.set(true);
        both(&rate, &[], |transport, world, waits| {
            let start = Instant::now();
            let mut pages = AnyPages::ahead(&world.anonymous(), FIRST);
            pages.take(1);
            pages.take(2);
            // The work of the program: a page ahead that queued would report it.
            thread::sleep(Duration::from_millis(50));
            let (queued, sent) = (waits.all(), transport.count());
            if start.elapsed() >= spacing {
                was_quick.set(false); // a busy machine: by now there may be room
                return;
            }
            assert_eq!((queued, sent), (vec![], 2));
            pages.take(3);
            let waits = waits.all();
            assert!(waits.len() <= 1, "{waits:?}");
            assert!(waits.iter().all(|wait| *wait <= spacing), "{waits:?}");
            assert_eq!(transport.count(), 3);
        });
        if was_quick.get() {
            return;
        }
    }
    panic!("the machine is too busy");
}

#[test]
fn a_page_ahead_does_not_wait_for_the_end_of_a_pause() {
    let pause = Duration::from_secs(3600);
    let rate = RateLimit::unlimited()
        .with_window(1000, pause)
        .with_pause_after_429(pause);
    // It would wait if it were the program's own request, or fail.
    for max_wait in [2 * pause, Duration::ZERO] {
        let rate = rate.clone().with_max_wait(max_wait);
        both(&rate, &[200, 200, 429], |transport, world, waits| {
            let mut pages = AnyPages::ahead(&world.anonymous(), FIRST);
            pages.take(1);
            pages.take(2);
            wait_for(transport, 3);
            thread::sleep(Duration::from_millis(50));
            assert_eq!(waits.all(), []);
            if max_wait.is_zero() {
                let error = pages.next().expect("a page").expect_err("a pause");
                assert!(error.retry_after() > Some(pause / 2), "{error}");
            }
            assert_eq!((pages.cursor(), transport.count()), (Some(3), 3));
        });
    }
}

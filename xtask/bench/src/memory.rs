//! A valid token from memory: ours beside the floor, an Arc cloned from an arc-swap and one clock
//! reading. Pairs alternate; the figure is the median of their ratios.

use std::{
    hint::black_box,
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant, SystemTime},
};

use arc_swap::ArcSwapOption;
use auth_core::{Token, TokenKind};
use auth_flows::Session;

use crate::{
    Work, sessions,
    slow::{Plan, Slow},
};

/// Each runs as often as its argument says.
pub const WORKS: &[Work] = &[
    ("ours-memory", ours_valid),
    ("ours-memory-stuck", ours_stuck),
    ("floor-memory", floor_valid),
];

/// The floor of a token in memory.
struct Floor(ArcSwapOption<Token>);

impl Floor {
    fn get(&self) -> (Option<Arc<Token>>, SystemTime) {
        (self.0.load_full(), SystemTime::now())
    }
}

fn ours_valid(times: u32) {
    let session = sessions::session("127.0.0.1:9", sessions::FRESH);
    many(times, || session.token(TokenKind::Login).is_ok());
}

fn ours_stuck(times: u32) {
    let (_server, session) = stuck();
    many(times, || session.token(TokenKind::Login).is_ok());
}

fn floor_valid(times: u32) {
    let session = sessions::session("127.0.0.1:9", sessions::FRESH);
    let floor = floor(&session);
    many(times, || floor.get().0.is_some());
}

fn many(times: u32, get: impl Fn() -> bool) {
    for _ in 0..times {
        assert!(black_box(get()));
    }
}

fn floor(session: &Session) -> Floor {
    let token = session.token(TokenKind::Login).expect("a valid token");
    Floor(ArcSwapOption::from(Some(token)))
}

/// A session with a valid token, and a renewal of it that does not return.
fn stuck() -> (Slow, Session) {
    let server = Slow::start(Plan {
        delay: Duration::from_secs(600),
        failures: 0,
    });
    let age = sessions::age_when_due() - Duration::from_secs(2);
    let session = sessions::session(&server.address(), age);
    session.token(TokenKind::Login).expect("it is fresh still");
    assert_eq!(server.requests(), 0);
    thread::sleep(Duration::from_millis(2500));
    let renewing = session.clone();
    thread::spawn(move || renewing.token(TokenKind::Login));
    let end = Instant::now() + Duration::from_secs(10);
    while server.requests() == 0 && Instant::now() < end {
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(server.requests(), 1, "a renewal is under way");
    (server, session)
}

/// Prints nanoseconds of ours and of the floor and the median ratio: with a fresh token, and while
/// a renewal is stuck.
pub fn ratios(threads: usize, pairs: usize) {
    let valid = sessions::session("127.0.0.1:9", sessions::FRESH);
    let floor = floor(&valid);
    let (server, stuck) = stuck();
    for (name, session) in [("valid", &valid), ("stuck", &stuck)] {
        let (ours, theirs) = (
            || {
                drop(black_box(
                    session.token(TokenKind::Login).expect("it serves"),
                ))
            },
            || drop(black_box(floor.get())),
        );
        let mut pair: Vec<(f64, f64)> = Vec::new();
        for round in 0..pairs {
            // Which one is first alternates.
            let measured = match round % 2 {
                0 => (timed(threads, ours), timed(threads, theirs)),
                _ => {
                    let theirs = timed(threads, theirs);
                    (timed(threads, ours), theirs)
                }
            };
            pair.push(measured);
        }
        let of = |pick: fn(&(f64, f64)) -> f64| median(pair.iter().map(pick).collect());
        println!(
            "{name} {:.1} {:.1} {:.3}",
            of(|p| p.0),
            of(|p| p.1),
            of(|p| p.0 / p.1)
        );
    }
    assert_eq!(server.requests(), 1, "it is stuck still");
}

/// The median.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Nanoseconds for one repetition, over this many threads that run together: from the first start to
/// the last end.
fn timed(threads: usize, work: impl Fn() + Sync) -> f64 {
    let each = (400_000 / threads).max(20_000);
    let start = Barrier::new(threads);
    let times: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let began = Instant::now();
                    (0..each).for_each(|_| work());
                    (began, Instant::now())
                })
            })
            .collect();
        running
            .into_iter()
            .map(|one| one.join().expect("no panic"))
            .collect()
    });
    let began = times.iter().map(|time| time.0).min();
    let ended = times.iter().map(|time| time.1).max();
    let took = began.zip(ended).map(|(began, ended)| ended - began);
    took.unwrap_or_default().as_nanos() as f64 / (each * threads) as f64
}

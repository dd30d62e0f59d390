//! Hosts whose clocks differ and jump, and programs that start and end, over one note.

use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The requests of a window.
const LIMIT: usize = 10;
/// The window, and how late a request may be.
const WINDOW: Duration = Duration::from_secs(3601);

/// Runs this by a clock that is wrong by so many seconds.
fn at_a_clock<R>(wrong: i64, run: impl FnOnce() -> R) -> R {
    let before = clock::test::set_wrong(wrong);
    let result = run();
    clock::test::set_wrong(before);
    result
}

/// Asks for one permit, without a wait.
fn ask(limiter: &RateLimiter, notes: &Notes) -> Result<(), Duration> {
    let permit = limiter.permit(notes, PermitKind::Call, false, |_| {});
    permit.map(|_| ()).map_err(|error| {
        let wait = error.retry_after();
        wait.expect("the limit is reached")
    })
}

#[test]
fn hosts_whose_clocks_are_days_apart_keep_one_limit() {
    for clocks in [[3, 0], [0, 3], [-3, 0], [-400, 400]] {
        clock::test::set(Some(Duration::from_secs(100)));
        let notes = Notes::default();
        let hosts = clocks.map(|days| (days * DAY, limiter(20)));
        let (mut given, mut in_the_second_hour) = (0, 0);
        for second in (0..5400).step_by(10) {
            for (wrong, limiter) in &hosts {
                let is_given = at_a_clock(*wrong, || ask(limiter, &notes)).is_ok();
                match second < 3600 {
                    true => given += u32::from(is_given),
                    false => in_the_second_hour += u32::from(is_given),
                }
            }
            clock::test::advance(Duration::from_secs(10));
        }
        // At most what the first had before it met a clock ahead of its own.
        let most = 20 + u32::from(clocks[0] < clocks[1]);
        assert!((20..=most).contains(&given), "{clocks:?}: {given}");
        let second = in_the_second_hour;
        assert!((17..=20).contains(&second), "{clocks:?}: {second}");
        clock::test::set(None);
    }
}

/// What a clock that was wrong has counted was sent, so it counts; for an hour, not for a year.
#[test]
fn programs_one_after_the_other_go_on_after_a_clock_that_was_wrong() {
    clock::test::set(Some(Duration::from_secs(100)));
    let notes = Notes::default();
    let run = |wrong| at_a_clock(wrong, || use_up(&limiter(10), &notes).0);
    assert_eq!(run(365 * DAY), 10);
    assert_eq!(run(0), 0);
    for _ in 0..3 {
        clock::test::advance(WINDOW);
        assert_eq!(run(0), 10);
        assert_eq!(run(0), 0);
    }
    // Each of the clocks is known by now.
    clock::test::advance(WINDOW);
    assert_eq!((run(365 * DAY), run(0)), (10, 0));
    clock::test::advance(WINDOW);
    assert_eq!((run(0), run(365 * DAY)), (10, 0));
    clock::test::set(None);
}

#[test]
fn a_pause_outlasts_the_host_whose_clock_is_ahead() {
    for wrong in [0, 90, 2 * HOUR, 400 * DAY] {
        clock::test::set(Some(Duration::from_secs(100)));
        let (notes, pause) = (Notes::default(), Duration::from_secs(7200));
        at_a_clock(wrong, || limiter(10).pause(&notes, Some(pause), |_| {}));
        assert_eq!(ask(&limiter(10), &notes), Err(pause), "{wrong}");
        let half = pause / 2;
        clock::test::advance(half);
        let rest = ask(&limiter(10), &notes).expect_err("half of the pause is left");
        // By the clock that is ahead by 90 s, less time has passed.
        let taken_for_it = if wrong == 90 {
            half + Duration::from_secs(90)
        } else {
            half
        };
        assert_eq!(rest, taken_for_it, "{wrong}");
        clock::test::advance(rest);
        assert_eq!(ask(&limiter(10), &notes), Ok(()), "{wrong}");
        clock::test::set(None);
    }
}

#[test]
fn a_clock_that_jumps_while_a_program_runs_moves_no_window() {
    for wrong in [-400 * DAY, -HOUR, HOUR, 400 * DAY] {
        clock::test::set(Some(Duration::from_secs(100)));
        let (notes, limiter) = (Notes::default(), limiter(10));
        assert_eq!(use_up(&limiter, &notes).0, LIMIT);
        clock::test::advance(Duration::from_secs(60));
        let again = || at_a_clock(wrong, || use_up(&limiter, &notes).0);
        assert_eq!(again(), 0, "{wrong}");
        // Also for the next program at that clock.
        let next = || at_a_clock(wrong, || use_up(&super::limiter(10), &notes).0);
        assert_eq!(next(), 0, "{wrong}");
        clock::test::advance(WINDOW - Duration::from_secs(60));
        assert_eq!((next(), again()), (LIMIT, 0), "{wrong}");
        clock::test::set(None);
    }
}

/// A host, and the program on it.
struct Host {
    wrong: i64,
    program: RateLimiter,
}

/// Hosts over one note.
struct Fleet {
    notes: Notes,
    hosts: Vec<Host>,
    /// When requests were permitted.
    sent: Vec<Duration>,
}

impl Fleet {
    fn new(clocks: &[i64]) -> Self {
        clock::test::set(Some(Duration::from_secs(100)));
        let host = |days: &i64| Host {
            wrong: days * DAY,
            program: limiter(10),
        };
        Self {
            notes: Notes::default(),
            hosts: clocks.iter().map(host).collect(),
            sent: Vec::new(),
        }
    }

    /// Updates the note without a request.
    fn update(&self, host: usize) {
        let host = &self.hosts[host];
        at_a_clock(host.wrong, || host.program.count(&self.notes, 0, |_| {}));
    }

    fn start(&mut self, host: usize) {
        self.hosts[host].program = limiter(10);
    }

    /// Requests one after the other, at most so many, until there is none without a wait; returns
    /// that.
    fn request(&mut self, host: usize, most: usize) -> Option<Duration> {
        let Host { wrong, program } = &self.hosts[host];
        for _ in 0..most {
            match at_a_clock(*wrong, || ask(program, &self.notes)) {
                Ok(()) => self.sent.push(clock::now().monotonic),
                Err(wait) => return Some(wait),
            }
        }
        None
    }

    /// The wait that one clock for all would give.
    fn due_wait(&self) -> Duration {
        let first = self.sent.len().checked_sub(LIMIT);
        let free = first.map_or(Duration::ZERO, |first| self.sent[first] + WINDOW);
        free.saturating_sub(clock::now().monotonic)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Clocks that differ and jump, and programs that start again, change nothing: a request waits
    /// exactly as long as by one clock for all.
    #[test]
    fn hosts_in_any_order_keep_the_limit(
        clocks in proptest::collection::vec(-400i64..400, 3),
        steps in proptest::collection::vec((0usize..3, 0u8..8, -50i64..50, 0u64..1200), 1..120),
    ) {
        let mut fleet = Fleet::new(&clocks);
        // All meet: the clock that is furthest ahead first moves the time of the note.
        (0..6).for_each(|update| fleet.update(update % 3));
        let mut jumps = 0;
        for (host, what, hours, seconds) in steps {
            clock::test::advance(Duration::from_secs(seconds));
            match what {
                0 | 1 => fleet.start(host),
                // The note has room for these.
                2 if jumps < 4 => {
                    jumps += 1;
                    fleet.hosts[host].wrong += hours * HOUR;
                    fleet.update(host);
                }
                _ => {}
            }
            let due = fleet.due_wait();
            let wait = fleet.request(host, 1).unwrap_or_default();
            let error = wait.abs_diff(due);
            prop_assert!(error <= Duration::from_millis(2), "{wait:?} instead of {due:?}");
        }
        let sent = &fleet.sent;
        for (first, last) in sent.iter().zip(sent.iter().skip(LIMIT)) {
            prop_assert!(*last - *first >= Duration::from_secs(3600));
        }
    }

    /// A clock that jumps while no program runs, and one that the note does not know, may count as
    /// time that has passed. But no wait is longer than a window.
    #[test]
    fn no_clock_makes_a_request_wait_for_long(
        clocks in proptest::collection::vec(-400i64..400, 3),
        steps in proptest::collection::vec((0usize..3, 0u8..4, -9000i64..9000, 0u64..9000), 1..60),
        last in 0usize..3,
    ) {
        let mut fleet = Fleet::new(&clocks);
        for (host, what, hours, seconds) in steps {
            clock::test::advance(Duration::from_secs(seconds));
            match what {
                0 => fleet.start(host),
                1 => fleet.hosts[host].wrong += hours * HOUR,
                _ => {}
            }
            let wait = fleet.request(host, 20).expect("at most ten at once");
            prop_assert!(wait <= WINDOW, "{wait:?}");
        }
        // Programs one after the other, every ten minutes: the hour, and for each clock that the
        // note knows one of them that sees no time pass.
        let sent = fleet.sent.len();
        for _ in 0..7 + 8 {
            clock::test::advance(Duration::from_secs(600));
            fleet.start(last);
            fleet.request(last, 1);
        }
        prop_assert!(fleet.sent.len() > sent);
        let wait = fleet.request(last, 20).expect("at most ten at once");
        prop_assert!(wait <= WINDOW, "{wait:?}");
    }
}

//! Days of requests, by a clock that is a number.

use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 24 * 60 * MINUTE;
const START: u64 = 1_790_000_000_000;

/// iNaturalist's rate limit.
fn rate() -> RateLimit {
    api_inat::rate_limit()
}

/// The most in any window of this length: requests, if each weighs 1, or bytes.
fn heaviest(permits: &[(u64, u64)], length: u64) -> u64 {
    let (mut from, mut sum) = (0, 0);
    let sums = permits.iter().map(|(at, weight)| {
        sum += weight;
        while permits[from].0 + length <= *at {
            sum -= permits[from].1;
            from += 1;
        }
        sum
    });
    sums.max().unwrap_or(0)
}

fn most_in(permits: &[u64], length: u64) -> u64 {
    let permits: Vec<_> = permits.iter().map(|at| (*at, 1)).collect();
    heaviest(&permits, length)
}

#[test]
fn a_day_of_continuous_requests() {
    let rate = rate().with_max_wait(Duration::from_secs(86_400));
    let mut ledger = Ledger::new(&rate);
    let (mut now, mut permits) = (START, Vec::new());
    while now < START + DAY {
        let at = ledger.permit(&rate, now, false).expect("within a day");
        permits.push(at);
        now = at;
    }
    assert!(
        most_in(&permits, MINUTE) <= 55,
        "{}",
        most_in(&permits, MINUTE)
    );
    assert!(most_in(&permits, DAY) <= 10_000);
    assert!(most_in(&permits, SECOND) <= 6);
    // It also uses most of what the limit allows.
    assert!(permits.len() >= 9_900, "{}", permits.len());
    assert_eq!(
        &permits[..5],
        &[START; 5],
        "a burst after a time without requests"
    );
    assert!(ledger.to_text().len() < 4_000, "{}", ledger.to_text().len());
}

/// Photos of 10 MB, one after the other for two days, and a read after each third. The total stays
/// below the limit at which iNaturalist blocks, except for the one photo that was in progress when
/// the limit was reached.
#[test]
fn two_days_of_fetching_photos() {
    const PHOTO: u64 = 10_000_000;
    const HOUR: u64 = 60 * MINUTE;
    let rate = rate().with_max_wait(Duration::from_secs(86_400));
    let (mut ledger, mut now) = (Ledger::new(&rate), START);
    let (mut permits, mut photos, mut waited) = (Vec::new(), Vec::new(), 0);
    while now < START + 2 * DAY {
        let at = ledger.permit(&rate, now, true).expect("within a day");
        waited = waited.max(at - now);
        // A download of two seconds.
        now = at + 2 * SECOND;
        ledger.count(now, PHOTO);
        permits.push(at);
        photos.push((now, PHOTO));
        if photos.len() % 3 == 0 {
            now = ledger
                .permit(&rate, now, false)
                .expect("reads are not limited by media");
            permits.push(now);
        }
        // Another process reads the same note.
        ledger = Ledger::new(&rate).read(&ledger.to_text());
    }
    let (hour, day) = (heaviest(&photos, HOUR), heaviest(&photos, DAY));
    assert!(hour <= 5_000_000_000 + PHOTO, "{hour} bytes in an hour");
    assert!(day <= 24_000_000_000 + PHOTO, "{day} bytes in a day");
    assert!(most_in(&permits, MINUTE) <= 55 && most_in(&permits, DAY) <= 10_000);
    // Both limits were reached; the day's caused the longest wait.
    assert!(
        hour >= 4_900_000_000 && day >= 23_900_000_000,
        "{hour}, {day}"
    );
    assert!(waited > HOUR, "{waited} ms");
}

#[test]
fn a_long_wait_does_not_count_as_a_wrong_clock() {
    let long_wait = rate().with_max_wait(Duration::from_secs(86_400));
    let mut ledger = Ledger::new(&long_wait);
    let waiting: Vec<u64> = (0..5000)
        .flat_map(|_| ledger.permit(&long_wait, START, false))
        .collect();
    assert_eq!(waiting.len(), 5000);
    // A program with the default `max_wait` reads the note: it neither overtakes nor discards the
    // waiting requests.
    let mut other = Ledger::new(&rate()).read(&ledger.to_text());
    assert!(
        other
            .permit(&rate(), START, false)
            .expect_err("a long wait")
            > waiting[4999]
    );
    let mut again = Ledger::new(&long_wait).read(&other.to_text());
    assert!(
        again
            .permit(&long_wait, START, false)
            .expect("after the others")
            > waiting[4999]
    );
}

#[test]
fn a_full_window_says_when_it_has_room() {
    let rate = RateLimit::unlimited().with_window(3, Duration::from_secs(3600));
    let mut ledger = Ledger::new(&rate);
    for _ in 0..3 {
        assert_eq!(ledger.permit(&rate, START, false), Ok(START));
    }
    let next = START + 3600 * SECOND + 1000; // a request may come 1 s late
    assert_eq!(ledger.permit(&rate, START + 7, false), Err(next));
    assert_eq!(ledger.permit(&rate, next, false), Ok(next));
}

#[test]
fn a_permit_at_once_is_reserved_only_where_no_request_waits() {
    let rate = RateLimit::every(Duration::from_secs(1)).with_burst(2);
    let mut ledger = Ledger::new(&rate);
    let (second, third) = (START + SECOND, START + 2 * SECOND);
    for _ in 0..2 {
        assert_eq!(ledger.permit_at_once(&rate, START, false), Ok(START));
    }
    let full = ledger.clone();
    assert_eq!(ledger.permit_at_once(&rate, START, false), Err(second));
    assert_eq!(ledger, full, "nothing is reserved");
    assert_eq!(ledger.permit(&rate, START, false), Ok(second));
    // The turn of the one that waits.
    assert_eq!(ledger.permit_at_once(&rate, START + 1, false), Err(third));
    assert_eq!(ledger.permit(&rate, START + 1, false), Ok(third));
}

/// A queue that is longer than a window is not lost on the way through the note.
#[test]
fn a_long_queue_keeps_the_window() {
    let rate = RateLimit::unlimited().with_window(100, Duration::from_secs(1));
    let mut ledger = Ledger::new(&rate);
    let permits: Vec<u64> = (0..1000)
        .map(|_| {
            ledger = Ledger::new(&rate).read(&ledger.to_text());
            ledger.permit(&rate, START, false).expect("within 10 s")
        })
        .collect();
    assert_eq!(most_in(&permits, SECOND), 100);
    let length = SECOND + 25; // a request may come 25 ms late
    assert_eq!(permits.last(), Some(&(START + 9 * length)));
    assert!(ledger.to_text().len() < 5_000, "{}", ledger.to_text().len());
}

#[test]
fn requests_that_a_note_does_not_know_count_once_it_is_back() {
    let most = |requests, bytes| Unshared { requests, bytes };
    let rate = RateLimit::unlimited()
        .with_window(10, Duration::from_secs(60))
        .with_window(1000, Duration::from_secs(86_400))
        .with_media_window(5000, Duration::from_secs(3600));
    let mut own = Ledger::new(&rate);
    for second in 0..100 {
        own.record(second * 10 * SECOND, second * 10 * SECOND);
    }
    own.count(900 * SECOND, 4000);
    // By the client's own clock 1,000 s have passed; and six of the requests are in the last 61 s.
    let mut note = Ledger::new(&rate);
    note.add_unknown(START, &own, 1000 * SECOND, most(100, 4000));
    assert_eq!(note.counters[2].sum(START), 4000);
    assert_eq!(note.counters[0].sum(START), 6);
    assert_eq!(note.counters[1].sum(START), 100);
    let mut note = Ledger::new(&rate);
    note.add_unknown(START, &own, 1000 * SECOND, most(2, 0));
    assert_eq!(note.counters[2].sum(START), 0);
    assert_eq!(note.counters[0].sum(START), 2, "the others were shared");
}

#[test]
fn all_requests_wait_after_429() {
    let rate = rate();
    let mut ledger = Ledger::new(&rate);
    assert_eq!(ledger.permit(&rate, START, false), Ok(START));
    ledger.pause(START, Duration::from_secs(30));
    let after = START + 30 * SECOND;
    assert_eq!(ledger.permit(&rate, START, false), Ok(after));
    assert_eq!(
        ledger.permit(&rate, START, false),
        Ok(after + SECOND),
        "no burst"
    );
}

#[test]
fn media_are_counted() {
    let rate = rate();
    let mut ledger = Ledger::new(&rate);
    ledger.count(START, 4_999_999_999);
    assert_eq!(ledger.permit(&rate, START, true), Ok(START));
    ledger.count(START, 1);
    assert_eq!(
        ledger.permit(&rate, START, false),
        Ok(START),
        "other requests are not limited"
    );
    let error = ledger.permit(&rate, START, true).expect_err("an hour");
    assert!(
        (3600 * SECOND..3900 * SECOND).contains(&(error - START)),
        "{error}"
    );
}

#[test]
fn a_clock_that_was_wrong_stops_no_request() {
    let rate = rate();
    let mut ledger = Ledger::new(&rate);
    let ahead = START + 365 * DAY;
    for _ in 0..60 {
        ledger.permit(&rate, ahead, false).expect("a permit");
    }
    let back = Ledger::new(&rate)
        .read(&ledger.to_text())
        .permit(&rate, START, false);
    assert_eq!(back, Ok(START));
}

/// A permit is at most two waits and a pause ahead; one millisecond more, and a wrong clock wrote
/// it.
#[test]
fn a_wrong_clock_is_known_to_the_millisecond() {
    let rate = RateLimit::unlimited()
        .with_max_wait(Duration::from_secs(600))
        .with_pause_after_429(Duration::from_secs(90))
        .with_window(100, Duration::from_secs(86_400));
    let furthest = START + 2 * 600 * SECOND + 90 * SECOND;
    let check = |times: &str, entry: u64, expect: (u64, usize)| {
        let text = format!("{HEAD}\n{times}\nrequests 86400000 0 {entry:012x}000000000001\n");
        let mut ledger = Ledger::new(&rate).read(&text);
        assert_eq!(ledger.counters[0].entries.len(), 1, "{text}");
        ledger.forget_the_future(&rate, START);
        let found = (
            ledger.last.max(ledger.due),
            ledger.counters[0].entries.len(),
        );
        assert_eq!(found, expect, "{text}");
    };
    let one = |at: u64| format!("{at} {at} 0");
    check(&one(furthest), furthest, (furthest, 1));
    check(&one(furthest + 1), furthest, (0, 1));
    check(&one(furthest), furthest + 1, (furthest, 0));
    // Its own longer wait, which the note has.
    let longer = START + 2 * 700 * SECOND + 90 * SECOND;
    check(&format!("{longer} {longer} 700000"), START, (longer, 1));
    let too_long = longer + 1;
    check(&format!("{too_long} {too_long} 700000"), START, (0, 1));
}

proptest! {
    #[test]
    fn any_order_of_requests_keeps_the_limit(steps in proptest::collection::vec((0u64..5000, any::<bool>(), 0u64..40), 1..400)) {
        let rate = rate().with_max_wait(Duration::from_secs(3600));
        let mut ledger = Ledger::new(&rate);
        let (mut now, mut permits) = (START, Vec::new());
        for (wait, pauses, seconds) in steps {
            now += wait;
            // Processes that share one text.
            ledger = Ledger::new(&rate).read(&ledger.to_text());
            if pauses && seconds > 35 {
                ledger.pause(now, Duration::from_secs(seconds));
            }
            permits.extend(ledger.permit(&rate, now, false));
        }
        prop_assert!(permits.is_sorted());
        prop_assert!(most_in(&permits, MINUTE) <= 55);
        prop_assert!(most_in(&permits, SECOND) <= 6);
    }

    #[test]
    fn any_text_is_read(text in "(pace 2\n[0-9]+ [0-9]+ [0-9]+\nrequests 60000 0 )?[0-9a-f \n]{0,200}", now in 0u64..1 << 45) {
        let rate = rate();
        let mut ledger = Ledger::new(&rate).read(&text);
        let _ = ledger.permit(&rate, now, true);
        let again = Ledger::new(&rate).read(&ledger.to_text());
        prop_assert_eq!(again.to_text(), ledger.to_text());
    }
}

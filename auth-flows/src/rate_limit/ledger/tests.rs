//! Days of asking, by a clock that is a number.

use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 24 * 60 * MINUTE;
const START: u64 = 1_790_000_000_000;

/// iNaturalist's own.
fn pace() -> RateLimit {
    api_inat::rate_limit()
}

/// The most in any stretch of this length: of requests, where each weighs 1; of bytes.
fn heaviest(turns: &[(u64, u64)], length: u64) -> u64 {
    let (mut from, mut sum) = (0, 0);
    let sums = turns.iter().map(|(at, weight)| {
        sum += weight;
        while turns[from].0 + length <= *at {
            sum -= turns[from].1;
            from += 1;
        }
        sum
    });
    sums.max().unwrap_or(0)
}

fn most_in(turns: &[u64], length: u64) -> u64 {
    let turns: Vec<_> = turns.iter().map(|at| (*at, 1)).collect();
    heaviest(&turns, length)
}

#[test]
fn a_day_of_asking_all_the_time() {
    let pace = pace().with_max_wait(Duration::from_secs(86_400));
    let mut ledger = Ledger::new(&pace);
    let (mut now, mut turns) = (START, Vec::new());
    while now < START + DAY {
        let at = ledger.turn(&pace, now, false).expect("patient");
        turns.push(at);
        now = at;
    }
    assert!(most_in(&turns, MINUTE) <= 55, "{}", most_in(&turns, MINUTE));
    assert!(most_in(&turns, DAY) <= 10_000);
    assert!(most_in(&turns, SECOND) <= 6);
    // And it is used: a good part of what is allowed.
    assert!(turns.len() >= 9_900, "{}", turns.len());
    assert_eq!(&turns[..5], &[START; 5], "a burst after a quiet time");
    assert!(ledger.to_text().len() < 4_000, "{}", ledger.to_text().len());
}

/// Photos of 10 MB, one after the other for two days, and a read after each third: what the address fetches stays below what
/// iNaturalist blocks for, but for the one photo that was under way when it was enough.
#[test]
fn two_days_of_fetching_photos() {
    const PHOTO: u64 = 10_000_000;
    const HOUR: u64 = 60 * MINUTE;
    let pace = pace().with_max_wait(Duration::from_secs(86_400));
    let (mut ledger, mut now) = (Ledger::new(&pace), START);
    let (mut turns, mut photos, mut waited) = (Vec::new(), Vec::new(), 0);
    while now < START + 2 * DAY {
        let at = ledger.turn(&pace, now, true).expect("patient");
        waited = waited.max(at - now);
        // It takes two seconds to come.
        now = at + 2 * SECOND;
        ledger.count(now, PHOTO);
        turns.push(at);
        photos.push((now, PHOTO));
        if photos.len() % 3 == 0 {
            now = ledger.turn(&pace, now, false).expect("a read goes on");
            turns.push(now);
        }
        // Another program, or a new start, reads the same note.
        ledger = Ledger::new(&pace).read(&ledger.to_text());
    }
    let (hour, day) = (heaviest(&photos, HOUR), heaviest(&photos, DAY));
    assert!(hour <= 5_000_000_000 + PHOTO, "{hour} bytes in an hour");
    assert!(day <= 24_000_000_000 + PHOTO, "{day} bytes in a day");
    assert!(most_in(&turns, MINUTE) <= 55 && most_in(&turns, DAY) <= 10_000);
    // Both limits were reached, and the day's is what held it up for longest.
    assert!(
        hour >= 4_900_000_000 && day >= 23_900_000_000,
        "{hour}, {day}"
    );
    assert!(waited > HOUR, "{waited} ms");
}

#[test]
fn who_waits_long_is_not_taken_for_a_wrong_clock() {
    let patient = pace().with_max_wait(Duration::from_secs(86_400));
    let mut ledger = Ledger::new(&patient);
    let line: Vec<u64> = (0..5000)
        .flat_map(|_| ledger.turn(&patient, START, false))
        .collect();
    assert_eq!(line.len(), 5000);
    // A program of the usual patience reads the note: it neither pushes in nor throws the line away.
    let mut other = Ledger::new(&pace()).read(&ledger.to_text());
    assert!(other.turn(&pace(), START, false).expect_err("a long line") > line[4999]);
    let mut again = Ledger::new(&patient).read(&other.to_text());
    assert!(again.turn(&patient, START, false).expect("in line") > line[4999]);
}

#[test]
fn a_quota_that_is_used_up_says_when_it_goes_on() {
    let pace = RateLimit::unlimited().with_window(3, Duration::from_secs(3600));
    let mut ledger = Ledger::new(&pace);
    for _ in 0..3 {
        assert_eq!(ledger.turn(&pace, START, false), Ok(START));
    }
    let next = START + 3600 * SECOND;
    assert_eq!(ledger.turn(&pace, START + 7, false), Err(next));
    assert_eq!(ledger.turn(&pace, next, false), Ok(next));
}

#[test]
fn everybody_waits_after_429() {
    let pace = pace();
    let mut ledger = Ledger::new(&pace);
    assert_eq!(ledger.turn(&pace, START, false), Ok(START));
    ledger.pause(&pace, START, Duration::from_secs(30));
    let after = START + 30 * SECOND;
    assert_eq!(ledger.turn(&pace, START, false), Ok(after));
    assert_eq!(
        ledger.turn(&pace, START, false),
        Ok(after + SECOND),
        "no burst"
    );
}

#[test]
fn media_are_counted() {
    let pace = pace();
    let mut ledger = Ledger::new(&pace);
    ledger.count(START, 4_999_999_999);
    assert_eq!(ledger.turn(&pace, START, true), Ok(START));
    ledger.count(START, 1);
    assert_eq!(
        ledger.turn(&pace, START, false),
        Ok(START),
        "other requests go on"
    );
    let error = ledger.turn(&pace, START, true).expect_err("an hour");
    assert!(
        (3600 * SECOND..3900 * SECOND).contains(&(error - START)),
        "{error}"
    );
}

#[test]
fn a_clock_that_was_wrong_stops_nobody() {
    let pace = pace();
    let mut ledger = Ledger::new(&pace);
    let ahead = START + 365 * DAY;
    for _ in 0..60 {
        ledger.turn(&pace, ahead, false).expect("a turn");
    }
    let back = Ledger::new(&pace)
        .read(&ledger.to_text())
        .turn(&pace, START, false);
    assert_eq!(back, Ok(START));
}

proptest! {
    #[test]
    fn any_order_of_asking_keeps_to_it(steps in proptest::collection::vec((0u64..5000, any::<bool>(), 0u64..40), 1..400)) {
        let pace = pace().with_max_wait(Duration::from_secs(3600));
        let mut ledger = Ledger::new(&pace);
        let (mut now, mut turns) = (START, Vec::new());
        for (wait, pauses, seconds) in steps {
            now += wait;
            // Programs take turns at one text.
            ledger = Ledger::new(&pace).read(&ledger.to_text());
            if pauses && seconds > 35 {
                ledger.pause(&pace, now, Duration::from_secs(seconds));
            }
            turns.extend(ledger.turn(&pace, now, false));
        }
        prop_assert!(turns.is_sorted());
        prop_assert!(most_in(&turns, MINUTE) <= 55);
        prop_assert!(most_in(&turns, SECOND) <= 6);
    }

    #[test]
    fn any_text_is_read(text in "(pace 1\n)?[0-9a-z: \n]{0,200}", now in 0u64..1 << 45) {
        let pace = pace();
        let mut ledger = Ledger::new(&pace).read(&text);
        let _ = ledger.turn(&pace, now, true);
        let again = Ledger::new(&pace).read(&ledger.to_text());
        prop_assert_eq!(again.to_text(), ledger.to_text());
    }
}

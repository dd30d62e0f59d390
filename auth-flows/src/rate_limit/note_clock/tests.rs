//! Times of a note by clocks that are numbers.

use auth_core::UnixTime;

use super::*;

const HOUR: u64 = 3600 * 1000;
/// The same, as a difference.
const LATER: i64 = 3600 * 1000;
const START: u64 = 1_790_000_000_000;

fn stamp(written: u64, ahead: &[i64]) -> Stamp {
    let ahead = ahead.to_vec();
    Stamp { written, ahead }
}

#[test]
fn a_program_that_starts_takes_the_earliest_time_that_can_be() {
    let check = |ahead: &[i64], wall: u64, expect: u64| {
        let found = stamp(START, ahead).time_at(START + wall);
        assert_eq!(found, START + expect, "{ahead:?} {wall}");
    };
    // One clock.
    check(&[0], 5, 5);
    check(&[-LATER], HOUR + 5, 5);
    // None that gives a time since it was written.
    check(&[-LATER], 5, 0);
    // The clock that is ahead, and the one that is not.
    check(&[0, -LATER], HOUR + 5, 5);
    check(&[-LATER, 0], 5, 5);
    // Clocks that cannot be.
    check(&[i64::MAX, i64::MIN], 5, 0);
    // A note of the version before.
    check(&[], 5, 5);
    assert_eq!(stamp(START, &[]).time_at(START - 5), START);
    // A note without a time, and one of no clock.
    assert_eq!(stamp(0, &[]).time_at(START), START);
    assert_eq!(
        stamp(START + FURTHEST, &[]).time_at(START),
        START + FURTHEST
    );
    assert_eq!(stamp(START + FURTHEST + 1, &[]).time_at(START), START);
}

#[test]
fn the_clocks_of_the_latest_updates_are_known() {
    let mut stamp = Stamp::default();
    stamp.set(START, START);
    stamp.set(START + 100, START);
    stamp.set(START, START + 20);
    assert_eq!((stamp.written, &stamp.ahead[..]), (START, &[-20][..]));
    stamp.set(START, START + HOUR);
    stamp.set(START, START);
    assert_eq!(stamp.ahead, [-20, -LATER]);
    for hours in 2..20 {
        stamp.set(START + hours * HOUR, START);
    }
    let latest: Vec<_> = (12..20).rev().map(|hours| hours * LATER).collect();
    assert_eq!(stamp.ahead, latest);
    stamp.set(u64::MAX, 0);
    stamp.set(0, u64::MAX);
}

#[test]
fn the_line_is_read_as_it_was_written() {
    let (mut line, mut read) = (String::new(), Stamp::default());
    stamp(0, &[]).write(&mut line);
    assert_eq!(line, "");
    stamp(0, &[0, -3_600_000, 5]).write(&mut line);
    assert_eq!(line, "clocks 0 -3600000 5\n");
    assert!(read.read(line.trim_end()));
    assert_eq!(read.ahead, [0, -3_600_000, 5]);
    assert!(
        read.read("clocks 1 2 x 3"),
        "a word that is not a number ends the list"
    );
    assert_eq!(read.ahead, [1, 2]);
    assert!(read.read(&format!("clocks{}", " 1".repeat(99))));
    assert_eq!(read.ahead.len(), CLOCKS);
    assert!(!read.read("requests 1000 0 "));
}

fn at(wall: u64, micros: u64) -> Now {
    Now {
        wall: UnixTime::from_millis(wall),
        monotonic: Duration::from_micros(micros),
    }
}

#[test]
fn a_program_that_runs_goes_by_its_monotonic_clock() {
    let (mut clock, note) = (NoteClock::default(), stamp(START, &[0]));
    assert_eq!(clock.time(at(START + 7, 900), &note), START + 7);
    assert_eq!(clock.time(at(0, 1_899), &note), START + 7);
    assert_eq!(clock.time(at(START + HOUR, 2_900), &note), START + 9);
    // Another program is ahead.
    let note = stamp(START + 20, &[0]);
    assert_eq!(clock.time(at(0, 3_900), &note), START + 20);
    assert_eq!(clock.time(at(0, 5_000), &note), START + 21);
    // A time that no clock wrote.
    assert_eq!(clock.time(at(0, 5_000), &stamp(u64::MAX, &[])), START + 21);
}

/// Each program sees another part of the current millisecond pass, and updates the note in each.
#[test]
fn many_programs_do_not_make_the_time_pass_faster_or_slower() {
    for programs in [1, 2, 7] {
        let mut clocks: Vec<_> = (0..programs).map(|_| NoteClock::default()).collect();
        let mut note = Stamp::default();
        for round in 0..20_000 {
            let (which, micros) = (round % programs, 100 * round as u64);
            let now = at(START + micros / 1000, micros + 137 * which as u64);
            let time = clocks[which].time(now, &note);
            note.set(time, now.wall.as_millis());
            let passed = START + micros / 1000;
            assert!((passed - 1..=passed).contains(&time), "{programs}: {round}");
        }
    }
}

//! What was asked lately, and when the next request may go: numbers only, time is an argument.

use std::{collections::VecDeque, fmt::Write as _, time::Duration};

use auth_core::Pace;

/// Turns given and bytes received, in milliseconds of some clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    /// When the next request is due at an even pace.
    due: u64,
    /// The last turn that was given; the next does not come before it.
    last: u64,
    counters: Vec<Counter>,
    /// Lines of other programs with other limits: kept as they are.
    foreign: Vec<String>,
}

/// How much there was in the last stretch of time.
#[derive(Clone, Debug, PartialEq)]
struct Counter {
    kind: Kind,
    length: u64,
    limit: u64,
    /// Entries are put together in stretches of so long: 0 counts one by one.
    grain: u64,
    entries: VecDeque<(u64, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Requests,
    Bytes,
}

/// Up to so many are counted one by one.
const EXACT: u64 = 200;

/// The first line of the text.
const HEAD: &str = "pace 1";

impl Ledger {
    pub(super) fn new(pace: &Pace) -> Self {
        let requests = pace.windows().iter().map(|(limit, length)| {
            let exact = *limit <= EXACT;
            Counter::new(Kind::Requests, *limit, *length, if exact { 0 } else { 24 })
        });
        let bytes = pace
            .volumes()
            .iter()
            .map(|(limit, length)| Counter::new(Kind::Bytes, *limit, *length, 24));
        Self {
            counters: requests.chain(bytes).collect(),
            ..Self::default()
        }
    }

    /// The next turn, as a moment: it is given with this, if it comes within the pace's patience. `Err` is the moment at which one
    /// would come.
    pub(super) fn turn(&mut self, pace: &Pace, now: u64, media: bool) -> Result<u64, u64> {
        self.forget_the_future(pace, now);
        let slack = millis(pace.spacing()) * u64::from(pace.burst_size() - 1);
        let mut at = now.max(self.last).max(self.due.saturating_sub(slack));
        for counter in &self.counters {
            let counts = counter.kind == Kind::Requests || media;
            at = if counts { counter.room(at) } else { at };
        }
        if at - now > millis(pace.longest_wait()) {
            return Err(at);
        }
        self.last = at;
        self.due = self.due.max(at) + millis(pace.spacing());
        for counter in &mut self.counters {
            if counter.kind == Kind::Requests {
                counter.add(at, 1, now);
            }
        }
        Ok(at)
    }

    /// The service has asked to be left alone for a while.
    pub(super) fn pause(&mut self, pace: &Pace, now: u64, pause: Duration) {
        let slack = millis(pace.spacing()) * u64::from(pace.burst_size() - 1);
        // Afterwards it goes on evenly, without a burst.
        self.due = self.due.max(now + millis(pause) + slack);
    }

    /// So many bytes of media have come.
    pub(super) fn count(&mut self, now: u64, bytes: u64) {
        for counter in &mut self.counters {
            if counter.kind == Kind::Bytes {
                counter.add(now, bytes, now);
            }
        }
    }

    /// What lies further ahead than any turn can was written by a clock that was wrong.
    fn forget_the_future(&mut self, pace: &Pace, now: u64) {
        let furthest = now + 2 * millis(pace.longest_wait()) + millis(pace.pause_after_429());
        if self.last.max(self.due) > furthest {
            (self.last, self.due) = (0, 0);
        }
        for counter in &mut self.counters {
            counter.entries.retain(|(start, _)| *start <= furthest);
        }
    }

    pub(super) fn to_text(&self) -> String {
        let mut out = format!("{HEAD}\n{} {}\n", self.due, self.last);
        for counter in &self.counters {
            let kind = counter.kind.name();
            let _ = write!(out, "{kind} {} {}", counter.length, counter.grain);
            for (start, weight) in &counter.entries {
                let _ = write!(out, " {start}:{weight}");
            }
            out.push('\n');
        }
        for line in &self.foreign {
            out.push_str(line);
            out.push('\n');
        }
        out
    }

    /// Reads the text into a new ledger. What cannot be read counts for nothing: it is about manners, not about safety.
    pub(super) fn read(mut self, text: &str) -> Self {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return self;
        }
        let moments = lines.next().and_then(|line| {
            let (due, last) = line.split_once(' ')?;
            Some((due.parse().ok()?, last.parse().ok()?))
        });
        (self.due, self.last) = moments.unwrap_or_default();
        for line in lines {
            if !self.counters.iter_mut().any(|counter| counter.read(line)) {
                self.foreign.push(line.to_owned());
            }
        }
        self
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Bytes => "bytes",
        }
    }
}

impl Counter {
    fn new(kind: Kind, limit: u64, length: Duration, parts: u64) -> Self {
        let length = millis(length);
        Self {
            kind,
            length,
            limit,
            grain: length.checked_div(parts).unwrap_or(0),
            entries: VecDeque::new(),
        }
    }

    /// When an entry no longer counts.
    fn over(&self, start: u64) -> u64 {
        start + self.grain + self.length
    }

    /// The first moment from `at` on with room for one more.
    fn room(&self, at: u64) -> u64 {
        let mut sum: u64 = 0;
        // From the latest back: the entry that fills it up has to be over first.
        for (start, weight) in self.entries.iter().rev() {
            if self.over(*start) <= at {
                break;
            }
            sum = sum.saturating_add(*weight);
            if sum >= self.limit {
                return self.over(*start);
            }
        }
        at
    }

    fn add(&mut self, at: u64, weight: u64, now: u64) {
        while self
            .entries
            .front()
            .is_some_and(|(start, _)| self.over(*start) <= now)
        {
            self.entries.pop_front();
        }
        let start = at - at.checked_rem(self.grain).unwrap_or(0);
        match self.entries.back_mut() {
            Some((last, sum)) if self.grain > 0 && *last == start => {
                *sum = sum.saturating_add(weight)
            }
            _ => self.entries.push_back((start, weight)),
        }
    }

    /// Whether the line is this counter's; if so it is read.
    fn read(&mut self, line: &str) -> bool {
        let mut words = line.split(' ');
        let (length, grain) = (self.length.to_string(), self.grain.to_string());
        let head = [self.kind.name(), &length, &grain];
        if head.iter().any(|expect| words.next() != Some(*expect)) {
            return false;
        }
        let number = |word: &str| -> Option<(u64, u64)> {
            let (start, weight) = word.split_once(':')?;
            Some((start.parse().ok()?, weight.parse().ok()?))
        };
        // At most a time's worth, in order: a text that somebody wrote by hand may hold anything.
        let (most, mut last) = (
            usize::try_from(self.limit.max(EXACT)).unwrap_or(usize::MAX),
            0,
        );
        let entries = words.filter_map(number).take(most);
        self.entries = entries
            .filter(|(start, _)| {
                let kept = *start >= last && *start < u64::MAX / 2;
                if kept {
                    last = *start;
                }
                kept
            })
            .collect();
        true
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX / 4)
        .min(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1000;
    const MINUTE: u64 = 60 * SECOND;
    const DAY: u64 = 24 * 60 * MINUTE;
    const START: u64 = 1_790_000_000_000;

    fn pace() -> Pace {
        Pace::every(Duration::from_secs(1))
            .burst(5)
            .at_most(55, Duration::from_secs(60))
            .at_most(10_000, Duration::from_secs(86_400))
            .volume(5_000_000_000, Duration::from_secs(3600))
    }

    /// As many requests as come: the most in any stretch of this length.
    fn most_in(turns: &[u64], length: u64) -> usize {
        let mut from = 0;
        (0..turns.len())
            .map(|to| {
                while turns[from] + length <= turns[to] {
                    from += 1;
                }
                to + 1 - from
            })
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn a_day_of_asking_all_the_time() {
        let pace = pace().patience(Duration::from_secs(86_400));
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

    #[test]
    fn a_quota_that_is_used_up_says_when_it_goes_on() {
        let pace = Pace::unlimited().at_most(3, Duration::from_secs(3600));
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
            let pace = pace().patience(Duration::from_secs(3600));
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
}

//! What was asked lately, and when the next request may go: numbers only, time is an argument.

use std::{collections::VecDeque, fmt::Write as _, time::Duration};

use auth_core::RateLimit;

/// Turns given and bytes received, in milliseconds of some clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    /// When the next request is due at an even pace.
    due: u64,
    /// The last turn that was given; the next does not come before it.
    last: u64,
    /// The longest patience among those who wait in line: programs at one store need not have the same.
    patience: u64,
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

/// The longest time, in milliseconds: a sum of a few of them still is a number.
const FOREVER: u64 = u64::MAX / 8;

/// The first line of the text.
const HEAD: &str = "pace 1";

impl Ledger {
    pub(super) fn new(pace: &RateLimit) -> Self {
        let requests = pace.windows().iter().map(|(limit, length)| {
            let exact = *limit <= EXACT;
            Counter::new(Kind::Requests, *limit, *length, if exact { 0 } else { 24 })
        });
        let bytes = pace
            .media_windows()
            .iter()
            .map(|(limit, length)| Counter::new(Kind::Bytes, *limit, *length, 24));
        Self {
            counters: requests.chain(bytes).collect(),
            ..Self::default()
        }
    }

    /// The next turn, as a moment: it is given with this, if it comes within the pace's patience. `Err` is the moment at which one
    /// would come.
    pub(super) fn turn(&mut self, pace: &RateLimit, now: u64, media: bool) -> Result<u64, u64> {
        self.forget_the_future(pace, now);
        let slack = millis(pace.spacing()) * u64::from(pace.burst() - 1);
        let mut at = now.max(self.last).max(self.due.saturating_sub(slack));
        for counter in &self.counters {
            let counts = counter.kind == Kind::Requests || media;
            at = if counts { counter.room(at) } else { at };
        }
        if at - now > millis(pace.max_wait()) {
            return Err(at);
        }
        let in_line = if self.last > now { self.patience } else { 0 };
        self.patience = in_line.max(millis(pace.max_wait()));
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
    pub(super) fn pause(&mut self, pace: &RateLimit, now: u64, pause: Duration) {
        let slack = millis(pace.spacing()) * u64::from(pace.burst() - 1);
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
    fn forget_the_future(&mut self, pace: &RateLimit, now: u64) {
        let patience = self.patience.max(millis(pace.max_wait()));
        let furthest = now + 2 * patience + millis(pace.pause_after_429());
        if self.last.max(self.due) > furthest {
            (self.last, self.due) = (0, 0);
        }
        for counter in &mut self.counters {
            counter.entries.retain(|(start, _)| *start <= furthest);
        }
    }

    pub(super) fn to_text(&self) -> String {
        let mut out = format!("{HEAD}\n{} {} {}\n", self.due, self.last, self.patience);
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
            let mut numbers = line.split(' ').map_while(|word| word.parse().ok());
            let (due, last) = (numbers.next()?, numbers.next()?);
            Some((due, last, numbers.next().unwrap_or(0).min(FOREVER)))
        });
        (self.due, self.last, self.patience) = moments.unwrap_or_default();
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
        .unwrap_or(FOREVER)
        .min(FOREVER)
}

#[cfg(test)]
mod tests;

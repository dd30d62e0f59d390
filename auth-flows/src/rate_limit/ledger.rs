//! The recent requests, and when the next one may be sent. Does no I/O; time is an argument.

use std::{fmt::Write as _, time::Duration};

use auth_core::RateLimit;

use super::{entries::Entries, note_clock::Stamp};

/// Permits reserved and bytes received. Times are milliseconds of the clock that the caller uses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    /// When the next request is due at even spacing.
    due: u64,
    /// The time of the last permit; the next one is not earlier.
    last: u64,
    /// The longest `max_wait` of the requests that wait now. Programs that share a store may have
    /// different ones.
    max_wait: u64,
    /// No request is sent before: the service asked for a pause until then.
    paused: u64,
    /// When it was written, and by which clocks.
    pub(super) stamp: Stamp,
    counters: Vec<Counter>,
    /// Lines of programs with other limits: written back unchanged.
    foreign: Vec<String>,
}

/// A sliding window: how much of one kind its length allows, and what was used.
#[derive(Clone, Debug, PartialEq)]
struct Counter {
    kind: CounterKind,
    length: u64,
    limit: u64,
    /// Entries within this time are added up to one; 0 keeps each on its own.
    grain: u64,
    /// How much later than its time an entry may happen.
    slack: u64,
    entries: Entries,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum CounterKind {
    Requests,
    Bytes,
}

/// Windows of up to this many requests keep an entry for each.
const EXACT: u64 = 200;

/// Larger windows are divided into this number of parts, and add up the entries within a part. That
/// keeps the text short, below 4 KB with iNaturalist's limits, and still allows 24/25 of a window's
/// limit.
const PARTS: u64 = 24;

/// The longest time, in milliseconds: a sum of several does not overflow.
const FOREVER: u64 = u64::MAX / 8;

/// The longest pause that is believed, in milliseconds: a day. A longer one is a server's mistake
/// or a clock's.
const LONGEST_PAUSE: u64 = 24 * 3600 * 1000;

/// How long a token request waits for the end of a pause, in milliseconds. It is as long as a
/// renewal waits where a server asks it to, because it holds the lease.
const TOKEN_MAX_WAIT: u64 = 10_000;

/// The first line of the text. It is stored, so it keeps the word of its first version.
const HEAD: &str = "pace 2";

/// Returns for how long after its time a permit may be used. An exact window is longer by that, so
/// that it holds though requests are sent a little late.
pub(super) fn good_for(rate: &RateLimit) -> Duration {
    let exact = rate.windows().iter().filter(|(limit, _)| *limit <= EXACT);
    let shortest = exact.map(|(_, length)| *length).min();
    shortest.map_or(Duration::MAX, |length| (length / 40).min(LATEST))
}

/// The longest of it. A caller that a busy machine wakes later needs another permit, and the unused
/// one has taken its place in the window. In the window of a day it would be lost for a day.
const LATEST: Duration = Duration::from_secs(1);

/// What a client counted while the note could not be changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unshared {
    pub(super) requests: u64,
    /// Of media.
    pub(super) bytes: u64,
}

impl Ledger {
    pub(super) fn new(rate: &RateLimit) -> Self {
        let requests = rate.windows().iter().map(|(limit, length)| {
            let exact = *limit <= EXACT;
            Counter::new(
                CounterKind::Requests,
                *limit,
                *length,
                if exact { 0 } else { PARTS },
                millis(good_for(rate)),
            )
        });
        let bytes = rate
            .media_windows()
            .iter()
            .map(|(limit, length)| Counter::new(CounterKind::Bytes, *limit, *length, PARTS, 0));
        Self {
            counters: requests.chain(bytes).collect(),
            ..Self::default()
        }
    }

    /// Reserves the next permit and returns its time. `Err`, without a reservation, with that time
    /// if it is later than the limit's `max_wait` allows.
    pub(super) fn permit(&mut self, rate: &RateLimit, now: u64, media: bool) -> Result<u64, u64> {
        self.permit_within(rate, now, media, millis(rate.max_wait()))
    }

    /// Reserves a permit only if its time is now. `Err` with that time otherwise, e.g. if another
    /// request waits.
    pub(super) fn permit_at_once(
        &mut self,
        rate: &RateLimit,
        now: u64,
        media: bool,
    ) -> Result<u64, u64> {
        self.permit_within(rate, now, media, 0)
    }

    fn permit_within(
        &mut self,
        rate: &RateLimit,
        now: u64,
        media: bool,
        longest: u64,
    ) -> Result<u64, u64> {
        self.forget_the_future(rate, now);
        let slack = millis(rate.spacing()) * u64::from(rate.burst() - 1);
        // The slack is added to a pause, so that no burst follows it.
        let due = self.due.max(self.paused.saturating_add(slack));
        let mut at = now.max(self.last).max(due.saturating_sub(slack));
        for counter in &self.counters {
            let counts = counter.kind == CounterKind::Requests || media;
            at = if counts { counter.room(at) } else { at };
        }
        if at - now > longest {
            return Err(at);
        }
        let waiting = if self.last > now { self.max_wait } else { 0 };
        self.max_wait = waiting.max(millis(rate.max_wait()));
        self.last = at;
        self.due = due.max(at) + millis(rate.spacing());
        self.add_request(at, now);
        Ok(at)
    }

    /// Reserves a permit for a token request, which does not queue: the calls in the queue wait for
    /// its token. It counts, so that the calls after it are later. `Err` with the time at which the
    /// service's pause ends if that is too far ahead to wait under a lease.
    pub(super) fn token_permit(&mut self, rate: &RateLimit, now: u64) -> Result<u64, u64> {
        self.forget_the_future(rate, now);
        let at = now.max(self.paused);
        if at - now > TOKEN_MAX_WAIT {
            return Err(at);
        }
        self.due = self.due.max(at) + millis(rate.spacing());
        self.add_request(at, now);
        Ok(at)
    }

    /// Counts a request that another ledger gave a permit for.
    pub(super) fn record(&mut self, at: u64, now: u64) {
        self.last = self.last.max(at);
        self.add_request(at, now);
    }

    /// Counts requests and bytes that another ledger has and this one does not know. In each window
    /// these are as many as the other one has in it, at most these, and all of them as of now.
    ///
    /// Takes over a pause of the service too.
    pub(super) fn add_unknown(&mut self, now: u64, other: &Self, other_now: u64, most: Unshared) {
        let pause = other.paused.saturating_sub(other_now);
        if pause > 0 {
            self.paused = self.paused.max(now.saturating_add(pause));
        }
        for counter in &mut self.counters {
            let alike = |theirs: &&Counter| {
                (theirs.kind, theirs.limit, theirs.length)
                    == (counter.kind, counter.limit, counter.length)
            };
            if let Some(theirs) = other.counters.iter().find(alike) {
                let most = match counter.kind {
                    CounterKind::Requests => most.requests,
                    CounterKind::Bytes => most.bytes,
                };
                let unknown = theirs.sum(other_now).min(most);
                if unknown > 0 {
                    counter.add(now, unknown, now);
                }
            }
        }
    }

    fn add_request(&mut self, at: u64, now: u64) {
        for counter in &mut self.counters {
            if counter.kind == CounterKind::Requests {
                counter.add(at, 1, now);
            }
        }
    }

    /// Delays all further requests: the service has responded 429.
    pub(super) fn pause(&mut self, now: u64, pause: Duration) {
        let pause = millis(pause).min(LONGEST_PAUSE);
        self.paused = self.paused.max(now.saturating_add(pause));
    }

    /// Counts bytes of media that were received.
    pub(super) fn count(&mut self, now: u64, bytes: u64) {
        for counter in &mut self.counters {
            if counter.kind == CounterKind::Bytes {
                counter.add(now, bytes, now);
            }
        }
    }

    /// Removes times that are further ahead than any permit can be: a wrong clock wrote them, in a
    /// note that does not say when it was written.
    fn forget_the_future(&mut self, rate: &RateLimit, now: u64) {
        let max_wait = self.max_wait.max(millis(rate.max_wait()));
        // After a burst the next request is due that much later than the last permit.
        let burst = millis(rate.spacing()).saturating_mul(rate.burst().into());
        let furthest = now + 2 * max_wait + millis(rate.pause_after_429());
        let furthest = furthest.saturating_add(burst);
        if self.last.max(self.due) > furthest {
            (self.last, self.due) = (0, 0);
        }
        if self.paused > now.saturating_add(LONGEST_PAUSE) {
            self.paused = 0;
        }
        for counter in &mut self.counters {
            while counter
                .entries
                .last()
                .is_some_and(|(start, _)| start > furthest)
            {
                counter.entries.remove_last();
            }
        }
    }

    pub(super) fn to_text(&self) -> String {
        // Writing to a `String` cannot fail.
        let mut out = format!("{HEAD}\n{} {} {}", self.due, self.last, self.max_wait);
        // Only where there is one: a program of the first version reads three numbers.
        let written = self.stamp.written;
        if self.paused > 0 || written > 0 {
            let _ = write!(out, " {}", self.paused);
        }
        if written > 0 {
            let _ = write!(out, " {written}");
        }
        out.push('\n');
        self.stamp.write(&mut out);
        for counter in &self.counters {
            let kind = counter.kind.name();
            let entries = counter.entries.as_text();
            let _ = writeln!(out, "{kind} {} {} {entries}", counter.length, counter.grain);
        }
        for line in &self.foreign {
            out.push_str(line);
            out.push('\n');
        }
        out
    }

    /// Reads the text into a new ledger. Ignores what it cannot parse: the limit is a courtesy to
    /// the service, not a safety measure.
    pub(super) fn read(mut self, text: &str) -> Self {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return self;
        }
        let times = lines.next().and_then(|line| {
            let mut numbers = line.split(' ').map_while(|word| word.parse().ok());
            let (due, last) = (numbers.next()?, numbers.next()?);
            let max_wait = numbers.next().unwrap_or(0).min(FOREVER);
            let mut more = || numbers.next().unwrap_or(0);
            Some((due, last, max_wait, more(), more()))
        });
        let times = times.unwrap_or_default();
        (
            self.due,
            self.last,
            self.max_wait,
            self.paused,
            self.stamp.written,
        ) = times;
        for line in lines {
            let is_known =
                self.stamp.read(line) || self.counters.iter_mut().any(|counter| counter.read(line));
            if !is_known {
                self.foreign.push(line.to_owned());
            }
        }
        self
    }
}

impl CounterKind {
    fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Bytes => "bytes",
        }
    }
}

impl Counter {
    fn new(kind: CounterKind, limit: u64, length: Duration, parts: u64, slack: u64) -> Self {
        let length = millis(length);
        let grain = length.checked_div(parts).unwrap_or(0);
        Self {
            kind,
            length,
            limit,
            grain,
            slack: if grain > 0 { 0 } else { slack },
            entries: Entries::default(),
        }
    }

    /// Returns when an entry no longer counts.
    fn expiry(&self, start: u64) -> u64 {
        start + self.grain + self.slack + self.length
    }

    /// Returns the first time from `at` on at which the window allows one more.
    fn room(&self, at: u64) -> u64 {
        let mut sum: u64 = 0;
        // From the latest back: the entry that fills the window must expire first.
        for (start, weight) in self.entries.rev() {
            if self.expiry(start) <= at {
                break;
            }
            sum = sum.saturating_add(weight);
            if sum >= self.limit {
                return self.expiry(start);
            }
        }
        at
    }

    /// Returns how much is in the window now, and ahead of it.
    fn sum(&self, now: u64) -> u64 {
        let all = self.entries.rev();
        all.take_while(|(start, _)| self.expiry(*start) > now)
            .fold(0, |sum: u64, (_, weight)| sum.saturating_add(weight))
    }

    fn add(&mut self, at: u64, weight: u64, now: u64) {
        while self
            .entries
            .first()
            .is_some_and(|(start, _)| self.expiry(start) <= now)
        {
            self.entries.remove_first();
        }
        let start = at - at.checked_rem(self.grain).unwrap_or(0);
        let last = self.entries.last();
        match last {
            Some((last, sum)) if self.grain > 0 && last == start => {
                self.entries.remove_last();
                self.entries.push(start, sum.saturating_add(weight));
            }
            last => {
                let start = last.map_or(start, |(last, _)| start.max(last));
                self.entries.push(start, weight);
            }
        }
        if self.entries.len() > self.most() {
            self.entries.remove_first();
        }
    }

    /// Returns how many entries decide when there is room: at most those of one window.
    fn most(&self) -> usize {
        usize::try_from(self.limit.max(EXACT)).unwrap_or(usize::MAX)
    }

    /// Reads the line if it belongs to this counter; returns whether it does.
    fn read(&mut self, line: &str) -> bool {
        let mut words = line.splitn(4, ' ');
        let (length, grain) = (self.length.to_string(), self.grain.to_string());
        let head = [self.kind.name(), &length, &grain];
        if head.iter().any(|expect| words.next() != Some(*expect)) {
            return false;
        }
        self.entries = Entries::read(words.next().unwrap_or_default(), self.most());
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

//! The time of a note that programs share, on hosts whose clocks differ and jump. Does no I/O; time
//! is an argument.
//!
//! The note has a time of its own. It begins as that of the first program's wall clock, and passes
//! as monotonic clocks do, also while a wall clock jumps. Some of these do not count the sleep of a
//! machine, which looks like such a jump: then windows last for longer. All times in the note are
//! in that time, so that none is ever moved or dropped.
//!
//! - **A program that runs** counts from an update of its own, by its monotonic clock. If another
//!   one has written a later time meanwhile, it continues from there.
//! - **A program that starts** has only its wall clock, and what the note keeps for it: by how much
//!   the note is ahead of each clock that it was written by. Which of these is its own clock it
//!   cannot know. So it takes the earliest time that one of them gives, and none before the note
//!   was written. If no clock gives one, no time has passed: windows and pauses last for what was
//!   left of them when the note was written.
//!
//! A clock that the note knows costs nothing. One that it does not know is of a host where no
//! program has run yet, or that has jumped while none ran. If it is ahead, it looks as if the note
//! was not used for so long, and windows end too early, once. If it is behind, the time since the
//! last update is lost, once: the program waits for longer, and what it sends before another one
//! updates the note ends too early there. Programs that rested for longer than two clocks differ
//! may take one for the other, with the same effect.

use std::{fmt::Write as _, time::Duration};

use auth_core::Now;

use super::millis;

/// How many clocks a note knows, those of the latest updates.
const CLOCKS: usize = 8;

/// Clocks that differ by at most this, in milliseconds, count as one. It is more than what passes
/// between a program's readings of its two clocks.
const SAME: u64 = 100;

/// How far the time of a note may be ahead, in milliseconds: a century. The times of a note then
/// stay within their digits.
const FURTHEST: u64 = 100 * 365 * 24 * 3600 * 1000;

/// The first word of the line with the clocks.
const NAME: &str = "clocks";

/// When a note was written, and by which clocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Stamp {
    /// By the time of the note; 0 if a program wrote it that does not say so.
    pub(super) written: u64,
    /// The milliseconds by which the time of the note is ahead of the wall clocks that it was
    /// written by, that of the last update first.
    ahead: Vec<i64>,
}

impl Stamp {
    /// Returns when the note was written, unless that is too far ahead for any clock.
    fn written(&self, now: u64) -> Option<u64> {
        let furthest = now.saturating_add(FURTHEST);
        let written = Some(self.written);
        written.filter(|written| (1..=furthest).contains(written))
    }

    /// Returns the time of the note for a program that starts.
    fn time_at(&self, wall: u64) -> u64 {
        let Some(written) = self.written(wall) else {
            return wall;
        };
        // A note of a version that kept no clocks.
        let ahead = if self.ahead.is_empty() {
            &[0][..]
        } else {
            &self.ahead
        };
        let times = ahead.iter().map(|ahead| wall.saturating_add_signed(*ahead));
        let possible = written..=wall.saturating_add(FURTHEST);
        let earliest = times.filter(|time| possible.contains(time)).min();
        earliest.unwrap_or(written)
    }

    /// Notes an update at this time of the note and of a wall clock.
    pub(super) fn set(&mut self, time: u64, wall: u64) {
        self.written = time;
        let ahead = i128::from(time) - i128::from(wall);
        let ahead = i64::try_from(ahead).unwrap_or(0);
        let mut known = self.ahead.iter();
        let same = known.position(|known| known.abs_diff(ahead) <= SAME);
        // The earlier time: a window then ends a little too late, not too early.
        let ahead = same.map_or(ahead, |same| self.ahead.remove(same).min(ahead));
        self.ahead.insert(0, ahead);
        self.ahead.truncate(CLOCKS);
    }

    /// Reads the line if it has the clocks; returns whether it does.
    pub(super) fn read(&mut self, line: &str) -> bool {
        let mut words = line.split(' ');
        let is_ours = words.next() == Some(NAME);
        if is_ours {
            let ahead = words.map_while(|word| word.parse().ok());
            self.ahead = ahead.take(CLOCKS).collect();
        }
        is_ours
    }

    /// Appends the line with the clocks, if there are any.
    pub(super) fn write(&self, text: &mut String) {
        if self.ahead.is_empty() {
            return;
        }
        text.push_str(NAME);
        for ahead in &self.ahead {
            // Writing to a `String` cannot fail.
            let _ = write!(text, " {ahead}");
        }
        text.push('\n');
    }
}

/// The time of the note, as a program that runs knows it: at a time of the monotonic clock. `None`
/// before its first update.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NoteClock(Option<(u64, Duration)>);

impl NoteClock {
    /// Returns the time of the note.
    pub(super) fn time(&mut self, now: Now, stamp: &Stamp) -> u64 {
        let own = self.0.map(|(time, at)| {
            // Not a difference of rounded times: with many programs the time would pass faster.
            let passed = now.monotonic.saturating_sub(at);
            time.saturating_add(millis(passed))
        });
        let time = match own {
            None => stamp.time_at(now.wall.as_millis()),
            Some(own) => match stamp.written(own).filter(|written| *written > own) {
                None => return own,
                Some(later) => later,
            },
        };
        self.0 = Some((time, now.monotonic));
        time
    }
}

#[cfg(test)]
mod tests;

//! The entries of a window, as the note has them. Each has the same width, so that a note is read
//! and written as a whole, and only the entries that count are parsed.

use std::{fmt::Write as _, str};

/// The digits of a time or a weight, in hexadecimal.
const DIGITS: usize = 12;
/// A time and a weight.
const WIDTH: usize = 2 * DIGITS;
/// The largest number with the width of an entry.
const MOST: u64 = (1 << (4 * DIGITS)) - 1;

/// Times in milliseconds with their weights, the earliest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entries {
    text: String,
    /// Where the first one begins that was not removed.
    start: usize,
}

impl Entries {
    /// Reads from a note, at most `most` of the latest. Keeps those before the first that is none,
    /// or that is earlier than the one before it: any program may have written the note.
    pub(super) fn read(text: &str, most: usize) -> Self {
        let digits = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let start = (text.len() / WIDTH).saturating_sub(most) * WIDTH;
        let text = text.get(start..).unwrap_or_default();
        let mut last: &[u8] = &[];
        let valid = text.as_bytes().chunks_exact(WIDTH).take_while(|entry| {
            // Digits of one width compare as their numbers do.
            let in_order = entry[..DIGITS] >= *last && entry.iter().all(digits);
            last = &entry[..DIGITS];
            in_order
        });
        let length = valid.count() * WIDTH;
        Self {
            text: text.get(..length).unwrap_or_default().to_owned(),
            start: 0,
        }
    }

    /// Returns them as the note has them.
    pub(super) fn as_text(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default()
    }

    pub(super) fn first(&self) -> Option<(u64, u64)> {
        self.as_text()
            .as_bytes()
            .chunks_exact(WIDTH)
            .next()
            .map(parse)
    }

    /// Returns them from the latest back.
    pub(super) fn rev(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.as_text()
            .as_bytes()
            .chunks_exact(WIDTH)
            .rev()
            .map(parse)
    }

    pub(super) fn last(&self) -> Option<(u64, u64)> {
        self.rev().next()
    }

    pub(super) fn len(&self) -> usize {
        self.as_text().len() / WIDTH
    }

    pub(super) fn remove_first(&mut self) {
        self.start = (self.start + WIDTH).min(self.text.len());
    }

    pub(super) fn remove_last(&mut self) {
        let length = self.text.len().saturating_sub(WIDTH).max(self.start);
        self.text.truncate(length);
    }

    /// Adds an entry that is not earlier than the others.
    pub(super) fn push(&mut self, time: u64, weight: u64) {
        let (time, weight) = (time.min(MOST), weight.min(MOST));
        let _ = write!(self.text, "{time:0DIGITS$x}{weight:0DIGITS$x}");
    }
}

fn parse(entry: &[u8]) -> (u64, u64) {
    let number = |digits: &[u8]| {
        let digits = str::from_utf8(digits).ok();
        digits.and_then(|digits| u64::from_str_radix(digits, 16).ok())
    };
    let (time, weight) = entry.split_at(DIGITS);
    (number(time).unwrap_or(0), number(weight).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_they_were_written() {
        let mut entries = Entries::default();
        for (time, weight) in [(0, 1), (1_790_000_000_000, 5_000_000_000), (MOST, MOST)] {
            entries.push(time, weight);
        }
        let mut read = Entries::read(entries.as_text(), 3);
        assert_eq!(read, entries);
        read.remove_first();
        assert_eq!(read.first(), Some((1_790_000_000_000, 5_000_000_000)));
        read.remove_last();
        assert_eq!(read.last(), read.first());
        read.remove_last();
        read.remove_last();
        read.remove_first();
        assert_eq!((read.first(), read.as_text()), (None, ""));
        let latest = Entries::read(entries.as_text(), 1);
        assert_eq!((latest.len(), latest.last()), (1, Some((MOST, MOST))));
    }

    #[test]
    fn what_is_no_entry_ends_the_entries() {
        let (one, two) = ("000000000001000000000001", "000000000002000000000001");
        let check = |text: String, count: usize| {
            assert_eq!(Entries::read(&text, 9).len(), count, "{text}");
        };
        check(format!("{one}{one}{two}"), 3);
        check(format!("{one}{two}{one}{two}"), 2);
        check(format!("{one}{}{two}", "A".repeat(24)), 1);
        check(format!("{one}{}", &two[1..]), 1);
        check(format!("{one}0x0000000002000000000001"), 1);
        check(format!("{one}é00000000002000000000001"), 1);
        check(String::new(), 0);
    }
}

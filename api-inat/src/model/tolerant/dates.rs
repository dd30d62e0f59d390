//! Days and moments in the API's notations: RFC 3339, and what Ruby prints.
//!
//! This parser extracts the digits, and jiff validates them. jiff's own parser reads far more
//! notations than this API has, and its error texts add 200 KB to a program.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use crate::model::moment::Moment;

/// Parses `2026-06-01` or `2026/06/01`, and ignores what follows.
pub(in crate::model) fn day(text: &str) -> Option<Date> {
    Text(text.as_bytes()).day()
}

/// Parses `2026-06-01T12:30:00+02:00`, `2026-06-01T10:30:00.000Z`, `2026-06-01 10:30:00 UTC` or
/// `2026-06-01 12:30:00 +0200`.
pub(in crate::model) fn moment(text: &str) -> Option<Moment> {
    let mut text = Text(text.as_bytes());
    let day = text.day()?;
    text.skip(b"Tt ")?;
    let hour = text.number(2)?;
    text.skip(b":")?;
    let minute = text.number(2)?;
    let (mut second, mut nanosecond) = (0, 0);
    if text.skip(b":").is_some() {
        // A leap second counts as the second before it, as in jiff.
        second = text
            .number(2)
            .map(|second| if second == 60 { 59 } else { second })?;
        if text.skip(b".,").is_some() {
            nanosecond = text.fraction()?;
        }
    }
    let offset = text.offset()?;
    if !text.0.is_empty() {
        return None;
    }
    let part = |number: i32| i8::try_from(number).ok();
    let time = Time::new(part(hour)?, part(minute)?, part(second)?, nanosecond).ok()?;
    let instant = offset.to_timestamp(DateTime::from_parts(day, time)).ok()?;
    Some(Moment::new(instant, offset))
}

/// The rest of a text.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn day(&mut self) -> Option<Date> {
        let year = self.number(4)?;
        let between = self.skip(b"-/")?;
        let month = self.number(2)?;
        self.skip(&[between])?;
        let day = self.number(2)?;
        let part = |number: i32| i8::try_from(number).ok();
        Date::new(i16::try_from(year).ok()?, part(month)?, part(day)?).ok()
    }

    /// Parses `Z`, ` UTC` or an offset of hours and, optionally, minutes.
    fn offset(&mut self) -> Option<Offset> {
        self.skip(b" ");
        if self.skip(b"Zz").is_some() {
            return Some(Offset::UTC);
        }
        if let Some(rest) = self.0.strip_prefix(b"UTC") {
            self.0 = rest;
            return Some(Offset::UTC);
        }
        let sign = self.skip(b"+-")?;
        let hours = self.number(2)?;
        let colon = self.skip(b":").is_some();
        let minutes = match colon || !self.0.is_empty() {
            true => self.number(2).filter(|minutes| *minutes < 60)?,
            false => 0,
        };
        let seconds = hours * 3600 + minutes * 60;
        Offset::from_seconds(if sign == b'-' { -seconds } else { seconds }).ok()
    }

    /// Skips one of these bytes. `None` if another comes next.
    fn skip(&mut self, any: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        // A loop over two or three bytes, where `contains` calls a search for many.
        any.iter().any(|own| own == first).then(|| self.0 = rest)?;
        Some(*first)
    }

    /// Parses this many digits.
    #[inline]
    fn number(&mut self, digits: usize) -> Option<i32> {
        let (own, rest) = self.0.split_at_checked(digits)?;
        let mut number = 0;
        for byte in own {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number * 10 + i32::from(digit);
        }
        self.0 = rest;
        Some(number)
    }

    fn digit(&mut self) -> Option<i32> {
        let (first, rest) = self.0.split_first()?;
        first.is_ascii_digit().then(|| self.0 = rest)?;
        Some(i32::from(first - b'0'))
    }

    /// Parses the digits after a point, as nanoseconds. Requires at least one digit, and ignores
    /// those after the ninth.
    fn fraction(&mut self) -> Option<i32> {
        let mut worth = 100_000_000;
        let mut nanoseconds = self.digit()? * worth;
        while let Some(digit) = self.digit() {
            worth /= 10;
            nanoseconds += digit * worth;
        }
        Some(nanoseconds)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    /// Parses what jiff writes for moments from the year 0 to the year 9999, in many time zones.
    #[test]
    fn as_jiff_reads_it() {
        for step in 0..20_000 {
            let second = -62_167_000_000 + step * 15_777_013;
            let nanosecond = i32::try_from(step % 4).expect("small") * 123_456_700;
            let moment = Timestamp::new(second, nanosecond).expect("a moment");
            let offset = Offset::from_seconds(i32::try_from(step % 113 - 56).expect("small") * 900);
            let offset = offset.expect("an offset");
            let shown = moment.display_with_offset(offset).to_string();
            let expect = Moment::new(moment, offset);
            assert_eq!(super::moment(&shown), Some(expect), "{shown}");
            assert_eq!(super::moment(&expect.to_string()), Some(expect));
            assert_eq!((expect.timestamp(), expect.offset()), (moment, offset));
            let shown = moment.to_string();
            assert_eq!(super::moment(&shown), Some(moment.into()), "{shown}");
            let by_jiff = shown.parse::<Timestamp>().ok().map(Moment::from);
            assert_eq!(super::moment(&shown), by_jiff, "{shown}");
            let day = shown[..10].parse::<Date>();
            assert_eq!(super::day(&shown), day.ok(), "{shown}");
        }
    }

    #[test]
    fn other_forms() {
        let noon = "2026-06-01T12:00:00Z".parse::<Timestamp>().ok();
        for text in [
            "2026-06-01T12:00:00.000Z",
            "2026-06-01T12:00:00.0000000000Z",
            "2026-06-01t12:00:00z",
            "2026-06-01T12:00Z",
            "2026-06-01 12:00:00 UTC",
            "2026-06-01 12:00:00UTC",
            "2026/06/01 12:00:00 +0000",
            "2026-06-01 14:00:00 +0200",
            "2026-06-01T14:00:00+02:00",
            "2026-06-01T14:00:00+02",
            "2026-06-01T05:15:00-06:45",
        ] {
            let found = moment(text).map(Moment::timestamp);
            assert_eq!(found, noon, "{text}");
        }
        let leap = "2016-12-31T23:59:59Z".parse::<Timestamp>().ok();
        let found = moment("2016-12-31T23:59:60Z").map(Moment::timestamp);
        assert_eq!(found, leap);
    }

    #[test]
    fn neither_day_nor_moment() {
        for text in [
            "",
            "2026",
            "2026-06",
            "2026-06-",
            "2026-06-01",
            "2026-06-01T",
            "2026-06-01T12",
            "2026-06-01T12:00",
            "2026-06-01T12:00:00",
            "2026-06-01T12:00:00.Z",
            "2026-06-01T12:00:00Zulu",
            "2026-06-01T12:00:00+",
            "2026-06-01T12:00:00+2",
            "2026-06-01T12:00:00+02:",
            "2026-06-01T12:00:00+02:60",
            "2026-06-01T12:00:00+99:00",
            "2026-06-01T12:00:61Z",
            "2026-06-01T24:00:00Z",
            "2026-06-01T12:60:00Z",
            "2026-02-29T12:00:00Z",
            "2026-06/01T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "0000-00-00 00:00:00 UTC",
            "９９９９-06-01T12:00:00Z",
            "in June",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
        for text in [
            "",
            "2026-06",
            "2026-6-1",
            "2026-06/01",
            "2026-02-29",
            "06/01/2026",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}

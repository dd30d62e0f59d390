//! A day or a moment, as a value of a parameter.

use std::fmt;

use jiff::{
    Timestamp, ZonedDateTime,
    civil::Date,
    tz::{Offset, TimeZone},
};

/// A day, or a moment with its offset from UTC, in the notation of the API: `2026-06-01`,
/// `2026-06-01T12:30:00+02:00`.
///
/// A `ZonedDateTime` with the offset of a place requires jiff's database of time zones. Your
/// program enables it with jiff's default features (`cargo add jiff`). Without them
/// `ZonedDateTime::now()` is in UTC.
///
/// Setters take it as `impl Into<DateOrTime>`: pass a [`Date`], a [`Timestamp`], a
/// [`ZonedDateTime`], or a record's [`Moment`](crate::model::Moment).
///
/// ```
/// use api_inat::{DateOrTime, jiff::civil::date};
///
/// assert_eq!(DateOrTime::from(date(2026, 6, 1)).to_string(), "2026-06-01");
/// let moment: api_inat::jiff::Timestamp = "2026-06-01T12:30:00+02:00".parse()?;
/// assert_eq!(DateOrTime::from(moment).to_string(), "2026-06-01T10:30:00+00:00");
///
/// let june = api_inat::observations::Search::new().d1(date(2026, 6, 1)).d2(date(2026, 6, 30));
/// let recent = api_inat::observations::Search::new().updated_since(moment);
/// # Ok::<(), api_inat::jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateOrTime(DayOrMoment);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum DayOrMoment {
    Day(Date),
    Moment(Timestamp, Offset),
}

impl DateOrTime {
    #[inline]
    pub(crate) fn with_offset(moment: Timestamp, offset: Offset) -> Self {
        Self(DayOrMoment::Moment(moment, offset))
    }
}

impl From<Date> for DateOrTime {
    #[inline]
    fn from(day: Date) -> Self {
        Self(DayOrMoment::Day(day))
    }
}

/// Writes the moment in UTC.
impl From<Timestamp> for DateOrTime {
    #[inline]
    fn from(moment: Timestamp) -> Self {
        Self(DayOrMoment::Moment(moment, Offset::UTC))
    }
}

/// Writes the moment with the offset that its time zone has then.
impl From<ZonedDateTime> for DateOrTime {
    #[inline]
    fn from(moment: ZonedDateTime) -> Self {
        Self::from(&moment)
    }
}

impl From<&ZonedDateTime> for DateOrTime {
    #[inline]
    fn from(moment: &ZonedDateTime) -> Self {
        Self(DayOrMoment::Moment(moment.timestamp(), moment.offset()))
    }
}

impl fmt::Display for DateOrTime {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            DayOrMoment::Day(day) => day.fmt(f),
            DayOrMoment::Moment(moment, offset) => {
                let offset = whole_minutes(offset);
                let local = TimeZone::fixed(offset).to_datetime(moment);
                let seconds = offset.seconds();
                let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
                let sign = if seconds < 0 { '-' } else { '+' };
                write!(f, "{local}{sign}{hours:02}:{minutes:02}")
            }
        }
    }
}

/// Leaves out the seconds of an offset, which RFC 3339 cannot write: local mean times have them, as
/// in Amsterdam until 1937. The instant stays, and the local time is that of the whole minutes.
pub(crate) fn whole_minutes(offset: Offset) -> Offset {
    let seconds = offset.seconds();
    Offset::from_seconds(seconds - seconds % 60).unwrap_or(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_with_seconds_keeps_the_instant() {
        let noon = Timestamp::from_second(-1_500_000_000).expect("an instant");
        for seconds in [1172, -1172, 59, -59, 21_208, 93_599, -93_599, 7200] {
            let offset = Offset::from_seconds(seconds).expect("an offset");
            let zoned = noon.to_zoned_datetime(TimeZone::fixed(offset));
            let text = DateOrTime::from(zoned).to_string();
            assert_eq!(text.parse::<Timestamp>().ok(), Some(noon), "{text}");
        }
    }
}

//! A day or a moment, as a parameter.

use std::fmt;

use jiff::{
    Timestamp, Zoned,
    civil::Date,
    tz::{Offset, TimeZone},
};

/// A day, or a moment with its offset from UTC, as the API reads it: `2026-06-01`, `2026-06-01T12:30:00+02:00`.
///
/// ```
/// use api_inat::{DateOrTime, jiff::civil::date};
///
/// assert_eq!(DateOrTime::from(date(2026, 6, 1)).to_string(), "2026-06-01");
/// let moment: api_inat::jiff::Timestamp = "2026-06-01T12:30:00+02:00".parse()?;
/// assert_eq!(DateOrTime::from(moment).to_string(), "2026-06-01T10:30:00+00:00");
/// # Ok::<(), api_inat::jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateOrTime(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Day(Date),
    Moment(Timestamp, Offset),
}

impl From<Date> for DateOrTime {
    #[inline]
    fn from(day: Date) -> Self {
        Self(Kind::Day(day))
    }
}

/// In UTC.
impl From<Timestamp> for DateOrTime {
    #[inline]
    fn from(moment: Timestamp) -> Self {
        Self(Kind::Moment(moment, Offset::UTC))
    }
}

/// With the offset that its time zone has at that moment.
impl From<Zoned> for DateOrTime {
    #[inline]
    fn from(moment: Zoned) -> Self {
        Self::from(&moment)
    }
}

impl From<&Zoned> for DateOrTime {
    #[inline]
    fn from(moment: &Zoned) -> Self {
        Self(Kind::Moment(moment.timestamp(), moment.offset()))
    }
}

impl fmt::Display for DateOrTime {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Day(day) => day.fmt(f),
            Kind::Moment(moment, offset) => {
                let local = TimeZone::fixed(offset).to_datetime(moment);
                let seconds = offset.seconds();
                let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
                let sign = if seconds < 0 { '-' } else { '+' };
                write!(f, "{local}{sign}{hours:02}:{minutes:02}")
            }
        }
    }
}

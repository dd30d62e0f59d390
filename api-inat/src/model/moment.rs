//! A moment as the API writes it: the instant, and the offset of the local time.

use std::{fmt, num::NonZeroU32, str::FromStr};

use jiff::{
    Timestamp, ZonedDateTime,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::tolerant::{self, dates};
use crate::parameter::date_or_time::{DateOrTime, whole_minutes};

/// A moment with its offset from UTC: the instant, and the local time that a clock there showed.
///
/// iNaturalist writes the time of an observation in the time zone of the observation. The time of
/// creation is in the time zone of the user. Moments are equal if instant and offset are; they are
/// ordered by instant. Its text is RFC 3339.
///
/// ```
/// use api_inat::model::{Moment, Observation};
///
/// let json = r#"{"id":7,"time_observed_at":"2026-06-01T10:30:00-05:00"}"#;
/// let observation: Observation = serde_json::from_str(json)?;
/// let moment = observation.time_observed_at.expect("a moment");
/// assert_eq!(moment.datetime().hour(), 10); // as the observer's clock showed
/// assert_eq!(moment.timestamp().to_string(), "2026-06-01T15:30:00Z");
/// assert_eq!(moment.to_string(), "2026-06-01T10:30:00-05:00");
/// assert_eq!(moment.to_string().parse(), Ok(moment));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[doc(alias = "timestamp")]
#[doc(alias = "local time")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Since 1970, rounded down.
    second: i64,
    /// One more than the nanoseconds after that second: never 0, so that an absent moment needs no
    /// more space than a moment.
    after: NonZeroU32,
    /// In seconds. Beside the nanoseconds it needs no space.
    offset: i32,
}

/// The nanoseconds of a second.
const SECOND: i32 = 1_000_000_000;

impl Moment {
    /// Creates a moment from an instant and the offset of the local time, in whole minutes: RFC
    /// 3339 has no seconds of an offset.
    #[must_use]
    pub fn new(instant: Timestamp, offset: Offset) -> Self {
        let (mut second, mut nanosecond) = (instant.as_second(), instant.subsec_nanosecond());
        if nanosecond < 0 {
            (second, nanosecond) = (second - 1, nanosecond + SECOND);
        }
        Self {
            second,
            after: NonZeroU32::MIN.saturating_add(nanosecond.unsigned_abs()),
            offset: whole_minutes(offset).seconds(),
        }
    }

    /// Returns the instant, without the offset.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        let nanosecond = i32::try_from(self.after.get() - 1).unwrap_or_default();
        Timestamp::new(self.second, nanosecond).expect("it was an instant")
    }

    /// Returns the offset of the local time from UTC at this moment.
    #[must_use]
    pub fn offset(self) -> Offset {
        Offset::from_seconds(self.offset).expect("it was an offset")
    }

    /// Returns the local date and time of day.
    #[must_use]
    pub fn datetime(self) -> DateTime {
        self.offset().to_datetime(self.timestamp())
    }

    /// Returns the local date.
    #[must_use]
    pub fn date(self) -> Date {
        self.datetime().date()
    }

    /// Returns the moment in a time zone that has this offset all year.
    #[must_use]
    pub fn to_zoned_datetime(self) -> ZonedDateTime {
        self.timestamp()
            .to_zoned_datetime(TimeZone::fixed(self.offset()))
    }
}

/// A moment in UTC.
impl From<Timestamp> for Moment {
    fn from(instant: Timestamp) -> Self {
        Self::new(instant, Offset::UTC)
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        moment.timestamp()
    }
}

/// Writes the moment with its offset.
impl From<Moment> for DateOrTime {
    #[inline]
    fn from(moment: Moment) -> Self {
        Self::with_offset(moment.timestamp(), moment.offset())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        DateOrTime::from(*self).fmt(f)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a moment with its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct InvalidMoment;

impl fmt::Display for InvalidMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a moment such as 2026-06-01T10:30:00-05:00")
    }
}

impl std::error::Error for InvalidMoment {}

/// Parses RFC 3339, and what the Rails application writes: `2026-06-01 10:30:00 -0500`.
impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, InvalidMoment> {
        dates::moment(text).ok_or(InvalidMoment)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        tolerant::scalar(from)?.ok_or_else(|| D::Error::custom(InvalidMoment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_and_after_1970() {
        let instant = |second, nanosecond| Timestamp::new(second, nanosecond).expect("an instant");
        let instants = [
            Timestamp::MIN,
            instant(-2, 0),
            instant(-1, -500_000_000),
            instant(-1, 0),
            instant(0, -1),
            instant(0, 0),
            instant(0, 999_999_999),
            Timestamp::MAX,
        ];
        let moments = instants.map(Moment::from);
        assert_eq!(moments.map(Moment::timestamp), instants);
        assert!(moments.is_sorted());
        assert_eq!(size_of::<Option<Moment>>(), 16);
        let noon = instant(1_780_000_000, 0);
        let east = Offset::from_seconds(7200).expect("an offset");
        assert_ne!(Moment::new(noon, east), Moment::from(noon));
        assert_eq!(Moment::new(noon, east).timestamp(), noon);
        for seconds in [1172, -1172, 59, -21_208] {
            let local = Offset::from_seconds(seconds).expect("an offset");
            let moment = Moment::new(noon, local);
            assert_eq!(moment.to_string().parse(), Ok(moment));
            assert_eq!(moment.timestamp(), noon);
        }
    }
}

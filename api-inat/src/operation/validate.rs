//! Values that cannot be: places that are not on Earth, a 13th month, observations of days that are still to come, ranges without
//! end. They do not leave.
//!
//! That iNaturalist refuses them too is not verified; an observation in the future is none.

use auth_core::{Error, ErrorKind, Query};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz};
use serde_json::{Map, Value};

use crate::parameter::lists::IdList;

/// Parameters and fields that are degrees, and how many there are of them.
const DEGREES: [(&str, f64); 8] = [
    ("lat", 90.0),
    ("nelat", 90.0),
    ("swlat", 90.0),
    ("latitude", 90.0),
    ("lng", 180.0),
    ("nelng", 180.0),
    ("swlng", 180.0),
    ("longitude", 180.0),
];

/// Parameters that are parts of a date or time, and how far they go.
const CALENDAR: [(&str, u64, u64); 6] = [
    ("month", 1, 12),
    ("created_month", 1, 12),
    ("day", 1, 31),
    ("created_day", 1, 31),
    ("hour", 0, 23),
    ("created_hour", 0, 23),
];

/// How far clocks may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// Looks at the parameters of a query.
pub(crate) fn parameters(query: &Query) -> Result<(), Error> {
    for (name, most) in DEGREES {
        if let Some(text) = query.get(name) {
            degrees(name, text.parse().ok(), most)?;
        }
    }
    for (name, least, most) in CALENDAR {
        let numbers = query.get(name).unwrap_or_default().split(',');
        let mut numbers = numbers.filter_map(|number| number.parse::<u64>().ok());
        if let Some(number) = numbers.find(|number| !(least..=most).contains(number)) {
            let what = format!("`{name}` is {number}; it goes from {least} to {most}");
            return Err(Error::new(ErrorKind::Usage, what)
                .with_setting(name)
                .with_help("correct the number"));
        }
    }
    for (name, text) in query.iter().filter(|(name, _)| *name != "q") {
        if let Some(range) = IdList::unfit_in(text) {
            return Err(invalid_range(name, range));
        }
    }
    Ok(())
}

/// Looks at the object `observation` of a body.
#[inline]
pub(crate) fn fields(body: &Map<String, Value>) -> Result<(), Error> {
    let Some(observation) = body.get("observation") else {
        return Ok(());
    };
    for (name, most) in DEGREES {
        match observation.get(name) {
            Some(Value::String(text)) => degrees(name, text.parse().ok(), most)?,
            Some(value) => degrees(name, value.as_f64(), most)?,
            None => {}
        }
    }
    match observation
        .get("observed_on_string")
        .and_then(Value::as_str)
    {
        Some(text) => past(text, Timestamp::now()),
        None => Ok(()),
    }
}

/// The error for a range that cannot be sent.
fn invalid_range(name: &str, range: &str) -> Error {
    let what =
        format!("`{name}` is the range {range}, which runs backwards or has more than 500 numbers");
    Error::new(ErrorKind::Usage, what).with_help("begin with the smaller number, and ask in pieces")
}

/// What is no number at all is the service's to judge.
fn degrees(name: &'static str, value: Option<f64>, most: f64) -> Result<(), Error> {
    match value {
        Some(value) if !(-most..=most).contains(&value) => Err(Error::new(
            ErrorKind::Usage,
            format!("`{name}` is {value}; degrees go from -{most} to {most}"),
        )
        .with_setting(name)
        .with_help("check whether latitude and longitude are in each other's place")),
        _ => Ok(()),
    }
}

/// Only digits are read here, as ISO 8601 has them; words like "yesterday" are the service's to read.
#[inline]
fn past(text: &str, now: Timestamp) -> Result<(), Error> {
    let text = text.trim();
    let latest = now.saturating_add(CLOCKS).unwrap_or(now);
    let ahead = match (text.parse::<Timestamp>(), text.parse::<DateTime>()) {
        (Ok(moment), _) => moment > latest,
        // In an unnamed time zone: it is not yet that late where the day begins first, 14 hours before UTC.
        (_, Ok(local)) => local > tz::offset(14).to_datetime(latest),
        _ => false,
    };
    if !ahead {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Usage,
        format!("the observation is dated {text}, which is still to come"),
    )
    .with_setting("observed_on_string")
    .with_help("check the date, and this machine's clock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_to_come() {
        let now: Timestamp = "2026-06-01T12:00:00Z".parse().expect("a moment");
        let check = |text: &str, expect: bool| {
            assert_eq!(past(text, now).is_ok(), expect, "{text}");
        };
        check("2026-06-01", true);
        check("2026-06-01 12:30", true);
        check("2026-06-01T14:05:00+02:00", true);
        check("2026-06-01T14:15:00+02:00", false);
        check("2026-06-01T12:11:00Z", false);
        // Already so on Kiritimati.
        check("2026-06-02 02:05", true);
        check("2026-06-02 02:15", false);
        check("2026-06-02", true);
        check("2026-06-03", false);
        check("9999-12-31", false);
        check("yesterday at noon", true);
        check("06/03/2027", true);
        check("", true);
    }
}

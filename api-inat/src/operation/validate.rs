//! Rejects invalid values before they are sent: locations that are not on Earth, a 13th month,
//! observations in the future, endless ranges. Brings longitudes of a search home that a map has
//! beyond the date line.
//!
//! The Node API clamps a box to the Earth (`lib/es_client.js`), so that a map over the date line
//! would lose a part of it. That iNaturalist refuses the other values too is not verified.

use std::borrow::Cow;

use auth_core::{Error, ErrorKind, Query};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz};
use serde_json::{Map, Value};

use crate::parameter::lists::IdList;

/// Parameters and fields in degrees, with their largest absolute value.
const DEGREES: [(&str, f64); 8] = [
    ("lat", 90.0),
    ("nelat", 90.0),
    ("swlat", 90.0),
    ("latitude", 90.0),
    ("lng", AROUND),
    ("nelng", AROUND),
    ("swlng", AROUND),
    ("longitude", 180.0),
];

/// Once around the Earth.
const AROUND: f64 = 360.0;

/// Parameters that are parts of a date or time, with their range.
const CALENDAR: [(&str, u64, u64); 6] = [
    ("month", 1, 12),
    ("created_month", 1, 12),
    ("day", 1, 31),
    ("created_day", 1, 31),
    ("hour", 0, 23),
    ("created_hour", 0, 23),
];

/// The tolerated difference of clocks.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// Checks the parameters of a query.
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
            let what = format!("`{name}` must be {least} to {most}, got {number}");
            return Err(Error::new(ErrorKind::Usage, what)
                .with_setting(name)
                .with_help("correct the number"));
        }
    }
    for (name, text) in query.iter().filter(|(name, _)| *name != "q") {
        if let Some(range) = IdList::invalid_in(text) {
            return Err(invalid_range(name, range));
        }
    }
    Ok(())
}

/// Brings longitudes beyond the date line home: 190 is -170. A box as wide as the Earth is the
/// whole Earth.
#[inline]
pub(crate) fn bring_home(query: &mut Cow<'_, Query>) {
    let degrees = |query: &Query, name: &str| query.get(name)?.parse::<f64>().ok();
    let beyond = |degrees: &f64| degrees.abs() > 180.0;
    let edges = [("swlng", -180.0), ("nelng", 180.0)];
    let [west, east] = edges.map(|(name, _)| degrees(query, name));
    let wide = west
        .zip(east)
        .is_some_and(|(west, east)| east - west >= AROUND);
    for (name, edge) in edges.into_iter().filter(|_| wide) {
        query.to_mut().set(name, edge);
    }
    for name in ["lng", "swlng", "nelng"] {
        if let Some(degrees) = degrees(query, name).filter(beyond) {
            query.to_mut().set(name, degrees - AROUND.copysign(degrees));
        }
    }
}

/// Checks the object `observation` of a body.
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

/// Builds the error for a range that cannot be sent.
fn invalid_range(name: &str, range: &str) -> Error {
    let what =
        format!("`{name}` has the range {range}, which is reversed or has more than 500 numbers");
    Error::new(ErrorKind::Usage, what)
        .with_help("begin with the smaller number, and split it into several requests")
}

/// Checks a number of degrees. A text that is not a number is left to the service.
fn degrees(name: &'static str, value: Option<f64>, most: f64) -> Result<(), Error> {
    match value {
        Some(value) if !(-most..=most).contains(&value) => Err(Error::new(
            ErrorKind::Usage,
            format!("`{name}` must be -{most} to {most} degrees, got {value}"),
        )
        .with_setting(name)
        .with_help("check whether latitude and longitude are swapped")),
        _ => Ok(()),
    }
}

/// Checks that a date is not in the future. Reads only ISO 8601; words like "yesterday" are left to
/// the service.
#[inline]
fn past(text: &str, now: Timestamp) -> Result<(), Error> {
    let text = text.trim();
    let latest = now.saturating_add(CLOCKS).unwrap_or(now);
    let ahead = match (text.parse::<Timestamp>(), text.parse::<DateTime>()) {
        (Ok(moment), _) => moment > latest,
        // Without a time zone: compare with UTC+14, where each day begins first.
        (_, Ok(local)) => local > tz::offset(14).to_datetime(latest),
        _ => false,
    };
    if !ahead {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Usage,
        format!("the observation is dated {text}, which is in the future"),
    )
    .with_setting("observed_on_string")
    .with_help("check the date and this machine's clock"))
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
        // Already past in UTC+14 (Kiritimati).
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

//! A location on Earth, read from the three notations of the API.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};

use super::{
    tolerant::{Failed, Named, Pool, Soft, Source, Taker, Tolerant, alone, key},
    written::Written,
};

/// A point in degrees of WGS 84.
///
/// The API writes it as text, `"46.95,7.44"`, and as a GeoJSON point, which has the longitude
/// first. Both are read into this.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Location {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
}

impl Location {
    /// Parses `"lat,lng"`. `None` for any other text, or for degrees that are not on Earth.
    ///
    /// ```
    /// use api_inat::model::Location;
    ///
    /// let bern = Location::parse("46.95, 7.44").expect("two numbers");
    /// assert_eq!((bern.latitude, bern.longitude), (46.95, 7.44));
    /// assert_eq!(Location::parse("somewhere"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let comma = text.bytes().position(|byte| byte == b',')?;
        Self::new(degrees(&text[..comma])?, degrees(&text[comma + 1..])?)
    }

    pub(super) fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        on_earth.then_some(Self {
            latitude,
            longitude,
        })
    }
}

/// Parses a number of degrees.
fn degrees(text: &str) -> Option<f64> {
    short(text.as_bytes()).or_else(|| text.trim().parse().ok())
}

/// Parses digits with at most one point: exactly, without the many cases of a general parser. An
/// integer of 15 digits is an `f64`, and so is a small power of ten; so their quotient is the
/// nearest one to the number. `None` for anything else.
fn short(text: &[u8]) -> Option<f64> {
    const DIGITS: usize = 15;
    const POWERS: [f64; DIGITS + 1] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let (text, sign) = match text {
        [b'-', text @ ..] => (text, -1.0),
        text => (text, 1.0),
    };
    let (mut number, mut digits, mut whole) = (0_u64, 0, None);
    for byte in text {
        match byte {
            b'0'..=b'9' if digits < DIGITS => {
                number = number * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b'.' if whole.is_none() => whole = Some(digits),
            _ => return None,
        }
    }
    if digits == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "of 15 digits, all are kept")]
    let number = number as f64;
    Some(sign * number / POWERS[digits - whole.unwrap_or(digits)])
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.latitude, self.longitude)
    }
}

record! {
    /// A box on a map, in degrees of WGS 84.
    pub struct Bounds {
        /// The northern edge: degrees north of the equator.
        pub nelat: Option<f64>,
        /// The eastern edge: degrees east of Greenwich. West of the western edge if the box crosses
        /// the date line.
        pub nelng: Option<f64>,
        /// The southern edge.
        pub swlat: Option<f64>,
        /// The western edge.
        pub swlng: Option<f64>,
    }
}

/// A text that is not two numbers of degrees on Earth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct InvalidLocation;

impl fmt::Display for InvalidLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a location such as 46.95,7.44")
    }
}

impl std::error::Error for InvalidLocation {}

/// Parses as [`parse`](Location::parse).
impl FromStr for Location {
    type Err = InvalidLocation;

    fn from_str(text: &str) -> Result<Self, InvalidLocation> {
        Self::parse(text).ok_or(InvalidLocation)
    }
}

/// Writes it as text, `46.95,7.44`. As the field of a record whose name ends with `geojson` it is a
/// GeoJSON point.
impl Serialize for Location {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Reads text, or a GeoJSON point.
impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let found = alone(from, |from| {
            let mut found = Found(None);
            from.value(&mut found)?;
            Ok(found.0)
        })?;
        found.ok_or_else(|| D::Error::custom(InvalidLocation))
    }
}

impl Written for Location {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.serialize(to)
    }

    fn entry<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error> {
        match name.ends_with("geojson") {
            true => map.serialize_entry(name, &Point(*self)),
            false => map.serialize_entry(name, self),
        }
    }
}

/// A location as GeoJSON.
struct Point(Location);

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("type", "Point")?;
        map.serialize_entry("coordinates", &[self.0.longitude, self.0.latitude])?;
        map.end()
    }
}

impl Soft for Location {
    fn take(found: &mut Option<Self>, from: &mut dyn Source, _: &Pool) -> Result<bool, Failed> {
        let mut location = Found(None);
        let is_there = from.value(&mut location)?;
        *found = location.0;
        Ok(is_there)
    }
}

/// What was found of a location. A bare pair of numbers does not say which is the latitude.
struct Found(Option<Location>);

impl Taker for Found {
    fn text(&mut self, text: &str) {
        self.0 = Location::parse(text);
    }

    fn object(&mut self, entries: &mut dyn Source) -> Result<(), Failed> {
        while let Some(key) = key(entries)? {
            match key {
                Key::Coordinates => {
                    let mut numbers = Vec::new();
                    numbers.read(entries, &Pool::default())?;
                    self.0 = coordinates(&numbers);
                }
                Key::Other => drop(entries.skip()?),
            }
        }
        Ok(())
    }
}

/// The names of a GeoJSON point.
enum Key {
    Coordinates,
    Other,
}

impl Named for Key {
    fn of(name: &str) -> Self {
        match name {
            "coordinates" => Self::Coordinates,
            _ => Self::Other,
        }
    }
}

/// The longitude first, as GeoJSON has it (RFC 7946 section 3.1.1).
fn coordinates(numbers: &[f64]) -> Option<Location> {
    match numbers {
        [longitude, latitude, ..] => Location::new(*latitude, *longitude),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To the last bit, as the general parser reads it.
    #[test]
    fn degrees_as_the_standard_parser_reads_them() {
        let mut seed = 1_u64;
        for digits in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = format!("{:019}", seed >> 1);
            let (whole, fraction) = number[..digits % 18 + 1].split_at(digits % 3);
            for text in [
                "-0".to_owned(),
                format!("{whole}.{fraction}"),
                format!("-{whole}.{fraction}"),
                format!("{whole}{fraction}"),
            ] {
                let bits = |number: Option<f64>| number.map(f64::to_bits);
                assert_eq!(bits(degrees(&text)), bits(text.parse().ok()), "{text}");
            }
        }
        for text in ["", "-", ".", "-.", "1.2.3", "--1", "1-", "1e", "x", "٣"] {
            assert_eq!(degrees(text), None, "{text}");
        }
        for (text, expect) in [
            (" 7.5 ", 7.5),
            ("+7.5", 7.5),
            ("1e1", 10.0),
            ("-.5", -0.5),
            ("7.", 7.0),
        ] {
            assert_eq!(degrees(text), Some(expect), "{text}");
        }
    }
}

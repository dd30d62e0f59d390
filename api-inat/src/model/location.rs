//! A location on Earth, read from the three notations of the API.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

use super::{
    tolerant::{Maybe, Pool, Soft, nothing_else},
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
        let (latitude, longitude) = text.split_once(',')?;
        Self::new(
            latitude.trim().parse().ok()?,
            longitude.trim().parse().ok()?,
        )
    }

    pub(super) fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        on_earth.then_some(Self {
            latitude,
            longitude,
        })
    }
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
        let found = from.deserialize_any(AnyLocation)?;
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
    fn read<'de, D: Deserializer<'de>>(from: D, _: &Pool) -> Result<Option<Self>, D::Error> {
        from.deserialize_any(AnyLocation)
    }
}

struct AnyLocation;

impl<'de> Visitor<'de> for AnyLocation {
    type Value = Option<Location>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a location")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Location::parse(text))
    }

    /// A bare pair of numbers does not say which is the latitude.
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = entries.next_key::<Maybe<String>>()? {
            match key.0.as_deref() {
                Some("coordinates") => found = coordinates(entries.next_value()?),
                _ => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }

    nothing_else!(None);
}

/// The longitude first, as GeoJSON has it (RFC 7946 section 3.1.1).
fn coordinates(numbers: Maybe<Vec<f64>>) -> Option<Location> {
    match numbers.0?[..] {
        [longitude, latitude, ..] => Location::new(latitude, longitude),
        _ => None,
    }
}

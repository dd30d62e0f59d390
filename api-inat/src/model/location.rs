//! A location on Earth, read from the three notations of the API.

use std::fmt;

use serde::{
    Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::tolerant::{Maybe, Pool, Soft, nothing_else};

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

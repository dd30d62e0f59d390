//! The units of a taxon in an atlas, as GeoJSON (RFC 7946).

use std::fmt;

use auth_core::{Error, Query, Response, read_json};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;

use super::units::Unit;
use crate::{envelope::accepted, errors, operation::CallParts, version::Version};

operation! {
    /// Returns the units in which a taxon occurs, as points: `GET
    /// /rest/{version}/communities/0/public/atlases/{id}/names/{taxon}/units.geojson`.
    ///
    /// The default version is V5, where this was observed in 2026. The response is a bare
    /// FeatureCollection, without the API's wrapper.
    ///
    /// ```
    /// use api_infoflora::atlas::UnitsGeoJson;
    /// use auth_core::{ResponseBody, BaseUrl, Operation, Response};
    ///
    /// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
    /// let units = UnitsGeoJson::of_taxon(2, 1_000_010).with_legend(true);
    /// assert_eq!(
    ///     units.request(&base)?.uri(),
    ///     "https://obs.infoflora.ch/rest/v5/communities/0/public/atlases/2/names/1000010/units.geojson?with-legend=true"
    /// );
    /// let body = r#"{"type":"FeatureCollection","features":[
    ///     {"type":"Feature","geometry":{"type":"Point","coordinates":[7.44,46.95]},"properties":{"year_min":1899}}]}"#;
    /// let units = units.parse(Response::new(ResponseBody::new(body.into())))?;
    /// let features = units.features.unwrap_or_default();
    /// assert_eq!(features[0].point(), Some((7.44, 46.95))); // longitude, latitude
    /// assert_eq!(features[0].properties.as_ref().and_then(|unit| unit.year_min), Some(1899));
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub struct UnitsGeoJson<T = FeatureCollection> -> T, read_collection;
}

versioned!(UnitsGeoJson);

impl UnitsGeoJson {
    /// Creates a request for the units of this taxon in this atlas.
    #[must_use]
    pub fn of_taxon(atlas: impl fmt::Display, taxon: impl fmt::Display) -> Self {
        let path = format!("{}/units.geojson", super::name_in(atlas, taxon));
        Self::from_parts(
            CallParts::new(path).optional_token().version(Version::V5),
            Query::default(),
        )
    }
}

impl<T> UnitsGeoJson<T> {
    /// Requests the legend. The service spells this one parameter with a hyphen: `with-legend`.
    #[must_use]
    pub fn with_legend(mut self, yes: bool) -> Self {
        self.query.set("with-legend", yes);
        self
    }
}

record! {
    /// A FeatureCollection (RFC 7946 section 3.3).
    pub struct FeatureCollection {
        /// The features.
        pub features: Option<Vec<Feature>>,
    }
}

record! {
    /// A Feature (RFC 7946 section 3.2): one unit.
    pub struct Feature {
        /// The geometry. Observed: points.
        pub geometry: Option<Geometry>,
        /// The properties. They probably have the fields of [`Units`](super::Units); this is not
        /// verified.
        pub properties: Option<Unit>,
    }
}

record! {
    /// A geometry (RFC 7946 section 3.1). Its `type` is in `extra`.
    pub struct Geometry {
        /// The positions: one for a point, nested lists for other types. WGS 84, in degrees,
        /// longitude first.
        pub coordinates: Option<Value>,
    }
}

impl Feature {
    /// Returns longitude and latitude in degrees. `None` if it is not a point.
    #[must_use]
    pub fn point(&self) -> Option<(f64, f64)> {
        let geometry = self.geometry.as_ref()?;
        if geometry.extra.get("type")? != "Point" {
            return None;
        }
        let position = geometry.coordinates.as_ref()?.as_array()?;
        Some((position.first()?.as_f64()?, position.get(1)?.as_f64()?))
    }
}

/// Checks that a response is a FeatureCollection, and reads it into the caller's type.
fn read_collection<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    accepted(response)?;
    let probe: Probe = read_json(response)?;
    match probe.0 {
        true => read_json(response),
        false => Err(errors::without_features(response)),
    }
}

/// Whether an object has a list of features.
#[derive(Default)]
struct Probe(bool);

impl<'de> Deserialize<'de> for Probe {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Probe {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `features`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Self, A::Error> {
        while let Some(name) = entries.next_key::<String>()? {
            match name.as_str() {
                "features" => {
                    let features: Option<Vec<IgnoredAny>> = entries.next_value()?;
                    self.0 = features.is_some();
                }
                _ => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(self)
    }
}

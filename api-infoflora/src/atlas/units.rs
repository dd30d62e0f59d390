//! The units of a taxon in an atlas, as records.

use std::fmt;

use auth_core::Query;
use serde_json::Value;

use crate::{envelope::Envelope, operation::CallParts};

operation! {
    /// Returns the units in which a taxon occurs: `GET
    /// /rest/{version}/communities/0/public/atlases/{id}/names/{taxon}/units`.
    ///
    /// ```
    /// use api_infoflora::atlas::Units;
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
    /// assert_eq!(
    ///     Units::of_taxon(2, 1_000_010).srid(4326).with_legend(true).request(&base)?.uri(),
    ///     "https://obs.infoflora.ch/rest/v4/communities/0/public/atlases/2/names/1000010/units?srid=4326&with-legend=true"
    /// );
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub struct Units<T = Unit> -> Envelope<Vec<T>>, Envelope::read;
}

versioned!(Units);

impl Units {
    /// Creates a request for the units of this taxon in this atlas.
    #[must_use]
    pub fn of_taxon(atlas: impl fmt::Display, taxon: impl fmt::Display) -> Self {
        let path = format!("{}/units", super::name_in(atlas, taxon));
        Self::from_parts(CallParts::new(path).optional_token(), Query::default())
    }
}

impl<T> Units<T> {
    auth_core::parameters! {
        /// Sets the coordinate system of the response by its EPSG number. Observed: 4326 (WGS 84,
        /// degrees).
        srid(u32);
    }

    /// Requests the legend. The service spells this one parameter with a hyphen: `with-legend`.
    #[must_use]
    pub fn with_legend(mut self, yes: bool) -> Self {
        self.query.set("with-legend", yes);
        self
    }
}

record! {
    /// A unit of an atlas: a cell of its map in which a taxon occurs.
    pub struct Unit {
        /// The identifier of the cell. It is not known whether it is a number or text.
        pub gis_id: Option<Value>,
        /// The year of the earliest record in the cell.
        pub year_min: Option<i64>,
        /// The legend of the map for the cell, of an unknown structure.
        pub legend: Option<Value>,
    }
}

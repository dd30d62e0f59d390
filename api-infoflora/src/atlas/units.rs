//! The units of a taxon in an atlas, as records.

use std::fmt;

use auth_core::Query;
use serde_json::Value;

use crate::{envelope::Envelope, operation::CallParts};

operation! {
    /// `GET /rest/{version}/communities/0/public/atlases/{id}/names/{taxon}/units`: where the taxon occurs.
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
    /// The units of this taxon in this atlas.
    #[must_use]
    pub fn of_taxon(atlas: impl fmt::Display, taxon: impl fmt::Display) -> Self {
        let path = format!("{}/units", super::name_in(atlas, taxon));
        Self::made(CallParts::new(path).token_optional(), Query::default())
    }
}

impl<T> Units<T> {
    auth_core::parameters! {
        /// The coordinate system of the response, by its EPSG number: 4326 (WGS 84, degrees) was seen.
        srid(u32);
    }

    /// Asks for the legend. The service writes this one parameter with a hyphen: `with-legend`.
    #[must_use]
    pub fn with_legend(mut self, yes: bool) -> Self {
        self.query.set("with-legend", yes);
        self
    }
}

record! {
    /// A unit of an atlas: a cell of its map in which a taxon occurs.
    pub struct Unit {
        /// The cell, by number or text: which of them is not known.
        pub gis_id: Option<Value>,
        /// The year of the earliest record in it.
        pub year_min: Option<i64>,
        /// How the map draws it, in a shape that is not known.
        pub legend: Option<Value>,
    }
}

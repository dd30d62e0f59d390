//! Map tiles of places, and of where a taxon lives or is expected.

use super::sized;
use crate::{operation::operation, parameter::lists::StringList, v2::OPTIONAL};

operation! {
    /// Draws the boundary of a place. Returns a PNG.
    pub Place: GET "/places/{id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(id(into StringList), zoom(u64), x(u64), y(u64));
    shared sized;
}

operation! {
    /// Draws the places that have a taxon on their list. Returns a PNG.
    pub TaxonPlaces: GET "/taxon_places/{id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(id(u64), zoom(u64), x(u64), y(u64));
    shared sized;
}

operation! {
    /// Draws the range of a taxon. Returns a PNG.
    pub TaxonRange: GET "/taxon_ranges/{id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(id(u64), zoom(u64), x(u64), y(u64));
    shared sized;
}

operation! {
    /// Draws where a taxon is expected, by iNaturalist's model. Returns a PNG.
    pub Geomodel: GET "/geomodel/{id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(id(u64), zoom(u64), x(u64), y(u64));
    shared sized;
    query {
        /// Draws only where it is expected with some certainty.
        thresholded(bool);
    }
}

operation! {
    /// Draws the range of a taxon as iNaturalist's model sees it. Returns a PNG.
    pub GeomodelRange: GET "/geomodel_taxon_range/{id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(id(u64), zoom(u64), x(u64), y(u64));
    shared sized;
}

operation! {
    /// Draws where the model and the range of a taxon differ. Returns a PNG.
    pub GeomodelComparison: GET "/geomodel_comparison/{id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(id(u64), zoom(u64), x(u64), y(u64));
    shared sized;
}

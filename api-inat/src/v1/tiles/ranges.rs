//! Tiles of the boundaries of places, and of the range of a taxon.

use super::painted;
use crate::{
    operation::operation,
    v1::{OPEN, observations::cached},
};

operation! {
    /// Draws the boundary of a place. Returns a PNG.
    pub Place: GET "/places/{place_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(place_id(u64), zoom(u64), x(u64), y(u64));
    shared cached;
}

operation! {
    /// Draws the places that have a taxon on their list. Returns a PNG.
    pub TaxonPlaces: GET "/taxon_places/{taxon_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(taxon_id(u64), zoom(u64), x(u64), y(u64));
    shared cached;
}

operation! {
    /// Draws where a taxon is expected, by iNaturalist's model. Returns a PNG. Not in the API's
    /// description; named in the Node API's routes.
    pub Geomodel: GET "/geomodel/{taxon_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(taxon_id(u64), zoom(u64), x(u64), y(u64));
    shared cached;
    query {
        /// Draws only where it is expected with some certainty.
        thresholded(bool);
    }
}

operation! {
    /// Draws the range of a taxon as iNaturalist's model sees it. Returns a PNG. Not in the API's
    /// description; named in the Node API's routes.
    pub GeomodelRange: GET "/geomodel_taxon_range/{taxon_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(taxon_id(u64), zoom(u64), x(u64), y(u64));
    shared cached;
}

operation! {
    /// Draws where the model and the range of a taxon differ. Returns a PNG. Not in the API's
    /// description; named in the Node API's routes.
    pub GeomodelComparison: GET "/geomodel_comparison/{taxon_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(taxon_id(u64), zoom(u64), x(u64), y(u64));
    shared cached;
}

operation! {
    /// Draws the range of a taxon. Returns a PNG.
    pub TaxonRange: GET "/taxon_ranges/{taxon_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(taxon_id(u64), zoom(u64), x(u64), y(u64));
    shared painted, cached;
}

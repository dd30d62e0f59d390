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
    /// Draws the range of a taxon. Returns a PNG.
    pub TaxonRange: GET "/taxon_ranges/{taxon_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(taxon_id(u64), zoom(u64), x(u64), y(u64));
    shared painted, cached;
}

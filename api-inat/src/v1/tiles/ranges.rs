//! Boundaries of places, and where a taxon is found.

use super::painted;
use crate::{
    operation::operation,
    v1::{OPEN, observations::cached},
};

operation! {
    /// The boundary of a place; a PNG.
    pub Place: GET "/places/{place_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(place_id(u64), zoom(u64), x(u64), y(u64));
    shared cached;
}

operation! {
    /// The places that have a taxon on their list; a PNG.
    pub TaxonPlaces: GET "/taxon_places/{taxon_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(taxon_id(u64), zoom(u64), x(u64), y(u64));
    shared cached;
}

operation! {
    /// The range of a taxon; a PNG.
    pub TaxonRange: GET "/taxon_ranges/{taxon_id}/{zoom}/{x}/{y}.png" -> Bytes<()>, OPEN;
    at(taxon_id(u64), zoom(u64), x(u64), y(u64));
    shared painted, cached;
}

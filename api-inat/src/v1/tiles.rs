//! Map tiles: pictures of 256 × 256 pixels by zoom, x and y (XYZ), and grids that say what lies under them.
//!
//! Tiles of observations take what a search for observations takes. Zoom 0 is the whole world in one tile; x counts from the
//! antimeridian eastwards, y from the north southwards.

use jiff::civil::Date;

use crate::{
    model::{Rank, UtfGrid},
    operation::operation,
    parameter::{
        date_or_time::When,
        lists::{Ids, Words},
    },
    v1::{
        OPEN, OPTIONAL,
        observations::{Agreement, SearchOn, cached, filters},
    },
};

/// How tiles of observations look.
macro_rules! painted {
    () => {
        auth_core::parameters! {
            /// The colour, as a word or as `#rrggbb`.
            color(into String);
        }
    };
}

operation! {
    /// Observations as a heat map in the colours of the wide groups; a PNG.
    pub ColoredHeatmap: GET "/colored_heatmap/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// What lies under the points of [`ColoredHeatmap`].
    pub ColoredHeatmapData: GET "/colored_heatmap/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// Observations as squares, the darker the more there are; a PNG.
    pub Grid: GET "/grid/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// What lies under the points of [`Grid`].
    pub GridData: GET "/grid/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// Observations as a heat map; a PNG.
    pub Heatmap: GET "/heatmap/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// What lies under the points of [`Heatmap`].
    pub HeatmapData: GET "/heatmap/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// Observations as single points; a PNG.
    pub Points: GET "/points/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// What lies under the points of [`Points`].
    pub PointsData: GET "/points/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

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

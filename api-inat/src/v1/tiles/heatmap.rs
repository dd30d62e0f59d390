//! Tiles that show observations as a heat map.

use jiff::civil::Date;

use super::painted;
use crate::{
    model::{Rank, UtfGrid},
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        lists::{IdList, StringList},
    },
    v1::{
        OPTIONAL,
        observations::{Agreement, SearchOn, filters},
    },
};

operation! {
    /// Draws observations as a heat map in the colours of the iconic taxa. Returns a PNG.
    pub ColoredHeatmap: GET "/colored_heatmap/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// Reads the observations under the points of a [`ColoredHeatmap`] tile.
    pub ColoredHeatmapData: GET "/colored_heatmap/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// Draws observations as a heat map. Returns a PNG.
    pub Heatmap: GET "/heatmap/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// Reads the observations under the points of a [`Heatmap`] tile.
    pub HeatmapData: GET "/heatmap/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

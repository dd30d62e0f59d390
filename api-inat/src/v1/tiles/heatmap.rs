//! Observations as a heat map.

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

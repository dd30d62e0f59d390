//! Map tiles of observations.

use jiff::civil::Date;

use super::sized;
use crate::{
    model::{Rank, UtfGrid},
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        lists::{IdList, StringList},
    },
    v1::observations::{Agreement, SearchOn},
    v2::{OPTIONAL, observations::filters},
};

operation! {
    /// Draws observations as squares, darker where there are more. Returns a PNG.
    pub Grid: GET "/grid/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, sized;
}

operation! {
    /// Reads the observations under the points of a [`Grid`] tile.
    pub GridData: GET "/grid/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, sized;
}

operation! {
    /// Draws observations as a heat map. Returns a PNG.
    pub Heatmap: GET "/heatmap/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, sized;
}

operation! {
    /// Reads the observations under the points of a [`Heatmap`] tile.
    pub HeatmapData: GET "/heatmap/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, sized;
}

operation! {
    /// Draws observations as single points. Returns a PNG.
    pub Points: GET "/points/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, sized;
}

operation! {
    /// Reads the observations under the points of a [`Points`] tile.
    pub PointsData: GET "/points/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, sized;
}

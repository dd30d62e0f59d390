//! Tiles that show observations as points.

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
    /// Draws observations as single points. Returns a PNG.
    pub Points: GET "/points/{zoom}/{x}/{y}.png" -> Bytes<()>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

operation! {
    /// Reads the observations under the points of a [`Points`] tile.
    pub PointsData: GET "/points/{zoom}/{x}/{y}.grid.json" -> Whole<UtfGrid>, OPTIONAL;
    at(zoom(u64), x(u64), y(u64));
    shared filters, painted;
}

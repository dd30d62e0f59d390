//! Observations as points.

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

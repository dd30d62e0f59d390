//! Observations as squares.

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

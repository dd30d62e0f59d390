//! The search for identifications, and identifications by id.

use super::filters::{OrderBy, filters};
use crate::{
    model::{Identification, Rank},
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        lists::{IdList, StringList},
    },
    v1::{OPTIONAL, observations::Order, shared::pages},
};

operation! {
    /// Searches for identifications. Following its pages orders it by id.
    pub Search: GET "/identifications" -> Page<Identification>, OPTIONAL;
    pages 30, 200, by id;
    shared filters, pages;
}

operation! {
    /// Reads identifications by id, at most 200.
    pub Get: GET "/identifications/{id}" -> Page<Identification>, OPTIONAL;
    at(id(into IdList));
    ids 30, 200;
}

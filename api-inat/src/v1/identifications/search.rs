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
    /// Searches for identifications. Followed through its pages it goes by id.
    pub Search: GET "/identifications" -> Page<Identification>, OPTIONAL;
    pages 30, 200, by id;
    shared filters, pages;
}

operation! {
    /// Identifications by their numbers, 200 at most.
    pub Get: GET "/identifications/{id}" -> Page<Identification>, OPTIONAL;
    at(id(into IdList));
    ids 30, 200;
}

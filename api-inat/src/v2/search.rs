//! The search over several types of records.

use crate::{
    model::Found,
    operation::operation,
    parameter::{fields::Fields, lists::StringList},
    v1::shared::{names, pages},
    v2::{OPTIONAL, selected},
};

operation! {
    /// Searches for taxa, places, projects and users, the best match first.
    pub Search: GET "/search" -> Page<Found>, OPTIONAL;
    with(q(into String));
    preset(fields(Fields::all()));
    pages 30, 100, by number;
    shared names, pages, selected;
    query {
        /// Sets the search text.
        q(into String);
        /// Sets the types of records to search in, as v1's
        /// [`Source`](crate::v1::search::Source). Default: all.
        sources(into StringList);
        /// Matches records related to this place.
        place_id(u64);
        /// Includes the ancestors of taxa.
        include_taxon_ancestors(bool);
    }
}

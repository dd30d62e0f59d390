//! The search over taxa, places, projects and users at once.

use crate::{
    model::{Found, choice::choice},
    operation::operation,
    parameter::lists::{IdList, StringList},
    v1::{OPTIONAL, shared::names},
};

operation! {
    /// Searches for taxa, places, projects and users, the best match first.
    pub Search: GET "/search" -> Page<Found>, OPTIONAL;
    with(q(into String));
    pages 30, 100;
    shared names;
    query {
        /// Sets the search text.
        q(into String);
        /// Sets the types of records to search in. Default: all.
        sources(into StringList);
        /// Matches records related to one of these places.
        place_id(into IdList);
        /// Includes the ancestors of taxa.
        include_taxon_ancestors(bool);
        /// Sets the maximum number of records.
        per_page(u64);
    }
}

choice! {
    /// A type of records to search in.
    pub enum Source {
        /// Places.
        Places = "places",
        /// Projects.
        Projects = "projects",
        /// Taxa.
        Taxa = "taxa",
        /// Users.
        Users = "users",
    }
}

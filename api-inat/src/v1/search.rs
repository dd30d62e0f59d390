//! The search over taxa, places, projects and people at once.

use crate::{
    model::{Found, choice::choice},
    operation::operation,
    parameter::lists::{IdList, StringList},
    v1::{OPTIONAL, shared::names},
};

operation! {
    /// Searches for taxa, places, projects and people, the best first.
    pub Search: GET "/search" -> Page<Found>, OPTIONAL;
    with(q(into String));
    pages 30, 100;
    shared names;
    query {
        /// What is looked for.
        q(into String);
        /// In which kinds of records; in all without it.
        sources(into StringList);
        /// That have to do with one of these places.
        place_id(into IdList);
        /// Taxa come with their ancestors.
        include_taxon_ancestors(bool);
        /// How many at most.
        per_page(u64);
    }
}

choice! {
    /// A kind of records to search in.
    pub enum Source {
        /// Places.
        Places = "places",
        /// Projects.
        Projects = "projects",
        /// Taxa.
        Taxa = "taxa",
        /// People.
        Users = "users",
    }
}

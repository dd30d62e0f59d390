//! The languages in which the account sees common names. Not in the API's description of v1; the
//! Node API has them, and they are described for v2. [`users::Me`](crate::v1::users::Me) lists
//! them.

use crate::{
    model::TaxonNamePriority,
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Adds a language.
    pub Create: POST "/taxon_name_priorities" -> One<TaxonNamePriority>, WRITE;
    body "taxon_name_priority" {
        /// Sets the language, by its English name.
        lexicon(into String);
        /// Sets the place whose names are used.
        place_id(u64);
    }
}

operation! {
    /// Moves a language to another position.
    pub Update: PUT "/taxon_name_priorities/{id}" -> One<TaxonNamePriority>, WRITE;
    at(id(u64));
    with(position(u64));
    body "taxon_name_priority" {
        /// Sets its position, from 0.
        position(u64);
    }
}

operation! {
    /// Removes a language.
    pub Delete: DELETE "/taxon_name_priorities/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

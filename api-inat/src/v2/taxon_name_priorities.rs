//! The languages of common names that the account prefers.

use crate::{
    model::TaxonNamePriority,
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v2::{WRITE, selected},
};

operation! {
    /// Adds a language, by its English name.
    pub Create: POST "/taxon_name_priorities" -> One<TaxonNamePriority>, WRITE;
    with(lexicon(into String));
    preset(fields(Fields::all()));
    shared selected;
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
    preset(fields(Fields::all()));
    shared selected;
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

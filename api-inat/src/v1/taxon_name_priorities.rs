//! In which languages the account sees common names. None of them is in the API's description of v1; the Node API has them
//! there, and they are described for v2. What there is, [`users::Me`](crate::v1::users::Me) says.

use crate::{
    model::TaxonNamePriority,
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Adds a language.
    pub Create: POST "/taxon_name_priorities" -> One<TaxonNamePriority>, WRITE;
    body "taxon_name_priority" {
        /// The language, in English.
        lexicon(into String);
        /// The place whose names are meant.
        place_id(u64);
    }
}

operation! {
    /// Moves a language to another place among the others.
    pub Update: PUT "/taxon_name_priorities/{id}" -> One<TaxonNamePriority>, WRITE;
    at(id(u64));
    with(position(u64));
    body "taxon_name_priority" {
        /// Where it stands, from 0.
        position(u64);
    }
}

operation! {
    /// Takes a language out.
    pub Delete: DELETE "/taxon_name_priorities/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

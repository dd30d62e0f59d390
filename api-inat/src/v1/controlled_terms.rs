//! Controlled terms: what annotations are made of.

use crate::{model::ControlledTerm, operation::operation, v1::OPEN};

operation! {
    /// All controlled terms with their values.
    pub All: GET "/controlled_terms" -> Page<ControlledTerm>, OPEN;
}

operation! {
    /// The controlled terms that can be said of a taxon.
    pub ForTaxon: GET "/controlled_terms/for_taxon" -> Page<ControlledTerm>, OPEN;
    with(taxon_id(u64));
    query {
        /// The taxon.
        taxon_id(u64);
    }
}

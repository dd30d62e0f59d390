//! Controlled terms: the vocabulary of annotations.

use crate::{model::ControlledTerm, operation::operation, v1::OPEN};

operation! {
    /// Lists all controlled terms with their values.
    pub All: GET "/controlled_terms" -> Page<ControlledTerm>, OPEN;
}

operation! {
    /// Lists the controlled terms that apply to a taxon.
    pub ForTaxon: GET "/controlled_terms/for_taxon" -> Page<ControlledTerm>, OPEN;
    with(taxon_id(u64));
    query {
        /// Sets the taxon.
        taxon_id(u64);
    }
}

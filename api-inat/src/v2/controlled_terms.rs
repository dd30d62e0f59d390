//! Controlled terms, such as "life stage", with their values, such as "adult".

use crate::{
    model::ControlledTerm,
    operation::operation,
    parameter::{fields::Fields, lists::IdList},
    v2::{OPTIONAL, selected},
};

operation! {
    /// Lists all controlled terms with their values.
    pub All: GET "/controlled_terms" -> Page<ControlledTerm>, OPTIONAL;
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Lists the controlled terms that apply to these taxa.
    pub ForTaxon: GET "/controlled_terms/for_taxon/{taxon_id}" -> Page<ControlledTerm>, OPTIONAL;
    at(taxon_id(into IdList));
    preset(fields(Fields::all()));
    shared selected;
}

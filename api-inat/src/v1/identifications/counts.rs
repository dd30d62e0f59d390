//! Counts of identifications: by category, by species, by person; and what they say of taxa.

use jiff::civil::Date;

use super::filters::{OrderBy, filters};
use crate::{
    model::{CategoryCount, Rank, RecentTaxon, TaxonCount, UserCount, choice::choice},
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        lists::{IdList, StringList},
    },
    v1::{
        OPTIONAL,
        observations::{Agreement, Order, SearchOn, filters as observation_filters},
        shared::pages,
    },
};

operation! {
    /// How many identifications there are of each category.
    pub Categories: GET "/identifications/categories" -> Page<CategoryCount>, OPTIONAL;
    pages 30, 200;
    shared filters, pages;
}

operation! {
    /// How many identifications there are of each species.
    pub SpeciesCounts: GET "/identifications/species_counts" -> Page<TaxonCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, pages;
    query {
        /// Whose taxon is counted.
        taxon_of(into TaxonOf);
    }
}

operation! {
    /// Who identified, with counts.
    pub Identifiers: GET "/identifications/identifiers" -> Page<UserCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, pages;
}

operation! {
    /// Whose observations were identified, with counts.
    pub Observers: GET "/identifications/observers" -> Page<UserCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, pages;
}

operation! {
    /// Taxa that were identified lately for the first time. The response's records have an identification and its taxon.
    pub RecentTaxa: GET "/identifications/recent_taxa" -> Page<RecentTaxon>, OPTIONAL;
    pages 30, 200;
    shared filters, pages;
}

operation! {
    /// Species that observations of a taxon are confused with, with counts. It takes what a search for observations takes.
    pub SimilarSpecies: GET "/identifications/similar_species" -> Page<TaxonCount>, OPTIONAL;
    with(taxon_id(u64));
    shared observation_filters;
}

choice! {
    /// Whose taxon is counted.
    pub enum TaxonOf {
        /// The identification's.
        Identification = "identification",
        /// The observation's.
        Observation = "observation",
    }
}

//! Counts of identifications: by category, species and user; and recent and similar taxa.

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
    /// Counts the identifications of each category.
    pub Categories: GET "/identifications/categories" -> Page<CategoryCount>, OPTIONAL;
    pages 30, 200;
    shared filters, pages;
}

operation! {
    /// Counts the identifications of each species.
    pub SpeciesCounts: GET "/identifications/species_counts" -> Page<TaxonCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, pages;
    query {
        /// Sets which taxon is counted: the identification's or the observation's.
        taxon_of(into TaxonOf);
    }
}

operation! {
    /// Lists identifiers, with counts.
    pub Identifiers: GET "/identifications/identifiers" -> Page<UserCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, pages;
}

operation! {
    /// Lists the observers of the identified observations, with counts.
    pub Observers: GET "/identifications/observers" -> Page<UserCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, pages;
}

operation! {
    /// Lists taxa that were recently identified for the first time. Each record has an
    /// identification and its taxon.
    pub RecentTaxa: GET "/identifications/recent_taxa" -> Page<RecentTaxon>, OPTIONAL;
    pages 30, 200;
    shared filters, pages;
}

operation! {
    /// Lists the species that a taxon is confused with, with counts. Has the filters of a search
    /// for observations.
    pub SimilarSpecies: GET "/identifications/similar_species" -> Page<TaxonCount>, OPTIONAL;
    with(taxon_id(u64));
    shared observation_filters;
}

choice! {
    /// Which taxon is counted.
    pub enum TaxonOf {
        /// The identification's.
        Identification = "identification",
        /// The observation's.
        Observation = "observation",
    }
}

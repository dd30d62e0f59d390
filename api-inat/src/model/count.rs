//! Counts, and other responses that are not records of their own.

use std::sync::Arc;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    annotation::ControlledTerm,
    choice::Category,
    identification::Identification,
    record::Identified,
    taxon::{ConservationStatus, ListedTaxon, Taxon},
    user::User,
};

record! {
    /// How many there are of a taxon.
    pub struct TaxonCount {
        /// How many.
        pub count: Option<u64>,
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
    }
}

impl Identified for TaxonCount {
    fn id(&self) -> Option<u64> {
        self.taxon.as_ref().map(|taxon| taxon.id)
    }
}

record! {
    /// How many a person has.
    pub struct UserCount {
        /// How many.
        pub count: Option<u64>,
        /// The person, by number.
        pub user_id: Option<u64>,
        /// The person.
        pub user: Option<Arc<User>>,
    }
}

impl Identified for UserCount {
    fn id(&self) -> Option<u64> {
        self.user.as_ref().map(|user| user.id).or(self.user_id)
    }
}

record! {
    /// How much a person observed.
    pub struct ObserverCount {
        /// How many observations.
        pub observation_count: Option<u64>,
        /// How many species.
        pub species_count: Option<u64>,
        /// The person, by number.
        pub user_id: Option<u64>,
        /// The person.
        pub user: Option<Arc<User>>,
    }
}

impl Identified for ObserverCount {
    fn id(&self) -> Option<u64> {
        self.user.as_ref().map(|user| user.id).or(self.user_id)
    }
}

record! {
    /// How many identifications there are of a category.
    pub struct CategoryCount {
        /// The category.
        pub category: Option<Category>,
        /// How many.
        pub count: Option<u64>,
    }
}

record! {
    /// How many observations there are of a quality grade or a wide group. Which of its fields is there depends on what was
    /// asked for.
    pub struct Count {
        /// The grade.
        pub quality_grade: Option<Box<str>>,
        /// The group.
        pub iconic_taxon_name: Option<Box<str>>,
        /// How many.
        pub count: Option<u64>,
    }
}

record! {
    /// A taxon that was identified for the first time, and how.
    pub struct RecentTaxon {
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The identification.
        pub identification: Option<Identification>,
    }
}

record! {
    /// Counts over time.
    pub struct Histogram {
        /// How many bars there are.
        pub total_results: Option<u64>,
        /// By the interval that was asked for, such as `month_of_year`: counts by number of month, hour and so on, or by day
        /// as `YYYY-MM-DD`.
        pub results: BTreeMap<Box<str>, BTreeMap<Box<str>, u64>>,
    }
}

record! {
    /// A controlled term and a value that are much used together.
    pub struct PopularValue {
        /// The term.
        pub controlled_attribute: Option<ControlledTerm>,
        /// The value.
        pub controlled_value: Option<ControlledTerm>,
        /// How many observations.
        pub count: Option<u64>,
        /// How many in each month, by its number.
        pub month_of_year: BTreeMap<Box<str>, u64>,
    }
}

record! {
    /// What is known of an observation's taxon at its place.
    pub struct TaxonSummary {
        /// How threatened it is there.
        pub conservation_status: Option<ConservationStatus>,
        /// How it came there.
        pub listed_taxon: Option<ListedTaxon>,
        /// The beginning of its page at Wikipedia; HTML.
        pub wikipedia_summary: Option<Box<str>>,
    }
}

record! {
    /// The taxa of some observations as a tree.
    pub struct Taxonomy {
        /// How many observations have no taxon.
        pub count_without_taxon: Option<u64>,
        /// How many taxa there are.
        pub size: Option<u64>,
        /// The taxa, each with the number of the one above it.
        pub results: Vec<TaxonomyTaxon>,
    }
}

record! {
    /// A taxon in a tree with counts.
    pub struct TaxonomyTaxon {
        /// Its number.
        pub id: u64,
        /// Its scientific name.
        pub name: Option<Box<str>>,
        /// Its common name.
        pub preferred_common_name: Option<Box<str>>,
        /// Its rank.
        pub rank: Option<super::Rank>,
        /// The rank as a number.
        pub rank_level: Option<f64>,
        /// In use.
        pub is_active: Option<bool>,
        /// The taxon above it.
        pub parent_id: Option<u64>,
        /// How many observations of it and its descendants.
        pub descendant_obs_count: Option<u64>,
        /// How many observations of it alone.
        pub direct_obs_count: Option<u64>,
    }
}

record! {
    /// Which layers a map of a taxon can have.
    pub struct MapLayers {
        /// The taxon.
        pub id: u64,
        /// It has a range.
        pub ranges: Option<bool>,
        /// It is on lists of places.
        pub listed_places: Option<bool>,
        /// Its page at GBIF, by number.
        pub gbif_id: Option<u64>,
        /// All there is besides.
        pub places: Option<Value>,
    }
}

//! Counts, and other responses that are not stored records.

use std::sync::Arc;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    annotation::ControlledTerm,
    choice::Category,
    identification::Identification,
    project::Project,
    record::Identified,
    taxon::{ConservationStatus, ListedTaxon, Taxon},
    user::User,
};

record! {
    /// A taxon with a count.
    pub struct TaxonCount {
        /// The count.
        pub count: Option<u64>,
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// None of its descendants is in the response; of a tree.
        pub is_leaf = "isLeaf": Option<bool>,
    }
}

impl Identified for TaxonCount {
    fn id(&self) -> Option<u64> {
        self.taxon.as_ref().and_then(|taxon| taxon.id())
    }
}

record! {
    /// A user with a count.
    pub struct UserCount {
        /// The count.
        pub count: Option<u64>,
        /// The id of the user.
        pub user_id: Option<u64>,
        /// The user.
        pub user: Option<Arc<User>>,
    }
}

impl Identified for UserCount {
    fn id(&self) -> Option<u64> {
        self.user
            .as_ref()
            .and_then(|user| user.id())
            .or(self.user_id)
    }
}

record! {
    /// A user with their counts of observations and species.
    pub struct ObserverCount {
        /// The number of observations.
        pub observation_count: Option<i64>,
        /// The number of species.
        pub species_count: Option<i64>,
        /// The id of the user.
        pub user_id: Option<u64>,
        /// The user.
        pub user: Option<Arc<User>>,
    }
}

impl Identified for ObserverCount {
    fn id(&self) -> Option<u64> {
        self.user
            .as_ref()
            .and_then(|user| user.id())
            .or(self.user_id)
    }
}

record! {
    /// The count of identifications of a category.
    pub struct CategoryCount {
        /// The category.
        pub category: Option<Category>,
        /// The count.
        pub count: Option<u64>,
    }
}

record! {
    /// The count of observations of a quality grade or an iconic taxon. Which of these two fields
    /// is present depends on the operation.
    pub struct Count {
        /// The quality grade.
        pub quality_grade: Option<Box<str>>,
        /// The iconic taxon.
        pub iconic_taxon_name: Option<Box<str>>,
        /// The count.
        pub count: Option<u64>,
    }
}

record! {
    /// A taxon that was identified for the first time, with that identification.
    pub struct RecentTaxon {
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The identification.
        pub identification: Option<Identification>,
    }
}

record! {
    /// The counts of a histogram.
    ///
    /// ```
    /// use api_inat::model::Histogram;
    ///
    /// let json = r#"{"total_results":12,"results":{"month_of_year":{"1":4,"2":9}}}"#;
    /// let histogram: Histogram = serde_json::from_str(json)?;
    /// assert_eq!(histogram.results["month_of_year"]["2"], 9);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Histogram {
        /// The number of bars.
        pub total_results: Option<u64>,
        /// The number of the page: 1.
        pub page: Option<u64>,
        /// The number of bars on the page.
        pub per_page: Option<u64>,
        /// The counts, by interval, such as `month_of_year`. The inner key is the number of the
        /// month, hour and so on, or the day as `YYYY-MM-DD`.
        pub results: BTreeMap<Box<str>, BTreeMap<Box<str>, u64>>,
    }
}

record! {
    /// A controlled term and value that are often used together.
    pub struct PopularValue {
        /// The term.
        pub controlled_attribute: Option<ControlledTerm>,
        /// The value.
        pub controlled_value: Option<ControlledTerm>,
        /// The number of observations.
        pub count: Option<u64>,
        /// The counts by number of the week.
        pub week_of_year: BTreeMap<Box<str>, u64>,
        /// The counts by number of the month.
        pub month_of_year: BTreeMap<Box<str>, u64>,
    }
}

record! {
    /// What is known of an observation's taxon at its location.
    pub struct TaxonSummary {
        /// The conservation status there.
        pub conservation_status: Option<ConservationStatus>,
        /// The establishment means.
        pub listed_taxon: Option<ListedTaxon>,
        /// The beginning of its Wikipedia page, as HTML.
        pub wikipedia_summary: Option<Box<str>>,
    }
}

record! {
    /// The taxa of the matching observations, as a tree.
    ///
    /// ```
    /// use api_inat::model::Taxonomy;
    ///
    /// let json = r#"{"size":2,"results":[
    ///     {"id":1,"name":"Animalia","descendant_obs_count":5},
    ///     {"id":3,"name":"Aves","parent_id":1,"descendant_obs_count":5}]}"#;
    /// let tree: Taxonomy = serde_json::from_str(json)?;
    /// let below_animals = tree.results.iter().filter(|taxon| taxon.parent_id == Some(1));
    /// assert_eq!(below_animals.count(), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Taxonomy {
        /// The number of observations without a taxon.
        pub count_without_taxon: Option<u64>,
        /// The number of taxa.
        pub size: Option<u64>,
        /// The taxa, each with the id of its parent.
        pub results: Vec<TaxonomyTaxon>,
    }
}

record! {
    /// A taxon in a tree with counts.
    pub struct TaxonomyTaxon {
        /// The id.
        pub id: u64,
        /// The scientific name.
        pub name: Option<Box<str>>,
        /// The common name.
        pub preferred_common_name: Option<Box<str>>,
        /// The rank.
        pub rank: Option<super::Rank>,
        /// The rank as a number.
        pub rank_level: Option<f64>,
        /// It is active: not replaced by another.
        pub is_active: Option<bool>,
        /// The id of the parent.
        pub parent_id: Option<u64>,
        /// The number of observations of it and its descendants.
        pub descendant_obs_count: Option<i64>,
        /// The number of observations of it alone.
        pub direct_obs_count: Option<i64>,
        /// The number of observations, in older responses.
        pub count: Option<u64>,
    }
}

record! {
    /// The counts of a project under an umbrella project.
    pub struct ProjectCount {
        /// The project.
        pub project: Option<Box<Project>>,
        /// The number of observations.
        pub observation_count: Option<u64>,
        /// The number of species.
        pub species_count: Option<u64>,
        /// The number of observers.
        pub observers_count: Option<u64>,
    }
}

impl Identified for ProjectCount {
    fn id(&self) -> Option<u64> {
        self.project.as_ref()?.id()
    }
}

record! {
    /// The layers that a map of a taxon can have.
    pub struct MapLayers {
        /// The taxon.
        pub id: u64,
        /// It has a range.
        pub ranges: Option<bool>,
        /// It is on lists of places.
        pub listed_places: Option<bool>,
        /// It has a model of where it is expected.
        pub geomodel: Option<bool>,
        /// The id of its page at GBIF.
        pub gbif_id: Option<u64>,
        /// All other layers.
        pub places: Option<Value>,
    }
}

//! Counts of observations: by time, by species, by user, by annotation. Each has the filters of a
//! search.

use jiff::civil::Date;
use serde_json::Value;

use super::filters::{Agreement, SearchOn, cached, filters};
use crate::{
    model::{
        self, CategoryCount, ObserverCount, PopularValue, Rank, TaxonCount, UserCount,
        choice::choice,
    },
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        lists::{IdList, StringList},
    },
    v1::{
        OPTIONAL,
        shared::{names, pages},
    },
};

operation! {
    /// Counts observations in each month, year, week, day or hour.
    pub Histogram: GET "/observations/histogram" -> Whole<model::Histogram>, OPTIONAL;
    shared filters, names, cached;
    query {
        /// Sets the date that is counted.
        date_field(into DateField);
        /// Sets the interval. Default: the twelve months of the year, over all years.
        interval(into Interval);
    }
}

operation! {
    /// Counts the observations of each species, the most observed first. Counts only the leaves of
    /// the taxonomic tree.
    pub SpeciesCounts: GET "/observations/species_counts" -> Page<TaxonCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, names, cached, pages;
    query {
        /// Includes the ancestors of each taxon.
        include_ancestors(bool);
    }
}

operation! {
    /// Lists observers with their counts of observations and species. Pages and order are not
    /// described; the Node API's controller reads them.
    pub Observers: GET "/observations/observers" -> Page<ObserverCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, names, cached, pages;
    query {
        /// Sets the key to order by. It also decides which users are listed. Default: the number of
        /// observations.
        order_by(into ObserversBy);
    }
}

operation! {
    /// Lists identifiers with their counts of identifications. Pages are not described; the Node
    /// API's controller reads them.
    pub Identifiers: GET "/observations/identifiers" -> Page<UserCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, names, cached, pages;
}

operation! {
    /// Lists the most used annotations, with counts by month.
    pub PopularFieldValues: GET "/observations/popular_field_values" -> Page<PopularValue>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Reads all taxa of the matching observations as a tree, with counts. Not in the API's
    /// description; pyinaturalist uses it.
    pub Taxonomy: GET "/observations/taxonomy" -> Whole<model::Taxonomy>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Counts the observations of each quality grade. Not in the API's description; named in the
    /// Node API's routes.
    pub QualityGrades: GET "/observations/quality_grades" -> Page<model::Count>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Counts the observations in each iconic taxon. Not in the API's description; named in the
    /// Node API's routes.
    pub IconicTaxaCounts: GET "/observations/iconic_taxa_counts" -> Page<model::Count>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Counts observations for each project under an umbrella project. Not in the API's
    /// description; named in the Node API's routes, so the output is the response's JSON.
    pub UmbrellaProjectStats: GET "/observations/umbrella_project_stats" -> Whole<Value>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Counts the species in each iconic taxon. Not in the API's description; named in the Node
    /// API's routes.
    pub IconicTaxaSpeciesCounts: GET "/observations/iconic_taxa_species_counts" -> Page<TaxonCount>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Counts the identifications of each category on the matching observations. Not in the API's
    /// description; named in the Node API's routes.
    pub IdentificationCategories: GET "/observations/identification_categories" -> Page<CategoryCount>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Lists the taxa of the matching observations with their ancestors, at most 5,000 branches,
    /// each with its count. Not in the API's description; named in the Node API's routes.
    pub TreeTaxa: GET "/observations/tree_taxa" -> Page<TaxonCount>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Counts the observations of each taxon in each month of the year. Not in the API's
    /// description; named in the Node API's routes. The output is the response's JSON:
    /// `results.month_of_year` has lists of `{taxon_id, count, leaf}`.
    pub TaxaCountsByMonth: GET "/observations/taxa_counts_by_month" -> Whole<Value>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Lists the taxa of the matching observations. Not in the API's description; named in the Node
    /// API's routes, so the output is the response's JSON.
    pub Taxa: GET "/observations/taxa" -> Whole<Value>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Lists the species that the observed taxon is confused with. Not in the API's description;
    /// named in the Node API's routes, so the output is the response's JSON. See also
    /// [`identifications::SimilarSpecies`](crate::v1::identifications::SimilarSpecies).
    pub SimilarSpecies: GET "/observations/similar_species" -> Whole<Value>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Exports the life list of the matching observations, as the web site does. Returns the bytes
    /// of the response. Not in the API's description; named in the Node API's routes.
    pub LifelistExport: GET "/observations/lifelist_export" -> Bytes<()>, OPTIONAL;
    shared filters, names, cached;
}

choice! {
    /// The date of an observation that a histogram counts.
    pub enum DateField {
        /// The date of creation at iNaturalist.
        Created = "created",
        /// The date of the observation.
        Observed = "observed",
    }
}

choice! {
    /// The key that observers are ordered by.
    pub enum ObserversBy {
        /// By the number of observations.
        ObservationCount = "observation_count",
        /// By the number of species.
        SpeciesCount = "species_count",
    }
}

choice! {
    /// The interval of a histogram.
    pub enum Interval {
        /// Each year.
        Year = "year",
        /// Each month of each year.
        Month = "month",
        /// Each week of each year.
        Week = "week",
        /// Each day.
        Day = "day",
        /// Each hour.
        Hour = "hour",
        /// The twelve months, over all years.
        MonthOfYear = "month_of_year",
        /// The weeks of the year, over all years.
        WeekOfYear = "week_of_year",
    }
}

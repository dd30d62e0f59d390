//! Counts of observations: by time, by species, by person, by annotation. Each takes what a search takes.

use jiff::civil::Date;
use serde_json::Value;

use super::filters::{Agreement, SearchOn, cached, filters};
use crate::{
    model::{self, ObserverCount, PopularValue, Rank, TaxonCount, UserCount, choice::choice},
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
    /// How many observations there are in each month, year, week, day or hour.
    pub Histogram: GET "/observations/histogram" -> Whole<model::Histogram>, OPTIONAL;
    shared filters, names, cached;
    query {
        /// Which of an observation's dates counts.
        date_field(into DateField);
        /// What is counted by; the months of the year without it.
        interval(into Interval);
    }
}

operation! {
    /// How many observations there are of each species, the most observed first. Only the leaves of the tree are counted.
    pub SpeciesCounts: GET "/observations/species_counts" -> Page<TaxonCount>, OPTIONAL;
    pages 500, 500, by number;
    shared filters, names, cached, pages;
    query {
        /// With the ancestors of each taxon.
        include_ancestors(bool);
    }
}

operation! {
    /// Who observed, with counts of observations and species; 500 people at most.
    pub Observers: GET "/observations/observers" -> Page<ObserverCount>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Who identified, with counts of identifications; 500 people at most.
    pub Identifiers: GET "/observations/identifiers" -> Page<UserCount>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// The annotations that are most used, with counts by month.
    pub PopularFieldValues: GET "/observations/popular_field_values" -> Page<PopularValue>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// All taxa of the observations as a tree, with counts. Not in the API's description; pyinaturalist uses it.
    pub Taxonomy: GET "/observations/taxonomy" -> Whole<model::Taxonomy>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// How many observations there are of each quality grade. Not in the API's description; named in the Node API's routes.
    pub QualityGrades: GET "/observations/quality_grades" -> Page<model::Count>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// How many observations there are of each wide group. Not in the API's description; named in the Node API's routes.
    pub IconicTaxaCounts: GET "/observations/iconic_taxa_counts" -> Page<model::Count>, OPTIONAL;
    shared filters, names, cached;
}

operation! {
    /// Counts for each project under an umbrella project. Not in the API's description; named in the Node API's routes, so
    /// the response is read as it comes.
    pub UmbrellaProjectStats: GET "/observations/umbrella_project_stats" -> Whole<Value>, OPTIONAL;
    shared filters, names, cached;
}

choice! {
    /// Which of an observation's dates counts.
    pub enum DateField {
        /// When it was made at iNaturalist.
        Created = "created",
        /// When it was observed.
        Observed = "observed",
    }
}

choice! {
    /// What a histogram counts by.
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

//! Counts of observations: by time, by species, by user, by annotation. Each has the filters of a
//! search.

use jiff::civil::Date;

use super::search::filters;
use crate::{
    model::{
        self, CategoryCount, ObserverCount, PopularValue, ProjectCount, Rank, TaxonCount, UserCount,
    },
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        fields::Fields,
        lists::{IdList, StringList},
    },
    v1::{
        observations::{Agreement, DateField, Interval, ObserversBy, Order, SearchOn, cached},
        shared::{names, pages},
    },
    v2::{OPTIONAL, selected},
};

operation! {
    /// Counts observations in each month, year, week, day or hour.
    pub Histogram: GET "/observations/histogram" -> Whole<model::Histogram>, OPTIONAL;
    preset(fields(Fields::all()));
    shared filters, names, cached, selected;
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
    preset(fields(Fields::all()));
    pages 500, 500, by number;
    shared filters, names, cached, pages, selected;
    query {
        /// Sets the direction of the order.
        order(into Order);
        /// Includes the ancestors of each taxon.
        include_ancestors(bool);
    }
}

operation! {
    /// Lists observers with their counts of observations and species.
    pub Observers: GET "/observations/observers" -> Page<ObserverCount>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 500, 500, by number;
    shared filters, names, cached, pages, selected;
    query {
        /// Sets the key to order by. It also decides which users are listed. Default: the number of
        /// observations.
        order_by(into ObserversBy);
    }
}

operation! {
    /// Lists identifiers with their counts of identifications.
    pub Identifiers: GET "/observations/identifiers" -> Page<UserCount>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 500, 500, by number;
    shared filters, names, cached, pages, selected;
}

operation! {
    /// Lists the most used annotations, with counts by month or week.
    pub PopularFieldValues: GET "/observations/popular_field_values" -> Page<PopularValue>, OPTIONAL;
    preset(fields(Fields::all()));
    shared filters, names, cached, selected;
    query {
        /// Leaves out the counts by month or week.
        no_histograms(bool);
        /// Also counts observations without each annotation, in
        /// [`Page::extra`](crate::Page::extra).
        unannotated(bool);
        /// Sets the date that is counted.
        date_field(into DateField);
        /// Sets the interval: [`Interval::MonthOfYear`] or [`Interval::WeekOfYear`].
        interval(into Interval);
    }
}

operation! {
    /// Counts the observations in each iconic taxon. The count without a taxon is of observations
    /// in none.
    pub IconicTaxaCounts: GET "/observations/iconic_taxa_counts" -> Page<TaxonCount>, OPTIONAL;
    preset(fields(Fields::all()));
    shared filters, names, cached, selected;
}

operation! {
    /// Counts the species in each iconic taxon.
    pub IconicTaxaSpeciesCounts: GET "/observations/iconic_taxa_species_counts" -> Page<TaxonCount>, OPTIONAL;
    preset(fields(Fields::all()));
    shared filters, names, cached, selected;
}

operation! {
    /// Counts observations, species and observers for each project under an umbrella project, which
    /// `project_id` names.
    pub UmbrellaProjectStats: GET "/observations/umbrella_project_stats" -> Page<ProjectCount>, OPTIONAL;
    preset(fields(Fields::all()));
    shared filters, names, cached, selected;
}

operation! {
    /// Counts the observations of each quality grade. The description allows no filters.
    pub QualityGrades: GET "/observations/quality_grades" -> Page<model::Count>, OPTIONAL;
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Counts the identifications of each category. The description allows no filters.
    pub IdentificationCategories: GET "/observations/identification_categories" -> Page<CategoryCount>, OPTIONAL;
    preset(fields(Fields::all()));
    shared selected;
}

//! Identifications: what people say an observation is.

use jiff::civil::Date;

use crate::{
    model::{CategoryCount, Identification, Rank, TaxonCount, UserCount, choice::choice},
    operation::{operation, response::Done},
    parameter::{
        date_or_time::When,
        lists::{Ids, Words},
    },
    v1::{
        OPTIONAL, WRITE,
        observations::{Agreement, Order, SearchOn, filters as observation_filters},
        shared::pages,
    },
};

/// What identifications are searched by.
macro_rules! filters {
    () => {
        auth_core::parameters! {
            /// With one of these ids.
            id(into Ids);
            /// With a greater id than this one: a search by id goes on from here.
            id_above(u64);
            /// With a smaller id than this one.
            id_below(u64);
            /// By one of these people, by number.
            user_id(into Ids);
            /// By one of these people, by login name.
            user_login(into Words);
            /// The latest of its author on the observation: `true`, which is the service's own choice, `false`, or `any` (not
            /// described; the Node API's controller takes it).
            current(into String);
            /// By the observer.
            own_observation(bool);
            /// Of one of these categories.
            category(into Words);
            /// Made by a change of taxa.
            is_change(bool);
            /// Made by one of these changes of taxa.
            taxon_change_id(into Ids);
            /// Names one of these taxa or their descendants.
            taxon_id(into Ids);
            /// Names none of these taxa or their descendants.
            ids_without_taxon_id(into Ids);
            /// Names a taxon of one of these wide groups, by number.
            iconic_taxon_id(into Ids);
            /// Names a taxon of one of these ranks.
            rank(into Words);
            /// Names a taxon of this rank or a lower one.
            hrank(into Rank);
            /// Names a taxon of this rank or a higher one.
            lrank(into Rank);
            /// Names a taxon that is in use.
            taxon_active(bool);
            /// Names the taxon that the observation has.
            current_taxon(bool);
            /// On observations of one of these taxa or their descendants.
            observation_taxon_id(into Ids);
            /// On observations of none of these taxa or their descendants.
            ids_without_observation_taxon_id(into Ids);
            /// On observations of one of these wide groups, by number.
            observation_iconic_taxon_id(into Ids);
            /// On observations of a taxon of one of these ranks.
            observation_rank(into Words);
            /// On observations of a taxon of this rank or a lower one.
            observation_hrank(into Rank);
            /// On observations of a taxon of this rank or a higher one.
            observation_lrank(into Rank);
            /// On observations of a taxon that is in use.
            observation_taxon_active(bool);
            /// On observations in one of these places.
            place_id(into Ids);
            /// On observations of one of these quality grades.
            quality_grade(into Words);
            /// Made on this day, or at this moment, or later.
            d1(into When);
            /// Made on this day, or at this moment, or earlier.
            d2(into When);
            /// On observations that were made at iNaturalist on this day or later.
            observation_created_d1(into When);
            /// On observations that were made at iNaturalist on this day or earlier.
            observation_created_d2(into When);
            /// On observations of this day or later.
            observed_d1(into When);
            /// On observations of this day or earlier.
            observed_d2(into When);
            /// Which way to order.
            order(into Order);
            /// What to order by.
            order_by(into OrderBy);
            /// The answer has ids alone.
            only_id(bool);
        }
    };
}

/// What an identification says.
macro_rules! says {
    () => {
        operation! { @fields "identification";
            /// The observation.
            observation_id(u64);
            /// What it is.
            taxon_id(u64);
            /// Whether it stands; only the latest of each person does.
            current(bool);
            /// Why.
            body(into String);
        }
    };
}

operation! {
    /// Searches for identifications. Followed through its pages it goes by id.
    pub Search: GET "/identifications" -> Page<Identification>, OPTIONAL;
    pages 30, 200, by id;
    shared filters, pages;
}

operation! {
    /// Identifications by their numbers, 200 at most.
    pub Get: GET "/identifications/{id}" -> Page<Identification>, OPTIONAL;
    at(id(into Ids));
    ids 30, 200;
}

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
    /// Taxa that were identified lately for the first time. The answer's records have an identification and its taxon.
    pub RecentTaxa: GET "/identifications/recent_taxa" -> Page<crate::model::RecentTaxon>, OPTIONAL;
    pages 30, 200;
    shared filters, pages;
}

operation! {
    /// Species that observations of a taxon are confused with, with counts. It takes what a search for observations takes.
    pub SimilarSpecies: GET "/identifications/similar_species" -> Page<TaxonCount>, OPTIONAL;
    with(taxon_id(u64));
    shared observation_filters;
}

operation! {
    /// Identifies an observation.
    pub Create: POST "/identifications" -> One<Identification>, WRITE;
    with(observation_id(u64), taxon_id(u64));
    shared says;
    body "identification" {}
}

operation! {
    /// Changes an identification of one's own; with [`current(false)`](Self::current) it is withdrawn.
    pub Update: PUT "/identifications/{id}" -> One<Identification>, WRITE;
    at(id(u64));
    shared says;
    body "identification" {}
}

operation! {
    /// Deletes an identification of one's own.
    pub Delete: DELETE "/identifications/{id}" -> Whole<Done>, WRITE;
    at(id(u64));
}

choice! {
    /// What identifications are ordered by.
    pub enum OrderBy {
        /// By id.
        Id = "id",
        /// By the time they were made.
        CreatedAt = "created_at",
    }
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

//! What identifications are searched by: the same for the search itself and for counts of it.

use crate::model::choice::choice;

/// What identifications are searched by.
macro_rules! filters {
    () => {
        auth_core::parameters! {
            /// With one of these ids.
            id(into IdList);
            /// With a greater id than this one: a search by id goes on from here.
            id_above(u64);
            /// With a smaller id than this one.
            id_below(u64);
            /// By one of these people, by number.
            user_id(into IdList);
            /// By one of these people, by login name.
            user_login(into StringList);
            /// The latest of its author on the observation: `true`, which is the service's own choice, `false`, or `any` (not
            /// described; the Node API's controller takes it).
            current(into String);
            /// By the observer.
            own_observation(bool);
            /// Of one of these categories.
            category(into StringList);
            /// Made by a change of taxa.
            is_change(bool);
            /// Made by one of these changes of taxa.
            taxon_change_id(into IdList);
            /// Names one of these taxa or their descendants.
            taxon_id(into IdList);
            /// Names none of these taxa or their descendants.
            ids_without_taxon_id(into IdList);
            /// Names a taxon of one of these wide groups, by number.
            iconic_taxon_id(into IdList);
            /// Names a taxon of one of these ranks.
            rank(into StringList);
            /// Names a taxon of this rank or a lower one.
            hrank(into Rank);
            /// Names a taxon of this rank or a higher one.
            lrank(into Rank);
            /// Names a taxon that is in use.
            taxon_active(bool);
            /// Names the taxon that the observation has.
            current_taxon(bool);
            /// On observations of one of these taxa or their descendants.
            observation_taxon_id(into IdList);
            /// On observations of none of these taxa or their descendants.
            ids_without_observation_taxon_id(into IdList);
            /// On observations of one of these wide groups, by number.
            observation_iconic_taxon_id(into IdList);
            /// On observations of a taxon of one of these ranks.
            observation_rank(into StringList);
            /// On observations of a taxon of this rank or a lower one.
            observation_hrank(into Rank);
            /// On observations of a taxon of this rank or a higher one.
            observation_lrank(into Rank);
            /// On observations of a taxon that is in use.
            observation_taxon_active(bool);
            /// On observations in one of these places.
            place_id(into IdList);
            /// On observations of one of these quality grades.
            quality_grade(into StringList);
            /// Made on this day, or at this moment, or later.
            d1(into DateOrTime);
            /// Made on this day, or at this moment, or earlier.
            d2(into DateOrTime);
            /// On observations that were made at iNaturalist on this day or later.
            observation_created_d1(into DateOrTime);
            /// On observations that were made at iNaturalist on this day or earlier.
            observation_created_d2(into DateOrTime);
            /// On observations of this day or later.
            observed_d1(into DateOrTime);
            /// On observations of this day or earlier.
            observed_d2(into DateOrTime);
            /// Which way to order.
            order(into Order);
            /// What to order by.
            order_by(into OrderBy);
            /// The response has ids alone.
            only_id(bool);
        }
    };
}
pub(super) use filters;

choice! {
    /// What identifications are ordered by.
    pub enum OrderBy {
        /// By id.
        Id = "id",
        /// By the time they were made.
        CreatedAt = "created_at",
    }
}

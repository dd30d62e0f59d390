//! The filters for identifications, shared by the search and the counts.

use crate::model::choice::choice;

/// The filters for identifications.
macro_rules! filters {
    () => {
        auth_core::parameters! {
            /// Matches identifications with one of these ids.
            id(into IdList);
            /// Matches identifications with an id above this one. A list followed by id sets it
            /// itself.
            id_above(u64);
            /// Matches identifications with an id below this one.
            id_below(u64);
            /// Matches identifications by one of these users, given by id, or by one user, given by
            /// login name.
            user_id(into StringList);
            /// Matches identifications by one of these users, given by login name.
            user_login(into StringList);
            /// Matches identifications that are their author's latest on the observation: `true`
            /// (iNaturalist's default), `false`, or `any` (not described; the Node API's controller
            /// accepts it).
            current(into String);
            /// Matches identifications by the observer.
            own_observation(bool);
            /// Matches identifications of one of these categories.
            category(into StringList);
            /// Matches identifications made by a change of taxa.
            is_change(bool);
            /// Matches identifications made by one of these changes of taxa.
            taxon_change_id(into IdList);
            /// Matches identifications as one of these taxa or their descendants.
            taxon_id(into IdList);
            /// Matches identifications as none of these taxa or their descendants.
            ids_without_taxon_id(into IdList);
            /// Matches identifications as a taxon in one of these iconic taxa, given by id.
            iconic_taxon_id(into IdList);
            /// Matches identifications as a taxon of one of these ranks.
            rank(into StringList);
            /// Matches identifications as a taxon of this rank or a lower one.
            hrank(into Rank);
            /// Matches identifications as a taxon of this rank or a higher one.
            lrank(into Rank);
            /// Matches identifications as a taxon that is active.
            taxon_active(bool);
            /// Matches identifications as the taxon that the observation has now.
            current_taxon(bool);
            /// Matches identifications on observations of one of these taxa or their descendants.
            observation_taxon_id(into IdList);
            /// Matches identifications on observations of none of these taxa or their descendants.
            ids_without_observation_taxon_id(into IdList);
            /// Matches identifications on observations in one of these iconic taxa, given by id.
            observation_iconic_taxon_id(into IdList);
            /// Matches identifications on observations of a taxon of one of these ranks.
            observation_rank(into StringList);
            /// Matches identifications on observations of a taxon of this rank or a lower one.
            observation_hrank(into Rank);
            /// Matches identifications on observations of a taxon of this rank or a higher one.
            observation_lrank(into Rank);
            /// Matches identifications on observations of a taxon that is active.
            observation_taxon_active(bool);
            /// Matches identifications on observations in one of these places.
            place_id(into IdList);
            /// Matches identifications on observations of one of these quality grades.
            quality_grade(into StringList);
            /// Matches identifications made on this day, or at this moment, or later.
            d1(into DateOrTime);
            /// Matches identifications made on this day, or at this moment, or earlier.
            d2(into DateOrTime);
            /// Matches identifications on observations created at iNaturalist on this day or later.
            observation_created_d1(into DateOrTime);
            /// Matches identifications on observations created at iNaturalist on this day or
            /// earlier.
            observation_created_d2(into DateOrTime);
            /// Matches identifications on observations made on this day or later.
            observed_d1(into DateOrTime);
            /// Matches identifications on observations made on this day or earlier.
            observed_d2(into DateOrTime);
            /// Sets the direction of the order.
            order(into Order);
            /// Sets the key to order by.
            order_by(into OrderBy);
            /// Requests only the ids.
            only_id(bool);
        }
    };
}
pub(super) use filters;

choice! {
    /// The key that identifications are ordered by.
    pub enum OrderBy {
        /// By id.
        Id = "id",
        /// By the time of creation.
        CreatedAt = "created_at",
    }
}

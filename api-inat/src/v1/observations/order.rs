//! The order of a search.

use crate::model::choice::choice;

choice! {
    /// The key that a search is ordered by.
    pub enum OrderBy {
        /// By id: the only order in which a list can be followed past 10,000 results.
        Id = "id",
        /// By the time of creation at iNaturalist.
        CreatedAt = "created_at",
        /// By the day they were observed on.
        ObservedOn = "observed_on",
        /// By the time of the last change.
        UpdatedAt = "updated_at",
        /// By the observer's own name for the species.
        SpeciesGuess = "species_guess",
        /// By the number of users who marked them as a favourite.
        Votes = "votes",
        /// By how likely the taxon is at that location.
        GeoScore = "geo_score",
        /// At random, different each time.
        Random = "random",
    }
}

choice! {
    /// The direction of an order.
    pub enum Order {
        /// The smallest first; by id, the oldest.
        Asc = "asc",
        /// The largest first; by id, the newest.
        Desc = "desc",
    }
}

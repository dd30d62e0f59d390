//! How a search is ordered.

use crate::model::choice::choice;

choice! {
    /// What a search is ordered by.
    pub enum OrderBy {
        /// By id: the one order that can be followed without end.
        Id = "id",
        /// By the time they were made at iNaturalist.
        CreatedAt = "created_at",
        /// By the day they were observed on.
        ObservedOn = "observed_on",
        /// By the time they last changed.
        UpdatedAt = "updated_at",
        /// By what the observer called them.
        SpeciesGuess = "species_guess",
        /// By the number of people who marked them as a favourite.
        Votes = "votes",
        /// By how likely the taxon is at that place.
        GeoScore = "geo_score",
        /// By chance, another one each time.
        Random = "random",
    }
}

choice! {
    /// Which way a search is ordered.
    pub enum Order {
        /// The smallest first; by id, the oldest.
        Asc = "asc",
        /// The largest first; by id, the newest.
        Desc = "desc",
    }
}

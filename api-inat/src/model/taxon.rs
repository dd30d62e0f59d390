//! A taxon.

use super::photo::Photo;

record! {
    /// A taxon: a species, a genus, a kingdom.
    pub struct Taxon {
        /// Its number.
        pub id: u64,
        /// Its scientific name.
        pub name: Option<String>,
        /// Such as `species` or `genus`.
        pub rank: Option<String>,
        /// The rank as a number: 10 for a species, 70 for a kingdom; smaller is narrower.
        pub rank_level: Option<f64>,
        /// Its common name in the language and place of the caller, where there is one.
        pub preferred_common_name: Option<String>,
        /// The name of the wide group it is shown under, such as `Plantae`.
        pub iconic_taxon_name: Option<String>,
        /// The number of that group.
        pub iconic_taxon_id: Option<u64>,
        /// Whether it is in use; an inactive one was merged into or split from others.
        pub is_active: Option<bool>,
        /// Its ancestors from the root down, and itself.
        pub ancestor_ids: Vec<u64>,
        /// Introduced at the place of the observation.
        pub introduced: Option<bool>,
        /// Native at the place of the observation.
        pub native: Option<bool>,
        /// Endemic to the place of the observation.
        pub endemic: Option<bool>,
        /// Threatened at the place of the observation.
        pub threatened: Option<bool>,
        /// How many observations there are of it and its descendants.
        pub observations_count: Option<u64>,
        /// The photo that stands for it.
        pub default_photo: Option<Photo>,
    }
}

//! What computer vision suggests, and what is suggested from elsewhere.

use std::sync::Arc;

use serde_json::Value;

use super::taxon::Taxon;

record! {
    /// The taxa suggested for a picture.
    pub struct Suggestions {
        /// The taxa, the likeliest first.
        pub results: Vec<Suggestion>,
        /// What the likeliest ones have in common.
        pub common_ancestor: Option<Suggestion>,
    }
}

record! {
    /// A taxon, and how likely it is.
    pub struct Suggestion {
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// By sight and place together, 0 to 100.
        pub combined_score: Option<f64>,
        /// By sight, 0 to 100.
        pub vision_score: Option<f64>,
        /// 1 where it is expected nearby, 0 where not.
        pub frequency_score: Option<f64>,
        /// Of a common ancestor: the sum of what lies below, 0 to 100.
        pub score: Option<f64>,
    }
}

record! {
    /// The taxa suggested for an observation, from pictures, from what was found nearby, or from lists.
    pub struct TaxonSuggestions {
        /// The taxa, the likeliest first.
        pub results: Vec<TaxonSuggestion>,
        /// What the likeliest ones have in common.
        pub common_ancestor: Option<Suggestion>,
        /// The list that has all taxa of the place, where there is one.
        pub comprehensiveness: Option<Value>,
        /// What was asked for, as the service understood it.
        pub query: Option<Value>,
    }
}

record! {
    /// A taxon, how likely it is, and where that is taken from.
    pub struct TaxonSuggestion {
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// What it is taken from, such as `visual` or `observations`.
        pub source_type: Option<Box<str>>,
        /// How likely it is, as a number of the source's own.
        pub score: Option<f64>,
        /// What that number is made of.
        pub source_details: Option<Value>,
    }
}

//! Suggestions of taxa, by computer vision and from other sources.

use std::sync::Arc;

use serde_json::Value;

use super::{observation::Observation, place::Place, record::Identified, taxon::Taxon};

record! {
    /// The taxa suggested for a picture.
    pub struct Suggestions {
        /// The taxa, the most likely first.
        pub results: Vec<Suggestion>,
        /// The common ancestor of the most likely ones.
        pub common_ancestor: Option<Suggestion>,
        /// The number of taxa.
        pub total_results: Option<u64>,
        /// The number of the page: 1.
        pub page: Option<u64>,
        /// The number of taxa on the page.
        pub per_page: Option<u64>,
        /// What iNaturalist's experiments add.
        pub experimental: Option<Value>,
    }
}

record! {
    /// A taxon with its scores.
    pub struct Suggestion {
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The score by picture and location together, 0 to 100.
        pub combined_score: Option<f64>,
        /// The score by picture, 0 to 100.
        pub vision_score: Option<f64>,
        /// 1 if it is expected nearby, otherwise 0.
        pub frequency_score: Option<f64>,
        /// For a common ancestor: the sum of the scores below it, 0 to 100.
        pub score: Option<f64>,
    }
}

record! {
    /// The taxa suggested for an observation, from pictures, from observations nearby, or from
    /// lists.
    pub struct TaxonSuggestions {
        /// The taxa, the most likely first.
        pub results: Vec<TaxonSuggestion>,
        /// The common ancestor of the most likely ones.
        pub common_ancestor: Option<Suggestion>,
        /// The list with all taxa of the place, if there is one.
        pub comprehensiveness: Option<Value>,
        /// The request as iNaturalist understood it.
        pub query: Option<Value>,
        /// The taxon of the request.
        pub query_taxon = "queryTaxon": Option<Arc<Taxon>>,
        /// The place of the request.
        pub query_place = "queryPlace": Option<Box<Place>>,
    }
}

record! {
    /// A photo that fits a search in words.
    pub struct LanguageMatch {
        /// The id of the photo.
        pub photo_id: Option<u64>,
        /// How well it fits; higher is better.
        pub score: Option<f64>,
        /// The observation of the photo.
        pub observation: Option<Box<Observation>>,
    }
}

impl Identified for LanguageMatch {
    fn id(&self) -> Option<u64> {
        self.photo_id
    }
}

record! {
    /// A taxon with its score and the source of the score.
    pub struct TaxonSuggestion {
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The source, such as `visual` or `observations`.
        pub source_type: Option<Box<str>>,
        /// The score, on the scale of the source.
        pub score: Option<f64>,
        /// The components of the score.
        pub source_details: Option<Value>,
    }
}

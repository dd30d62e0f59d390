//! What computer vision suggests.

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
        pub taxon: Option<Taxon>,
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

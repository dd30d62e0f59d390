//! Summaries of how to identify taxa, written from identifications of users.

use super::moment::Moment;

record! {
    /// What users have written about the identification of a taxon, summed up by a program.
    pub struct TaxonIdSummary {
        /// The id.
        pub id: u64,
        /// The UUID, which identifies it in the API.
        pub uuid: Option<Box<str>>,
        /// It is shown to users.
        pub active: Option<bool>,
        /// The id of the taxon.
        pub taxon_id: Option<u64>,
        /// The scientific name of the taxon.
        pub taxon_name: Option<Box<str>>,
        /// The common name of the taxon.
        pub taxon_common_name: Option<Box<str>>,
        /// The id of a photo of the taxon.
        pub taxon_photo_id: Option<u64>,
        /// The owner and the licence of that photo, as a sentence.
        pub taxon_photo_attribution: Option<Box<str>>,
        /// The id of the observation of that photo.
        pub taxon_photo_observation_id: Option<u64>,
        /// The group of taxa that it belongs to.
        pub taxon_group: Option<Box<str>>,
        /// The language.
        pub language: Option<Box<str>>,
        /// The name of the run that wrote it.
        pub run_name: Option<Box<str>>,
        /// The time of that run.
        pub run_generated_at: Option<Moment>,
        /// The description of that run.
        pub run_description: Option<Box<str>>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The summaries, each of one feature.
        pub id_summaries: Vec<IdSummary>,
    }
}

record! {
    /// A feature by which a taxon is identified.
    pub struct IdSummary {
        /// The id.
        pub id: u64,
        /// The id of the taxon's summary.
        pub taxon_id_summary_id: Option<u64>,
        /// The text.
        pub summary: Option<Box<str>>,
        /// Advice for photos that show the feature.
        pub photo_tip: Option<Box<str>>,
        /// The group of features that it belongs to.
        pub visual_key_group: Option<Box<str>>,
        /// How good it is, as a number that iNaturalist defines.
        pub score: Option<f64>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// What users wrote, from which it was made.
        pub references: Vec<IdSummaryReference>,
    }
}

record! {
    /// A comment or identification from which a summary was made.
    pub struct IdSummaryReference {
        /// The id.
        pub id: u64,
        /// The id of the summary.
        pub id_summary_id: Option<u64>,
        /// The UUID of the comment or identification.
        pub reference_uuid: Option<Box<str>>,
        /// The type of that record.
        pub reference_source: Option<Box<str>>,
        /// The id of its observation.
        pub reference_observation_id: Option<u64>,
        /// The time it was written.
        pub reference_date: Option<Moment>,
        /// The text.
        pub reference_content: Option<Box<str>>,
        /// The id of the author.
        pub user_id: Option<u64>,
        /// The login name of the author.
        pub user_login: Option<Box<str>>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

//! Observations: search, read by UUID, count, create, change, mark and delete them.

mod counts;
mod marks;
mod search;
mod write;

pub use counts::{
    Histogram, IconicTaxaCounts, IconicTaxaSpeciesCounts, IdentificationCategories, Identifiers,
    Observers, PopularFieldValues, QualityGrades, SpeciesCounts, UmbrellaProjectStats,
};
pub use marks::{
    Fave, MarkViewed, QualityMetrics, Review, Subscriptions, ToggleSubscription, Unfave, Unreview,
    UnvoteQuality, Updates, VoteQuality,
};
pub(in crate::v2) use search::filters;
pub use search::{Deleted, Get, Search, TaxonSummary};
pub use write::{Create, Delete, Update};

//! Observations: search, read by id, count, create, change and mark them.

mod counts;
mod filters;
mod marks;
mod order;
mod search;
mod write;

pub use counts::{
    DateField, Histogram, IconicTaxaCounts, IconicTaxaSpeciesCounts, IdentificationCategories,
    Identifiers, Interval, LifelistExport, Observers, ObserversBy, PopularFieldValues,
    QualityGrades, SimilarSpecies, SpeciesCounts, Taxa, TaxaCountsByMonth, Taxonomy, TreeTaxa,
    UmbrellaProjectStats,
};
pub(in crate::v1) use filters::filters;
pub use filters::{Agreement, SearchOn};
pub(crate) use filters::{cached, common_filters};
pub use marks::{
    Fave, MarkViewed, Metric, ObservationsBy, QualityMetrics, Review, Subscriptions, Unfave,
    Unreview, UnvoteQuality, Updates, VoteQuality,
};
pub use order::{Order, OrderBy};
pub use search::{Deleted, Get, Search, TaxonSummary};
pub use write::{Create, Delete, Update};

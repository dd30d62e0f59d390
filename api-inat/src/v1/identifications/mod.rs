//! Identifications: the taxa that users assign to an observation.

mod counts;
mod filters;
mod search;
mod write;

pub use counts::{
    Categories, Identifiers, Observers, RecentTaxa, SimilarSpecies, SpeciesCounts, TaxonOf,
};
pub use filters::OrderBy;
pub use search::{Get, Search};
pub use write::{Create, Delete, Update};

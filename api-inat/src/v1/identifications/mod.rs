//! Identifications: what people say an observation is.

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

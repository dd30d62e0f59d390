//! The envelope around every list.

use serde::Deserialize;

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// How many records there are on all pages. With `id_above` or `id_below` set: how many beyond that id.
    #[serde(default, deserialize_with = "crate::model::tolerant::read")]
    pub total_results: Option<u64>,
    /// Which page this is; the first is 1.
    #[serde(default, deserialize_with = "crate::model::tolerant::read")]
    pub page: Option<u64>,
    /// How many records a page has: the smaller of the number asked for and the total.
    #[serde(default, deserialize_with = "crate::model::tolerant::read")]
    pub per_page: Option<u64>,
    /// The records.
    pub results: Vec<T>,
}

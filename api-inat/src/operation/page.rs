//! The envelope around every list.

use serde::{Deserialize, Deserializer};

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
    #[serde(
        deserialize_with = "records",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    pub results: Vec<T>,
}

/// A list that may be null, and may have nulls in it.
fn records<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let list: Option<Vec<Option<T>>> = Deserialize::deserialize(from)?;
    Ok(list.unwrap_or_default().into_iter().flatten().collect())
}

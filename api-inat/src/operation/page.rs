//! The envelope of every list.

use serde::{Deserialize, Deserializer};

/// One page of a list.
///
/// ```
/// use api_inat::{Page, model::Taxon};
///
/// let json = r#"{"total_results":31,"page":1,"per_page":1,"results":[{"id":7,"name":"Aves"}]}"#;
/// let page: Page<Taxon> = serde_json::from_str(json)?;
/// assert_eq!((page.total_results, page.results.len()), (Some(31), 1));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[doc(alias = "pagination")]
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The number of records on all pages. With `id_above` or `id_below`: the number beyond that
    /// id.
    #[serde(default, deserialize_with = "crate::model::tolerant::read")]
    pub total_results: Option<u64>,
    /// The number of this page, from 1.
    #[serde(default, deserialize_with = "crate::model::tolerant::read")]
    pub page: Option<u64>,
    /// The number of records on a page: the smaller of the requested number and the total.
    #[serde(default, deserialize_with = "crate::model::tolerant::read")]
    pub per_page: Option<u64>,
    /// The records.
    #[serde(
        deserialize_with = "records",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    pub results: Vec<T>,
}

/// Reads a list that may be null and may contain nulls.
fn records<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let list: Option<Vec<Option<T>>> = Deserialize::deserialize(from)?;
    Ok(list.unwrap_or_default().into_iter().flatten().collect())
}

//! The envelope of every list.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value};

use crate::model::{
    Bounds,
    tolerant::{Pool, Reading},
    written::Written,
};

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
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The number of records on all pages. With `id_above` or `id_below`: the number beyond that
    /// id.
    pub total_results: Option<u64>,
    /// The number of this page, from 1.
    pub page: Option<u64>,
    /// The number of records on a page: the smaller of the requested number and the total.
    pub per_page: Option<u64>,
    /// The box around all records of the list, if it was requested with
    /// [`return_bounds`](crate::v1::observations::Search::return_bounds).
    pub total_bounds: Option<Bounds>,
    /// The records.
    pub results: Vec<T>,
    /// What else the response has beside the records, by the API's own names.
    pub extra: Map<String, Value>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            total_results: None,
            page: None,
            per_page: None,
            total_bounds: None,
            results: Vec::new(),
            extra: Map::new(),
        }
    }
}

impl<T> Page<T> {
    /// Creates a page of records without an envelope.
    pub(crate) fn bare(results: Vec<T>) -> Self {
        Self {
            results,
            ..Self::default()
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Envelope(PhantomData))
    }
}

struct Envelope<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Envelope<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page: an object with `results`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Page<T>, A::Error> {
        let pool = Pool::default();
        let mut page = Page::default();
        let mut results = None;
        while let Some(name) = entries.next_key::<String>()? {
            match name.as_str() {
                "total_results" => {
                    page.total_results = entries.next_value_seed(Reading::new(&pool))?;
                }
                "page" => page.page = entries.next_value_seed(Reading::new(&pool))?,
                "per_page" => page.per_page = entries.next_value_seed(Reading::new(&pool))?,
                "total_bounds" => {
                    page.total_bounds = entries.next_value_seed(Reading::new(&pool))?
                }
                "results" => results = Some(entries.next_value_seed(Records(PhantomData))?),
                _ => drop(page.extra.insert(name, entries.next_value()?)),
            }
        }
        page.results = results.ok_or_else(|| A::Error::custom("it has no `results`"))?;
        Ok(page)
    }
}

/// A list that may be null and may contain nulls.
struct Records<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Records<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Vec<T>, D::Error> {
        let list: Option<Vec<Option<T>>> = Deserialize::deserialize(from)?;
        Ok(list.unwrap_or_default().into_iter().flatten().collect())
    }
}

/// Writes what is present, and the records.
impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        self.total_results.entry("total_results", &mut map)?;
        self.page.entry("page", &mut map)?;
        self.per_page.entry("per_page", &mut map)?;
        self.total_bounds.entry("total_bounds", &mut map)?;
        map.serialize_entry("results", &self.results)?;
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

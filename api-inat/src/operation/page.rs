//! The envelope of every list.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value};

use crate::model::{
    Bounds,
    tolerant::{Failed, Pool, Source, Tolerant, object},
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
        let mut page = Page::default();
        let mut found = false;
        while let Some(name) = entries.next_key::<String>()? {
            if name == "results" {
                let expected = expected(&page);
                page.results.clear();
                let records = Records(&mut page.results, expected);
                entries.next_value_seed(records)?;
                found = true;
                continue;
            }
            let around = Around {
                total_results: &mut page.total_results,
                page: &mut page.page,
                per_page: &mut page.per_page,
                total_bounds: &mut page.total_bounds,
                extra: &mut page.extra,
            };
            object(&mut entries, |from| around.read(name, from))?;
        }
        match found {
            true => Ok(page),
            false => Err(A::Error::custom("it has no `results`")),
        }
    }
}

/// The fields of a page other than its records.
struct Around<'a> {
    total_results: &'a mut Option<u64>,
    page: &'a mut Option<u64>,
    per_page: &'a mut Option<u64>,
    total_bounds: &'a mut Option<Bounds>,
    extra: &'a mut Map<String, Value>,
}

impl Around<'_> {
    /// Reads the next value into the field with this name.
    fn read(self, name: String, from: &mut dyn Source) -> Result<(), Failed> {
        let pool = Pool::default();
        match name.as_str() {
            "total_results" => self.total_results.read(from, &pool),
            "page" => self.page.read(from, &pool),
            "per_page" => self.per_page.read(from, &pool),
            "total_bounds" => self.total_bounds.read(from, &pool),
            _ => {
                let mut value = Value::Null;
                value.read(from, &pool)?;
                self.extra.insert(name, value);
                Ok(())
            }
        }
    }
}

/// The most records that a list has room for before it has them: a page of observations.
const MOST: u64 = 200;

/// Returns how many records the list will have, as far as the response has said so.
fn expected<T>(page: &Page<T>) -> usize {
    let said = page.per_page.unwrap_or_default();
    let most = page.total_results.unwrap_or(MOST).min(MOST);
    usize::try_from(said.min(most)).unwrap_or_default()
}

/// A list that may be null and may contain nulls. Puts the records in their place as they come: a
/// wide one is copied no more than it has to be.
struct Records<'a, T>(&'a mut Vec<T>, usize);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Records<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_option(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Records<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(records, expected) = self;
        while items.next_element_seed(Next(records, expected))?.is_some() {}
        // Less was there than was said.
        if records.len() < records.capacity() / 2 {
            records.shrink_to_fit();
        }
        Ok(())
    }
}

/// The next record of a list.
struct Next<'a, T>(&'a mut Vec<T>, usize);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Next<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_option(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Next<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let Self(records, expected) = self;
        if records.capacity() == 0 {
            records.reserve_exact(expected);
        }
        T::deserialize(from).map(|record| records.push(record))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What the response says of the number of its records is believed within bounds.
    #[test]
    fn the_room_for_records() {
        let check = |per_page: u64, total: u64, records: usize, most: usize| {
            let results = vec![7; records];
            let json = format!(
                r#"{{"total_results":{total},"page":1,"per_page":{per_page},"results":{results:?}}}"#
            );
            let page: Page<u64> = serde_json::from_str(&json).expect("a page");
            assert_eq!(page.results, results);
            assert!(page.results.capacity() <= most, "{json}");
        };
        check(200, 1_000, 200, 200);
        check(30, 1_000, 30, 30);
        check(200, 1_000, 7, 14);
        check(200, 7, 7, 7);
        check(200, 0, 7, 14);
        check(0, 0, 7, 14);
        check(u64::MAX, u64::MAX, 1, 2);
        check(u64::MAX, u64::MAX, 0, 0);
        check(10, 10, 300, 600);
    }

    #[test]
    fn the_last_of_two_lists_counts() {
        let ids = |json| serde_json::from_str::<Page<u64>>(json).map(|page| page.results);
        let read = ids(r#"{"results":[1,2],"results":[3,null]}"#).expect("a page");
        assert_eq!(read, [3]);
        let read = ids(r#"{"results":[1,2],"results":null}"#).expect("a page");
        assert_eq!(read, [0; 0]);
        assert!(ids(r#"{"results":7}"#).is_err());
        assert!(ids(r#"{"results":[1,"x"]}"#).is_err());
        assert!(ids("{}").is_err());
    }
}

//! The wrapper of every list: V4's with `success`, V5's without.

use std::{
    fmt,
    hash::{DefaultHasher, Hasher},
    marker::PhantomData,
};

use auth_core::{Error, Response, read_json};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::Value;

use crate::errors;

/// The content of a response without its wrapper, and the totals.
///
/// Info Flora documents the wrapper. The totals were observed in public clients: `total_count` and
/// `filtered_count` in the body, or the header `x-filtered-total`.
///
/// ```
/// use api_infoflora::{Envelope, observations::Observation};
/// use auth_core::{Response, ResponseBody};
///
/// let body = r#"{"success":true,"data":[{"obs_id":9000001}],"filtered_count":50}"#;
/// let response = Response::new(ResponseBody::new(body.into()));
/// let page = Envelope::<Vec<Observation>>::read(&response)?;
/// assert_eq!(page.data[0].obs_id, Some(9_000_001));
/// assert_eq!(page.total(), Some(50));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Envelope<T> {
    /// The records.
    pub data: T,
    /// The number of records without the filters.
    pub total_count: Option<u64>,
    /// The number of records that match the filters, on all pages.
    pub filtered_count: Option<u64>,
    /// A hash of the whole body, to detect a duplicate page.
    fingerprint: u64,
}

impl<T> Envelope<T> {
    /// Returns the number of records on all pages: with the filters if the response contains it,
    /// else without. `None` is usual in V5, which counts only with `with_total`.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.filtered_count.or(self.total_count)
    }

    pub(crate) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}

impl<T: DeserializeOwned> Envelope<T> {
    /// Reads a response of V4 or V5.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](auth_core::ErrorKind::Refused) if the status is not a success, or for
    /// V4's `"success": false` in a success.
    /// [`ErrorKind::Malformed`](auth_core::ErrorKind::Malformed) if the response cannot be read
    /// into `T`.
    pub fn read(response: &Response) -> Result<Self, Error> {
        if !response.status().is_success() {
            return Err(errors::refusal(response));
        }
        let wire: Wire<T> = read_json(response).map_err(|error| unreadable(response, error))?;
        if wire.success == Some(Value::Bool(false)) {
            return Err(errors::unsuccessful(response));
        }
        let header = response.headers().get("x-filtered-total");
        let counted = header.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut hasher = DefaultHasher::new();
        hasher.write(response.body().as_bytes());
        Ok(Self {
            data: wire.data.ok_or_else(|| errors::without_data(response))?,
            total_count: wire.total_count,
            filtered_count: wire.filtered_count.or(counted),
            fingerprint: hasher.finish(),
        })
    }
}

/// Reads the body alone, so a total in a header is missing.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(from)?;
        let failed = wire.success == Some(Value::Bool(false));
        let data = match wire.data {
            Some(data) if !failed => data,
            _ if failed => return Err(D::Error::custom("the response contains `success: false`")),
            _ => return Err(D::Error::missing_field("data")),
        };
        Ok(Self {
            data,
            total_count: wire.total_count,
            filtered_count: wire.filtered_count,
            fingerprint: 0,
        })
    }
}

/// Writes the wrapper of V5, which is read again for both versions.
impl<T: Serialize> Serialize for Envelope<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("data", &self.data)?;
        let counts = [
            ("total_count", self.total_count),
            ("filtered_count", self.filtered_count),
        ];
        for (name, count) in counts {
            if let Some(count) = count {
                map.serialize_entry(name, &count)?;
            }
        }
        map.end()
    }
}

/// Fails if the response is an error: by its status, or by V4's `success: false` in a success.
pub(crate) fn accepted(response: &Response) -> Result<(), Error> {
    if !response.status().is_success() {
        return Err(errors::refusal(response));
    }
    // As text, so that a program contains one JSON parser and not another for bytes.
    let body = String::from_utf8_lossy(response.body().as_bytes());
    let body: Result<Wire<IgnoredAny>, _> = serde_json::from_str(&body);
    match body {
        Ok(wire) if wire.success == Some(Value::Bool(false)) => Err(errors::unsuccessful(response)),
        _ => Ok(()),
    }
}

/// The wrapper as it arrives. Read by hand: serde's derive would be compiled for this alone.
struct Wire<T> {
    success: Option<Value>,
    data: Option<T>,
    total_count: Option<u64>,
    filtered_count: Option<u64>,
}

impl<T> Default for Wire<T> {
    fn default() -> Self {
        Self {
            success: None,
            data: None,
            total_count: None,
            filtered_count: None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Wire<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyWire(PhantomData))
    }
}

struct AnyWire<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AnyWire<T> {
    type Value = Wire<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `data`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Wire<T>, A::Error> {
        let mut wire = Wire::default();
        while let Some(name) = entries.next_key::<String>()? {
            match name.as_str() {
                "success" => wire.success = entries.next_value()?,
                "data" => wire.data = entries.next_value()?,
                "total_count" => wire.total_count = count(&entries.next_value()?),
                "filtered_count" => wire.filtered_count = count(&entries.next_value()?),
                _ => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(wire)
    }

    /// A bare list has no `data` either.
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Wire<T>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Wire::default())
    }
}

/// Returns V4's failure if the response is one: its `data` may have any type, so reading it failed.
fn unreadable(response: &Response, error: Error) -> Error {
    accepted(response).err().unwrap_or(error)
}

/// Reads a count, as a number or as text. Anything else is `None`.
fn count(value: &Value) -> Option<u64> {
    let text = value.as_str().and_then(|text| text.trim().parse().ok());
    value.as_u64().or(text)
}

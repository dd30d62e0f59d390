//! The wrapping of every list: V4's with `success`, V5's without.

use std::hash::{DefaultHasher, Hasher};

use auth_core::{Error, Response, read_json};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, IgnoredAny},
};
use serde_json::Value;

use crate::errors;

/// What a response holds, without its wrapping.
///
/// The wrapping is Info Flora's documented one. The places of the totals were seen in public clients: `total_count` and
/// `filtered_count` in the body, or the header `x-filtered-total`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Envelope<T> {
    /// The records.
    pub data: T,
    /// How many records there are without the filters.
    pub total_count: Option<u64>,
    /// How many records the filters leave, on all pages.
    pub filtered_count: Option<u64>,
    /// Of the whole body, to notice a page that comes twice.
    fingerprint: u64,
}

impl<T> Envelope<T> {
    /// How many records there are on all pages: after the filters if the response says so, otherwise before. `None` is
    /// usual in V5, which counts only when it is asked to.
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
    /// [`ErrorKind::Refused`](auth_core::ErrorKind::Refused): another status than success, or V4's `"success": false` in a success.
    /// [`ErrorKind::Malformed`](auth_core::ErrorKind::Malformed): the response cannot be read into `T`.
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

/// Without the response's headers: a total that stands in one is not seen.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(from)?;
        let failed = wire.success == Some(Value::Bool(false));
        let data = match wire.data {
            Some(data) if !failed => data,
            _ if failed => return Err(D::Error::custom("it says `success: false`")),
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

/// The error of a response that is a refusal: by its status, or by V4's `success: false` in a success.
pub(crate) fn accepted(response: &Response) -> Result<(), Error> {
    if !response.status().is_success() {
        return Err(errors::refusal(response));
    }
    // As text, so that a program has one reader of JSON and not another for bytes.
    let body = String::from_utf8_lossy(response.body().as_bytes());
    let body: Result<Wire<IgnoredAny>, _> = serde_json::from_str(&body);
    match body {
        Ok(wire) if wire.success == Some(Value::Bool(false)) => Err(errors::unsuccessful(response)),
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
struct Wire<T> {
    #[serde(default)]
    success: Option<Value>,
    #[serde(default = "Option::default")]
    data: Option<T>,
    #[serde(default, deserialize_with = "count")]
    total_count: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    filtered_count: Option<u64>,
}

/// A failure may have any `data`, so it is looked for again without reading that.
fn unreadable(response: &Response, error: Error) -> Error {
    accepted(response).err().unwrap_or(error)
}

/// A count, also as text; anything else is none.
fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let value = Value::deserialize(from)?;
    let text = value.as_str().and_then(|text| text.trim().parse().ok());
    Ok(value.as_u64().or(text))
}

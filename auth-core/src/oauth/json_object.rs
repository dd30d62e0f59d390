//! A response that is a JSON object: rejects duplicate keys, and wipes its values when dropped.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};

use super::{jwt::whole_seconds, token_response::is_json};
use crate::{
    leniency::{Quirk, Quirks},
    wire::{response_body::Response, secret::wipe_value, secret_json::SecretValue},
};

/// The fields of a response.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Object(Map<String, Value>);

/// Why a body is not an [`Object`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoObject {
    NotJson,
    KeyTwice,
}

impl Object {
    /// Parses a whole body, whatever its content type.
    #[inline]
    pub(super) fn read(response: &Response) -> Result<Self, NoObject> {
        let text = std::str::from_utf8(response.body().as_bytes());
        let text = text.map_err(|_| NoObject::NotJson)?;
        let mut json = serde_json::Deserializer::from_str(text);
        let (object, duplicate) = json
            .deserialize_map(ObjectVisitor)
            .map_err(|_| NoObject::NotJson)?;
        json.end().map_err(|_| NoObject::NotJson)?;
        match duplicate {
            true => Err(NoObject::KeyTwice),
            false => Ok(object),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// Returns a text that is not empty.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// Returns a list of texts; a single text counts as a list of one.
    #[inline]
    pub(super) fn texts(&self, key: &str) -> Option<Vec<&str>> {
        match self.get(key)? {
            Value::String(text) => Some(vec![text]),
            Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect()),
            _ => None,
        }
    }

    /// Returns a number of seconds. `Err` if the value is something else.
    #[inline]
    pub(super) fn seconds(&self, key: &str, quirks: &mut Quirks) -> Result<Option<u64>, ()> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let (seconds, quirk) = match value {
            Value::Number(number) => match number.as_u64() {
                Some(seconds) => (Some(seconds), None),
                None => (
                    number.as_f64().and_then(whole_seconds),
                    Some(Quirk::LifetimeAsFloat),
                ),
            },
            Value::String(text) => {
                let text = text.trim();
                let seconds = text
                    .parse()
                    .ok()
                    .or_else(|| whole_seconds(text.parse().ok()?));
                (seconds, Some(Quirk::LifetimeAsText))
            }
            _ => (None, None),
        };
        if let (Some(_), Some(quirk)) = (seconds, quirk) {
            quirks.add(quirk);
        }
        seconds.map(Some).ok_or(())
    }

    /// Deserializes a field of any shape.
    pub(super) fn field<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.0.get(key)?).ok()
    }
}

/// Returns the quirks of a response's head: a status other than `expected`, a content type other
/// than JSON.
#[inline]
pub(super) fn head(response: &Response, expected: http::StatusCode) -> Quirks {
    let mut quirks = Quirks::default();
    if response.status() != expected {
        quirks.add(Quirk::OtherStatus);
    }
    if !is_json(response.headers()) {
        quirks.add(Quirk::OtherContentType);
    }
    quirks
}

impl Drop for Object {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe_value);
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({} fields)", self.0.len())
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = (Object, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut object, mut duplicate) = (Object(Map::new()), false);
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            let value = SecretValue::of_raw(value).map_err(A::Error::custom)?;
            if let Some(mut old) = object.0.insert(key, value.into_value()) {
                wipe_value(&mut old);
                duplicate = true;
            }
        }
        Ok((object, duplicate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::response_body::ResponseBody;

    fn object(text: &str) -> Result<Object, NoObject> {
        Object::read(&Response::new(ResponseBody::secret(
            text.as_bytes().to_vec(),
        )))
    }

    #[test]
    fn objects_and_others() {
        let check = |text: &str, expect: Option<NoObject>| {
            assert_eq!(object(text).err(), expect, "{text}");
        };
        check(r#"{"a":1,"b":{"c":1}}"#, None);
        check("{}", None);
        check(r#"{"a":1,"a":1}"#, Some(NoObject::KeyTwice));
        check(r#"{"a":1,"\u0061":1}"#, Some(NoObject::KeyTwice));
        check("[]", Some(NoObject::NotJson));
        check("", Some(NoObject::NotJson));
        check("{} {}", Some(NoObject::NotJson));
        check("{\"a\":1", Some(NoObject::NotJson));
        check(&"[".repeat(10_000), Some(NoObject::NotJson));
    }

    #[test]
    fn numbers_of_seconds() {
        let check = |value: &str, expect: Result<Option<u64>, ()>, quirk: Option<Quirk>| {
            let object = object(&format!("{{\"n\":{value}}}")).expect("an object");
            let mut quirks = Quirks::default();
            assert_eq!(object.seconds("n", &mut quirks), expect, "{value}");
            assert_eq!(quirks.iter().next(), quirk, "{value}");
        };
        check("1800", Ok(Some(1800)), None);
        check("null", Ok(None), None);
        check("\"1800\"", Ok(Some(1800)), Some(Quirk::LifetimeAsText));
        check("1800.9", Ok(Some(1800)), Some(Quirk::LifetimeAsFloat));
        check("-1", Err(()), None);
        check("\"soon\"", Err(()), None);
        check("[1]", Err(()), None);
        check("1e300", Err(()), None);
    }
}

//! Records of an API whose schema nobody documents: every field may be absent, and what is not known is kept.

use serde_json::{Map, Value};

/// A type that a field may have.
pub(crate) trait Field: Sized {
    /// The value, or back what it cannot be read from.
    fn read(value: Value) -> Result<Self, Value>;
}

/// Takes a field out of an object. A null counts as absent; what the field's type cannot hold stays where it is.
pub(crate) fn take<T: Field>(map: &mut Map<String, Value>, name: &str) -> Option<T> {
    match T::read(map.remove(name)?) {
        Ok(field) => Some(field),
        Err(Value::Null) => None,
        Err(value) => {
            map.insert(name.to_owned(), value);
            None
        }
    }
}

/// A record: its struct as written, every field optional, the rest in `extra`.
///
/// The object is read once into a map and the known fields are taken out of it. `#[serde(flatten)]` would do the same
/// with a detour through a buffer that loses the place of errors, and would fail on the first field of another type than
/// expected instead of keeping it; these pages are small enough for the map.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: Option<$Type:ty>,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $($(#[$field_meta])* pub $field: Option<$Type>,)*
            /// Everything else, by the service's own names; also a known field whose value has another type than expected.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $Name {
            fn from_map(mut map: serde_json::Map<String, serde_json::Value>) -> Self {
                Self {
                    $($field: crate::record::take(&mut map, stringify!($field)),)*
                    extra: map,
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(from).map(Self::from_map)
            }
        }

        impl crate::record::Field for $Name {
            fn read(value: serde_json::Value) -> Result<Self, serde_json::Value> {
                match value {
                    serde_json::Value::Object(map) => Ok(Self::from_map(map)),
                    other => Err(other),
                }
            }
        }
    };
}

impl Field for Value {
    /// A field whose type nobody documents.
    fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::Null => Err(Value::Null),
            other => Ok(other),
        }
    }
}

impl Field for String {
    fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }
}

impl Field for u64 {
    fn read(value: Value) -> Result<Self, Value> {
        let text = value.as_str().and_then(|text| text.trim().parse().ok());
        value.as_u64().or(text).ok_or(value)
    }
}

impl Field for i64 {
    fn read(value: Value) -> Result<Self, Value> {
        let text = value.as_str().and_then(|text| text.trim().parse().ok());
        value.as_i64().or(text).ok_or(value)
    }
}

impl Field for f64 {
    fn read(value: Value) -> Result<Self, Value> {
        let text = value.as_str().and_then(|text| text.trim().parse().ok());
        let number = value.as_f64().or(text);
        number.filter(|number| number.is_finite()).ok_or(value)
    }
}

impl<T: Field> Field for Vec<T> {
    /// All of the items, or none: a list is not shortened.
    fn read(value: Value) -> Result<Self, Value> {
        let Value::Array(items) = &value else {
            return Err(value);
        };
        let read: Result<Self, Value> = items.iter().cloned().map(T::read).collect();
        read.map_err(|_| value)
    }
}

//! Records of an API without a documented schema: every field is optional, unknown ones are kept,
//! and all can be written again.

use serde_json::{Map, Value};

/// A type of a field.
pub(crate) trait Field: Sized {
    /// Reads a value. Returns it unchanged if it has another type.
    fn read(value: Value) -> Result<Self, Value>;
}

/// Removes a field from an object and reads it. `null` counts as missing. A value of another type
/// stays in the object.
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

/// Defines a record: a struct with optional fields, and the other fields in `extra`.
///
/// It reads the object into a map and removes the known fields. `#[serde(flatten)]` would do the
/// same through a buffer that loses the position of errors. It would also fail on the first field
/// of another type than expected. These pages are small enough for the map.
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
            /// The other fields, by the service's own names. Also a known field with another type
            /// than expected.
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

        /// Writes the fields that are present, and all of `extra`.
        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let mut map = to.serialize_map(None)?;
                $(if let Some(value) = &self.$field {
                    serde::ser::SerializeMap::serialize_entry(&mut map, stringify!($field), value)?;
                })*
                for (name, value) in &self.extra {
                    serde::ser::SerializeMap::serialize_entry(&mut map, name, value)?;
                }
                serde::ser::SerializeMap::end(map)
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
    /// A field of an undocumented type.
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
    /// Reads all items or none, so that a list is never shortened.
    fn read(value: Value) -> Result<Self, Value> {
        let Value::Array(items) = &value else {
            return Err(value);
        };
        let read: Result<Self, Value> = items.iter().cloned().map(T::read).collect();
        read.map_err(|_| value)
    }
}

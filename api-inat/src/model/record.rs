//! What all records have in common: an id that is required, and fields that are not.

use serde_json::Value;

/// What paging by id has to know of a record.
///
/// Implement it for a type of your own to page through a search that is read into it.
///
/// ```
/// use api_inat::model::Identified;
///
/// #[derive(serde::Deserialize)]
/// struct Dot {
///     id: u64,
///     location: Option<String>,
/// }
///
/// impl Identified for Dot {
///     fn id(&self) -> Option<u64> {
///         Some(self.id)
///     }
/// }
/// ```
pub trait Identified {
    /// The record's number; `None` only if it came without one.
    fn id(&self) -> Option<u64>;
}

impl Identified for Value {
    fn id(&self) -> Option<u64> {
        let id = self.get("id")?;
        id.as_u64().or_else(|| id.as_str()?.parse().ok())
    }
}

/// A kind of record, by its name and the names of the fields that are read.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The name of its type.
    pub name: &'static str,
    /// The names of its fields in the API's JSON.
    pub fields: &'static [&'static str],
}

/// A record: its struct as written, each field read with tolerance. One that begins with `pub id: u64` requires its id.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $(#[$id:meta])*
            pub id: u64,
            $($(#[$field_meta:meta])* pub $field:ident: $Type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $Name {
            $(#[$id])*
            #[serde(deserialize_with = "crate::model::tolerant::id")]
            pub id: u64,
            $(
                $(#[$field_meta])*
                #[serde(default, deserialize_with = "crate::model::tolerant::read")]
                pub $field: $Type,
            )*
        }

        impl crate::model::Identified for $Name {
            fn id(&self) -> Option<u64> {
                Some(self.id)
            }
        }

        record! { @soft $Name "id" $($field)* }
    };
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $Type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $Name {
            $(
                $(#[$field_meta])*
                #[serde(default, deserialize_with = "crate::model::tolerant::read")]
                pub $field: $Type,
            )*
        }

        record! { @soft $Name $($field)* }
    };
    (@soft $Name:ident $($id:literal)? $($field:ident)*) => {
        impl $Name {
            /// Its name and its fields' names.
            #[doc(hidden)]
            pub const SHAPE: crate::model::Shape = crate::model::Shape {
                name: stringify!($Name),
                fields: &[$($id,)? $(stringify!($field)),*],
            };
        }

        impl crate::model::tolerant::Soft for $Name {
            fn read<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
                crate::model::tolerant::record(from)
            }
        }
    };
}

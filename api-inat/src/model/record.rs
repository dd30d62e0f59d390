//! What all records share: a required id, and optional fields.

use serde_json::Value;

/// A record with an id, as paging by id requires.
///
/// Implement it for your own type to follow the pages of a search that reads into it.
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
    /// Returns the id of the record. `None` only if the response has none.
    fn id(&self) -> Option<u64>;
}

impl Identified for Value {
    fn id(&self) -> Option<u64> {
        let id = self.get("id")?;
        id.as_u64().or_else(|| id.as_str()?.parse().ok())
    }
}

/// A type of record: its name and the names of the fields that are read.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The name of its type.
    pub name: &'static str,
    /// The names of its fields in the API's JSON.
    pub fields: &'static [&'static str],
}

/// Returns a field's name in JSON: Rust writes `r#type` for `type`.
pub(crate) const fn plain(field: &'static str) -> &'static str {
    // `str::split_at` is no const fn before Rust 1.86.
    if let [b'r', b'#', name @ ..] = field.as_bytes() {
        if let Ok(name) = std::str::from_utf8(name) {
            return name;
        }
    }
    field
}

/// Defines a record: its struct as written, each field read with tolerance. A record that begins
/// with `pub id: u64` requires its id. Without it, it counts as absent in a field or list, and is
/// an error as the whole response.
///
/// Reads in place, field by field, into a record of absent fields. Of a duplicate field the last
/// value counts.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $(#[$id_meta:meta])*
            pub id: u64,
            $($(#[$field_meta:meta])* pub $field:ident: $Type:ty,)*
        }
    ) => {
        record! {
            @all
            $(#[$meta])*
            pub struct $Name {
                required { $(#[$id_meta])* id }
                $($(#[$field_meta])* $field: $Type,)*
            }
        }

        impl crate::model::Identified for $Name {
            fn id(&self) -> Option<u64> {
                Some(self.id)
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $Type:ty,)*
        }
    ) => {
        record! {
            @all
            $(#[$meta])*
            pub struct $Name {
                required {}
                $($(#[$field_meta])* $field: $Type,)*
            }
        }
    };
    (
        @all
        $(#[$meta:meta])*
        pub struct $Name:ident {
            required { $($(#[$id_meta:meta])* $id:ident)? }
            $($(#[$field_meta:meta])* $field:ident: $Type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $($(#[$id_meta])* pub $id: u64,)?
            $($(#[$field_meta])* pub $field: $Type,)*
        }

        impl $Name {
            /// Its name and its fields' names.
            #[doc(hidden)]
            pub const SHAPE: crate::model::Shape = crate::model::Shape {
                name: stringify!($Name),
                fields: &[
                    $(stringify!($id),)?
                    $(crate::model::record::plain(stringify!($field))),*
                ],
            };
        }

        const _: () = {
            use crate::model::{record::plain, tolerant};

            #[expect(non_camel_case_types, reason = "they are the fields' own names")]
            enum Field {
                $($id,)?
                $($field,)*
                Unknown,
            }

            impl tolerant::Named for Field {
                #[inline]
                fn of(name: &str) -> Self {
                    $(if name == stringify!($id) {
                        return Self::$id;
                    })?
                    $(if name == const { plain(stringify!($field)) } {
                        return Self::$field;
                    })*
                    Self::Unknown
                }
            }

            impl tolerant::Record for $Name {
                const NAME: &'static str = stringify!($Name);

                fn fill<'de, A: serde::de::MapAccess<'de>>(
                    &mut self,
                    mut entries: A,
                    pool: &tolerant::Pool,
                ) -> Result<bool, A::Error> {
                    $(let mut $id = None;)?
                    while let Some(key) = entries.next_key_seed(tolerant::Key::new())? {
                        match key {
                            $(Field::$id => $id = entries.next_value_seed(tolerant::Reading::new(pool))?,)?
                            $(Field::$field => {
                                self.$field = entries.next_value_seed(tolerant::Reading::new(pool))?;
                            })*
                            Field::Unknown => {
                                entries.next_value::<serde::de::IgnoredAny>()?;
                            }
                        }
                    }
                    $(match $id {
                        Some($id) => self.$id = $id,
                        None => return Ok(false),
                    })?
                    Ok(true)
                }
            }

            impl tolerant::Soft for $Name {
                fn read<'de, D: serde::Deserializer<'de>>(
                    from: D,
                    pool: &tolerant::Pool,
                ) -> Result<Option<Self>, D::Error> {
                    tolerant::record(from, pool)
                }
            }

            impl<'de> serde::Deserialize<'de> for $Name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    tolerant::whole(from)
                }
            }
        };
    };
}

//! What all records share: a required id, and optional fields.

use serde_json::Value;

/// A record with an id, as paging by id requires.
///
/// Implement it for your own type to follow the pages of a search that reads into it: for the
/// `pages` and `items` of a session.
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
#[diagnostic::on_unimplemented(
    message = "cannot follow the pages of a list whose records are `{Self}`",
    label = "`{Self}` does not implement `api_inat::model::Identified`",
    note = "implement `api_inat::model::Identified`, which returns the id, for `{Self}`"
)]
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
    /// The Rust types of these fields, in the same order.
    pub types: &'static [&'static str],
}

/// Returns a field's name in JSON: the last of these. Rust writes `r#type` for `type`.
pub(crate) const fn wire(names: &[&'static str]) -> &'static str {
    let field = names[names.len() - 1];
    // `str::split_at` is no const fn before Rust 1.86.
    if let [b'r', b'#', name @ ..] = field.as_bytes() {
        if let Ok(name) = std::str::from_utf8(name) {
            return name;
        }
    }
    field
}

/// Defines a record: its struct as written, each field read with tolerance. A record that begins
/// with `pub id: u64` requires its id as the whole response. Inside another record it has the id 0
/// without it, and counts as absent if it has no other known field either.
///
/// `pub field = "name": Type` has another name in JSON than in Rust.
///
/// Reads in place, field by field, into a record of absent fields. Of a duplicate field the last
/// value counts. Writes the fields that are present.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $(#[$id_meta:meta])*
            pub id: u64,
            $($(#[$field_meta:meta])* pub $field:ident $(= $wire:literal)? : $Type:ty,)*
        }
    ) => {
        record! {
            @all
            $(#[$meta])*
            pub struct $Name {
                required { $(#[$id_meta])* id }
                $($(#[$field_meta])* $field $(= $wire)? : $Type,)*
            }
        }

        impl crate::model::Identified for $Name {
            fn id(&self) -> Option<u64> {
                (self.id != 0).then_some(self.id)
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $($(#[$field_meta:meta])* pub $field:ident $(= $wire:literal)? : $Type:ty,)*
        }
    ) => {
        record! {
            @all
            $(#[$meta])*
            pub struct $Name {
                required {}
                $($(#[$field_meta])* $field $(= $wire)? : $Type,)*
            }
        }
    };
    (
        @all
        $(#[$meta:meta])*
        pub struct $Name:ident {
            required { $($(#[$id_meta:meta])* $id:ident)? }
            $($(#[$field_meta:meta])* $field:ident $(= $wire:literal)? : $Type:ty,)*
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
                    $(crate::model::record::wire(&[stringify!($field) $(, $wire)?])),*
                ],
                types: &[
                    $({
                        let _ = stringify!($id);
                        "u64"
                    },)?
                    $(stringify!($Type)),*
                ],
            };
        }

        const _: () = {
            use crate::model::{record::wire, tolerant, written};

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
                    $(if name == const { wire(&[stringify!($field) $(, $wire)?]) } {
                        return Self::$field;
                    })*
                    Self::Unknown
                }
            }

            impl tolerant::Record for $Name {
                const NAME: &'static str = stringify!($Name);
                const HAS_ID: bool = !<[&str]>::is_empty(&[$(stringify!($id))?]);

                // Inlined, as what follows: compiled only in programs that read this record.
                #[inline]
                fn fill(
                    &mut self,
                    entries: &mut dyn tolerant::Source,
                    pool: &tolerant::Pool,
                ) -> Result<tolerant::Filled, tolerant::Failed> {
                    let mut filled = tolerant::Filled::Nothing;
                    $(let mut $id = None;)?
                    while let Some(key) = tolerant::key(entries)? {
                        match key {
                            $(Field::$id => {
                                tolerant::Tolerant::read(&mut $id, entries, pool)?;
                                continue;
                            })?
                            $(Field::$field => {
                                tolerant::Tolerant::read(&mut self.$field, entries, pool)?;
                            })*
                            Field::Unknown => {
                                entries.skip()?;
                                continue;
                            }
                        }
                        filled = tolerant::Filled::Fields;
                    }
                    $(if let Some($id) = $id {
                        self.$id = $id;
                        filled = tolerant::Filled::Whole;
                    })?
                    Ok(filled)
                }
            }

            impl tolerant::Soft for $Name {
                #[inline]
                fn take(
                    found: &mut Option<Self>,
                    from: &mut dyn tolerant::Source,
                    pool: &tolerant::Pool,
                ) -> Result<bool, tolerant::Failed> {
                    tolerant::record(found, from, pool)
                }

                #[inline]
                fn push(
                    list: &mut Vec<Self>,
                    from: &mut dyn tolerant::Source,
                    pool: &tolerant::Pool,
                ) -> Result<bool, tolerant::Failed> {
                    tolerant::record(list, from, pool)
                }
            }

            impl serde::Serialize for $Name {
                fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    let mut map = to.serialize_map(None)?;
                    $(if self.$id != 0 {
                        serde::ser::SerializeMap::serialize_entry(&mut map, "id", &self.$id)?;
                    })?
                    $(written::Written::entry(
                        &self.$field,
                        const { wire(&[stringify!($field) $(, $wire)?]) },
                        &mut map,
                    )?;)*
                    serde::ser::SerializeMap::end(map)
                }
            }

            impl written::Written for $Name {
                fn write<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    serde::Serialize::serialize(self, to)
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

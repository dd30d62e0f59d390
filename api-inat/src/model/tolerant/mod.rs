//! Reading with tolerance: one visitor for every single value, in one pass, without a detour through JSON values.

mod scalars;
mod visitors;

use std::{collections::BTreeMap, marker::PhantomData};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

pub(super) use visitors::nothing_else;
use visitors::{Entries, List, Object, Single};

/// A field of a record.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Tolerant>(from: D) -> Result<T, D::Error> {
    T::read(from)
}

/// An id: required, but it may come as text.
pub(crate) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let id = <u64 as Soft>::read(from)?;
    id.ok_or_else(|| D::Error::custom("the id is no whole number"))
}

/// A field that may be anything.
pub(crate) trait Tolerant: Sized {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

/// Something that may be null, or a value that it cannot hold: both read as `None`.
pub(crate) trait Soft: Sized {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error>;
}

/// A single value: what it makes of the few types of JSON.
pub(crate) trait Scalar: Sized {
    fn from_text(text: &str) -> Option<Self>;

    fn from_whole(_: u64) -> Option<Self> {
        None
    }

    fn from_negative(_: i64) -> Option<Self> {
        None
    }

    fn from_float(_: f64) -> Option<Self> {
        None
    }

    fn from_flag(_: bool) -> Option<Self> {
        None
    }
}

impl<T: Soft> Tolerant for Option<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from)
    }
}

impl<T: Soft> Soft for Box<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        Ok(T::read(from)?.map(Box::new))
    }
}

/// A list in a list.
impl<T: Soft> Soft for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        from.deserialize_any(List(PhantomData)).map(Some)
    }
}

/// Counts by name.
impl<T: Soft> Tolerant for BTreeMap<Box<str>, T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Soft::read(from)?.unwrap_or_default())
    }
}

impl<T: Soft> Soft for BTreeMap<Box<str>, T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        from.deserialize_any(Entries(PhantomData))
    }
}

/// Whatever it is, kept as it is.
impl Tolerant for Value {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::deserialize(from)
    }
}

impl Soft for Value {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        Self::deserialize(from).map(Some)
    }
}

/// A record, where there is an object; everything else counts as absent.
pub(crate) fn record<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    from.deserialize_any(Object(PhantomData))
}

impl<T: Soft> Tolerant for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(List(PhantomData))
    }
}

/// A single value.
pub(crate) fn scalar<'de, D: Deserializer<'de>, T: Scalar>(from: D) -> Result<Option<T>, D::Error> {
    from.deserialize_any(Single(PhantomData))
}

macro_rules! scalars {
    ($($Type:ty),*) => {
        $(impl Soft for $Type {
            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
                scalar(from)
            }
        })*
    };
}

scalars!(
    bool,
    u8,
    u16,
    u32,
    u64,
    i64,
    f64,
    String,
    Box<str>,
    Date,
    Timestamp
);

/// A value that is read through [`Scalar`] or [`Soft`], where serde asks for a type of its own.
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<'de, T: Soft> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from).map(Self)
    }
}

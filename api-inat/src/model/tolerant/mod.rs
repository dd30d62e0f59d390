//! Tolerant deserialization: one visitor for all single values, in one pass, without an
//! intermediate JSON value.

pub(super) mod dates;
mod nothing_else;
mod pool;
mod records;
mod scalars;
mod visitors;

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de::DeserializeSeed};
use serde_json::Value;

use super::moment::Moment;

pub(super) use nothing_else::nothing_else;
pub(crate) use pool::Pool;
pub(crate) use records::{Filled, Key, Named, Record, record, whole};
use {
    pool::Shared,
    records::{Boxed, Pooled},
    visitors::{Entries, List, Single},
};

/// A field that may hold any JSON value.
pub(crate) trait Tolerant: Sized {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Self, D::Error>;
}

/// A value that reads null, and any JSON that does not fit, as `None`.
pub(crate) trait Soft: Sized {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Option<Self>, D::Error>;

    /// Reads the next item of a list.
    fn push<'de, D: Deserializer<'de>>(
        list: &mut Vec<Self>,
        from: D,
        pool: &Pool,
    ) -> Result<(), D::Error> {
        list.extend(Self::read(from, pool)?);
        Ok(())
    }
}

/// A single value: its conversion from each type of JSON.
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

/// The seed that reads the next field.
pub(crate) struct Reading<'p, T>(&'p Pool, PhantomData<T>);

impl<'p, T> Reading<'p, T> {
    pub(crate) fn new(pool: &'p Pool) -> Self {
        Self(pool, PhantomData)
    }
}

impl<'de, T: Tolerant> DeserializeSeed<'de> for Reading<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        T::read(from, self.0)
    }
}

impl<T: Soft> Tolerant for Option<T> {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Self, D::Error> {
        T::read(from, pool)
    }
}

/// A record in its own allocation.
impl<T: Record> Soft for Box<T> {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Option<Self>, D::Error> {
        let mut target = Boxed(None);
        record(&mut target, from, pool)?;
        Ok(target.0)
    }
}

/// A record that shares its allocation with equal ones.
impl<T: Record + Shared> Soft for Arc<T> {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Option<Self>, D::Error> {
        let mut target = Pooled(None);
        record(&mut target, from, pool)?;
        Ok(target.0)
    }
}

/// A list inside a list.
impl<T: Soft> Soft for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Option<Self>, D::Error> {
        from.deserialize_any(List::new(pool)).map(Some)
    }
}

impl<T: Soft> Tolerant for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Self, D::Error> {
        from.deserialize_any(List::new(pool))
    }
}

/// A table, such as counts by name.
impl<T: Soft> Tolerant for BTreeMap<Box<str>, T> {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Self, D::Error> {
        Ok(Soft::read(from, pool)?.unwrap_or_default())
    }
}

impl<T: Soft> Soft for BTreeMap<Box<str>, T> {
    fn read<'de, D: Deserializer<'de>>(from: D, pool: &Pool) -> Result<Option<Self>, D::Error> {
        from.deserialize_any(Entries::new(pool))
    }
}

/// Any JSON, unchanged.
impl Tolerant for Value {
    fn read<'de, D: Deserializer<'de>>(from: D, _: &Pool) -> Result<Self, D::Error> {
        Self::deserialize(from)
    }
}

impl Soft for Value {
    fn read<'de, D: Deserializer<'de>>(from: D, _: &Pool) -> Result<Option<Self>, D::Error> {
        Option::deserialize(from)
    }
}

/// Reads a single value.
pub(crate) fn scalar<'de, D: Deserializer<'de>, T: Scalar>(from: D) -> Result<Option<T>, D::Error> {
    let mut found = None;
    from.deserialize_any(Single(&mut found))?;
    Ok(found)
}

macro_rules! scalars {
    ($($Type:ty),*) => {
        $(impl Soft for $Type {
            fn read<'de, D: Deserializer<'de>>(from: D, _: &Pool) -> Result<Option<Self>, D::Error> {
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
    Moment
);

/// Adapts [`Soft`] to serde's `Deserialize`.
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<'de, T: Soft> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from, &Pool::default()).map(Self)
    }
}

//! Tolerant deserialization: one visitor for all single values, in one pass, without an
//! intermediate JSON value.

pub(super) mod dates;
mod pool;
mod records;
mod scalars;
mod source;
mod takers;

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use serde::Deserializer;
use serde_json::Value;

use super::moment::Moment;

pub(crate) use pool::Pool;
pub(crate) use records::{Filled, Key, Named, Record, key, record, whole};
pub(crate) use source::{Failed, Source, Taker, alone, object};
use {
    pool::Shared,
    records::{Boxed, Pooled},
    takers::{List, Table},
};

/// A field that may hold any JSON value.
pub(crate) trait Tolerant: Sized {
    /// Reads the next value into this field, which may have an earlier one.
    fn read(&mut self, from: &mut dyn Source, pool: &Pool) -> Result<(), Failed>;
}

/// A list of values up to this size starts with a capacity of [`MANY`]: most are lists of ids of
/// about that length.
const SMALL: usize = 8;
const MANY: usize = 16;

/// A value that reads null, and any JSON that does not fit, as `None`.
pub(crate) trait Soft: Sized {
    /// Reads the next value, if there is another one in a list. Leaves `None` if it does not fit.
    fn take(found: &mut Option<Self>, from: &mut dyn Source, pool: &Pool) -> Result<bool, Failed>;

    /// Reads the next item of a list, if there is another one.
    fn push(list: &mut Vec<Self>, from: &mut dyn Source, pool: &Pool) -> Result<bool, Failed> {
        let mut found = None;
        let is_there = Self::take(&mut found, from, pool)?;
        if let Some(item) = found {
            if list.capacity() == 0 && size_of::<Self>() <= SMALL {
                list.reserve_exact(MANY);
            }
            list.push(item);
        }
        Ok(is_there)
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

impl<T: Soft> Tolerant for Option<T> {
    fn read(&mut self, from: &mut dyn Source, pool: &Pool) -> Result<(), Failed> {
        *self = None;
        T::take(self, from, pool).map(drop)
    }
}

/// A record in its own allocation.
impl<T: Record> Soft for Box<T> {
    fn take(found: &mut Option<Self>, from: &mut dyn Source, pool: &Pool) -> Result<bool, Failed> {
        record(&mut Boxed(found), from, pool)
    }
}

/// A record that shares its allocation with equal ones.
impl<T: Record + Shared> Soft for Arc<T> {
    fn take(found: &mut Option<Self>, from: &mut dyn Source, pool: &Pool) -> Result<bool, Failed> {
        record(&mut Pooled(found), from, pool)
    }
}

/// A list inside a list.
impl<T: Soft> Soft for Vec<T> {
    fn take(found: &mut Option<Self>, from: &mut dyn Source, pool: &Pool) -> Result<bool, Failed> {
        let found = found.insert(Vec::new());
        from.value(&mut List { found, pool })
    }

    fn push(list: &mut Vec<Self>, from: &mut dyn Source, pool: &Pool) -> Result<bool, Failed> {
        let mut found = Vec::new();
        let is_there = from.value(&mut List {
            found: &mut found,
            pool,
        })?;
        if is_there {
            list.push(found);
        }
        Ok(is_there)
    }
}

impl<T: Soft> Tolerant for Vec<T> {
    fn read(&mut self, from: &mut dyn Source, pool: &Pool) -> Result<(), Failed> {
        self.clear();
        from.value(&mut List { found: self, pool }).map(drop)
    }
}

/// A table, such as counts by name.
impl<T: Soft> Tolerant for BTreeMap<Box<str>, T> {
    fn read(&mut self, from: &mut dyn Source, pool: &Pool) -> Result<(), Failed> {
        let mut found = None;
        Soft::take(&mut found, from, pool)?;
        *self = found.unwrap_or_default();
        Ok(())
    }
}

impl<T: Soft> Soft for BTreeMap<Box<str>, T> {
    fn take(found: &mut Option<Self>, from: &mut dyn Source, pool: &Pool) -> Result<bool, Failed> {
        let mut table = Table { found: None, pool };
        let is_there = from.value(&mut table)?;
        *found = table.found;
        Ok(is_there)
    }
}

/// Any JSON, unchanged.
impl Tolerant for Value {
    fn read(&mut self, from: &mut dyn Source, _: &Pool) -> Result<(), Failed> {
        from.value(self).map(drop)
    }
}

/// Of an optional one, null counts as absent.
impl Soft for Value {
    fn take(found: &mut Option<Self>, from: &mut dyn Source, _: &Pool) -> Result<bool, Failed> {
        let mut value = Self::Null;
        let is_there = from.value(&mut value)?;
        *found = Some(value).filter(|value| !value.is_null());
        Ok(is_there)
    }
}

/// Reads what a deserializer has as a single value.
pub(crate) fn scalar<'de, D: Deserializer<'de>, T: Scalar>(from: D) -> Result<Option<T>, D::Error> {
    alone(from, |from| {
        let mut found = None;
        from.value(&mut found)?;
        Ok(found)
    })
}

macro_rules! scalars {
    ($($Type:ty),*) => {
        $(impl Soft for $Type {
            fn take(
                found: &mut Option<Self>,
                from: &mut dyn Source,
                _: &Pool,
            ) -> Result<bool, Failed> {
                from.value(found)
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

//! Writes records: the fields that are present, in the form in which they are read again.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::moment::Moment;

/// A value of a record.
pub(crate) trait Written {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error>;

    /// Writes it as a field of a record, unless it is absent.
    fn entry<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error>
    where
        Self: Sized,
    {
        map.serialize_entry(name, &As(self))
    }
}

/// Adapts [`Written`] to serde's `Serialize`.
pub(super) struct As<'a, T>(pub(super) &'a T);

impl<T: Written> Serialize for As<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to)
    }
}

impl<T: Written> Written for Option<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(to),
            None => to.serialize_none(),
        }
    }

    fn entry<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error> {
        match self {
            Some(value) => value.entry(name, map),
            None => Ok(()),
        }
    }
}

impl<T: Written> Written for Vec<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter().map(As))
    }

    fn entry<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error> {
        match self.is_empty() {
            true => Ok(()),
            false => map.serialize_entry(name, &As(self)),
        }
    }
}

impl<T: Written> Written for BTreeMap<Box<str>, T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter().map(|(name, value)| (name, As(value))))
    }

    fn entry<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error> {
        match self.is_empty() {
            true => Ok(()),
            false => map.serialize_entry(name, &As(self)),
        }
    }
}

impl<T: Written> Written for Box<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).write(to)
    }
}

impl<T: Written> Written for Arc<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).write(to)
    }
}

impl Written for Date {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

macro_rules! written {
    ($($Type:ty),*) => {
        $(impl Written for $Type {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.serialize(to)
            }
        })*
    };
}

written!(bool, u8, u16, u32, u64, i64, f64, Box<str>, Value, Moment);

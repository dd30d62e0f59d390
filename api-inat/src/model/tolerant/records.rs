//! Records: fields by name, filled in as they arrive, in any kind of storage.

use std::{fmt, marker::PhantomData, sync::Arc};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    Soft,
    nothing_else::nothing_else,
    pool::{Pool, Shared},
};

/// A type with fields by name.
pub(crate) trait Record: Default {
    /// The name in an error.
    const NAME: &'static str;
    /// Whether it has an id that is required as the whole response.
    const HAS_ID: bool;

    /// Reads all fields of a map.
    fn fill<'de, A: MapAccess<'de>>(&mut self, entries: A, pool: &Pool)
    -> Result<Filled, A::Error>;
}

/// What a map had of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    /// The required id.
    Whole,
    /// Other fields.
    Fields,
    /// No known field.
    Nothing,
}

impl Filled {
    /// Returns whether the record counts inside another one: with its id, or any other field.
    fn counts<T: Record>(self) -> bool {
        self != Self::Nothing || !T::HAS_ID
    }
}

/// The names of a record's fields.
pub(crate) trait Named {
    fn of(name: &str) -> Self;
}

/// The seed that reads the name of the next field.
pub(crate) struct Key<F>(PhantomData<F>);

impl<F> Key<F> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, F: Named> DeserializeSeed<'de> for Key<F> {
    type Value = F;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<F, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl<F: Named> Visitor<'_> for Key<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<F, E> {
        Ok(F::of(name))
    }
}

/// Reads a record as the whole response, which must be an object.
pub(crate) fn whole<'de, D: Deserializer<'de>, T: Record>(from: D) -> Result<T, D::Error> {
    from.deserialize_map(Whole(PhantomData))
}

struct Whole<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        let mut record = T::default();
        match record.fill(entries, &Pool::default())? {
            Filled::Fields | Filled::Nothing if T::HAS_ID => {
                Err(A::Error::custom("it has no id that is a whole number"))
            }
            _ => Ok(record),
        }
    }
}

/// Reads a record in a field. Anything but an object counts as absent.
pub(crate) fn record<'de, D: Deserializer<'de>, T: Record>(
    from: D,
    pool: &Pool,
) -> Result<Option<T>, D::Error> {
    from.deserialize_any(Object::<Plain<T>>::new(pool))
}

/// The storage of a record.
pub(super) trait Hold {
    type Held;

    /// `None` for a record without its id and any other field.
    fn hold<'de, A: MapAccess<'de>>(
        entries: A,
        pool: &Pool,
    ) -> Result<Option<Self::Held>, A::Error>;
}

/// Inside the outer record.
pub(super) struct Plain<T>(PhantomData<T>);

impl<T: Record> Hold for Plain<T> {
    type Held = T;

    fn hold<'de, A: MapAccess<'de>>(entries: A, pool: &Pool) -> Result<Option<T>, A::Error> {
        let mut record = T::default();
        let filled = record.fill(entries, pool)?;
        Ok(filled.counts::<T>().then_some(record))
    }
}

/// In its own allocation.
pub(super) struct Boxed<T>(PhantomData<T>);

impl<T: Record> Hold for Boxed<T> {
    type Held = Box<T>;

    fn hold<'de, A: MapAccess<'de>>(entries: A, pool: &Pool) -> Result<Option<Box<T>>, A::Error> {
        let mut record = Box::<T>::default();
        let filled = record.fill(entries, pool)?;
        Ok(filled.counts::<T>().then_some(record))
    }
}

/// In an allocation that equal records share.
pub(super) struct Pooled<T>(PhantomData<T>);

impl<T: Record + Shared> Hold for Pooled<T> {
    type Held = Arc<T>;

    fn hold<'de, A: MapAccess<'de>>(entries: A, pool: &Pool) -> Result<Option<Arc<T>>, A::Error> {
        let mut record = T::default();
        let filled = record.fill(entries, pool)?;
        Ok(filled.counts::<T>().then(|| pool.share(record)))
    }
}

pub(super) struct Object<'p, H>(&'p Pool, PhantomData<H>);

impl<'p, H> Object<'p, H> {
    pub(super) fn new(pool: &'p Pool) -> Self {
        Self(pool, PhantomData)
    }
}

impl<'de, H: Hold> Visitor<'de> for Object<'_, H> {
    type Value = Option<H::Held>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        H::hold(entries, self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    nothing_else!(None);
}

/// An item of a list or table.
pub(super) struct Element<'p, T>(pub(super) &'p Pool, pub(super) PhantomData<T>);

impl<'de, T: Soft> DeserializeSeed<'de> for Element<'_, T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        T::read(from, self.0)
    }
}

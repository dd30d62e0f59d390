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
    let mut read = Ok(T::default());
    let filled = match &mut read {
        Ok(record) => from.deserialize_map(Whole(record)),
        Err(_) => Ok(Filled::Nothing),
    };
    match filled {
        Ok(Filled::Fields | Filled::Nothing) if T::HAS_ID => {
            read = Err(D::Error::custom("it has no id that is a whole number"));
        }
        Ok(_) => {}
        Err(error) => read = Err(error),
    }
    read
}

/// Fills the record where it is: a parser hands each value through many layers, and a wide record
/// would be copied in each.
struct Whole<'a, T>(&'a mut T);

impl<'de, T: Record> Visitor<'de> for Whole<'_, T> {
    type Value = Filled;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Filled, A::Error> {
        self.0.fill(entries, &Pool::default())
    }
}

/// Reads a record in a field, or in a list. Anything but an object counts as absent.
pub(crate) fn record<'de, D: Deserializer<'de>, P: Target>(
    target: &mut P,
    from: D,
    pool: &Pool,
) -> Result<(), D::Error> {
    from.deserialize_any(Object(target, pool))
}

/// A target for a record: reads it there, so that a wide one is not copied on its way.
pub(crate) trait Target {
    /// Leaves out a record without its id and any other field.
    fn fill<'de, A: MapAccess<'de>>(&mut self, entries: A, pool: &Pool) -> Result<(), A::Error>;
}

/// Inside the outer record.
impl<T: Record> Target for Option<T> {
    fn fill<'de, A: MapAccess<'de>>(&mut self, entries: A, pool: &Pool) -> Result<(), A::Error> {
        let record = self.insert(T::default());
        if !record.fill(entries, pool)?.counts::<T>() {
            *self = None;
        }
        Ok(())
    }
}

/// In its own allocation.
pub(super) struct Boxed<T>(pub(super) Option<Box<T>>);

impl<T: Record> Target for Boxed<T> {
    fn fill<'de, A: MapAccess<'de>>(&mut self, entries: A, pool: &Pool) -> Result<(), A::Error> {
        let mut record = Box::<T>::default();
        if record.fill(entries, pool)?.counts::<T>() {
            self.0 = Some(record);
        }
        Ok(())
    }
}

/// In an allocation that equal records share.
pub(super) struct Pooled<T>(pub(super) Option<Arc<T>>);

impl<T: Record + Shared> Target for Pooled<T> {
    fn fill<'de, A: MapAccess<'de>>(&mut self, entries: A, pool: &Pool) -> Result<(), A::Error> {
        let mut record = pool.empty::<T>();
        let filled = match Arc::get_mut(&mut record) {
            Some(record) => record.fill(entries, pool)?,
            None => Filled::Nothing,
        };
        if filled.counts::<T>() {
            self.0 = Some(pool.share(record));
        }
        Ok(())
    }
}

/// At the end of a list.
impl<T: Record> Target for Vec<T> {
    fn fill<'de, A: MapAccess<'de>>(&mut self, entries: A, pool: &Pool) -> Result<(), A::Error> {
        if self.capacity() == 0 {
            // Many lists have one record, and a vector of wide ones begins with four.
            self.reserve_exact(1);
        }
        self.push(T::default());
        let filled = match self.last_mut() {
            Some(record) => record.fill(entries, pool)?,
            None => Filled::Nothing,
        };
        if !filled.counts::<T>() {
            self.pop();
        }
        Ok(())
    }
}

struct Object<'a, P>(&'a mut P, &'a Pool);

impl<'de, P: Target> Visitor<'de> for Object<'_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        self.0.fill(entries, self.1)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    nothing_else!(());
}

/// A list of values up to this size starts with a capacity of [`MANY`]: most are lists of ids of
/// about that length.
const SMALL: usize = 8;
const MANY: usize = 16;

/// The next item of a list.
pub(super) struct Item<'a, T>(pub(super) &'a mut Vec<T>, pub(super) &'a Pool);

impl<'de, T: Soft> DeserializeSeed<'de> for Item<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let Self(list, pool) = self;
        if list.capacity() == 0 && size_of::<T>() <= SMALL {
            list.reserve_exact(MANY);
        }
        T::push(list, from, pool)
    }
}

/// A value in a table.
pub(super) struct Element<'p, T>(pub(super) &'p Pool, pub(super) PhantomData<T>);

impl<'de, T: Soft> DeserializeSeed<'de> for Element<'_, T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        T::read(from, self.0)
    }
}
